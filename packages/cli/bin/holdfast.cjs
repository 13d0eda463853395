#!/usr/bin/env node
// CommonJS, because Node starts it sooner than a module; the bundle holds all that `exec` needs.
'use strict';
require('node:module').enableCompileCache?.();
require('../dist/holdfast.cjs');
