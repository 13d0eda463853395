#!/usr/bin/env node
// The server as a program: see `holdfast-mcp --help`.
import { runCommandLine } from '../dist/index.js';

process.exitCode = await runCommandLine(process.argv.slice(2));
