/**
 * Scripts in steps: run one step a command in a session, and all steps as one file by plain Node,
 * they have to print the same and end the same.
 */

export interface Script {
  name: string;
  steps: string[];
  /** Awaits or imports at the top level: plain Node takes that in a module only. */
  isModule?: boolean;
}

const script = (name: string, ...steps: string[]): Script => ({ name, steps });
const module = (name: string, ...steps: string[]): Script => ({ name, steps, isModule: true });

export const scripts: Script[] = [
  // Declarations across steps.
  script('const and let', 'const a = 1; let b = 2;', 'b += a; console.log(a, b)', 'console.log(b ** 2)'),
  script('var and function', 'var v = 1; function f(n) { return n + v }', 'v = 10; console.log(f(1))'),
  script(
    'hoisting within a step',
    'console.log(f(), typeof v, v); var v = 1; function f() { return "hoisted" }',
  ),
  script('several declarators', 'let a = 1, b = a + 1, c', 'console.log(a, b, c)'),
  script(
    'object pattern',
    'const { x, y: { z = 5 } = {}, ...rest } = { x: 1, q: 2, r: 3 }',
    'console.log(x, z, rest)',
  ),
  script(
    'array pattern',
    'const [p, , q = 7, ...others] = [1, 2, undefined, 4, 5]',
    'console.log(p, q, others)',
  ),
  script('computed key in a pattern', 'const key = "k"; const { [key]: val = key } = {}', 'console.log(val)'),
  script(
    'names of functions',
    'const f = () => {}; let g = function () {}; const C = class {}',
    'console.log(f.name, g.name, C.name)',
  ),
  script(
    'class with statics',
    'class A { static n = 1; static make() { return new A() } #p = 2; get p() { return this.#p } }',
    'console.log(A.n, A.make().p, new A() instanceof A)',
  ),
  script(
    'inheritance',
    'class A { hi() { return "A" } }',
    'class B extends A { hi() { return super.hi() + "B" } }',
    'console.log(new B().hi())',
  ),
  script(
    'closures over let',
    'let n = 0; const inc = () => ++n',
    'inc(); inc()',
    'console.log(n); n = 10',
    'console.log(inc())',
  ),
  script(
    'generators',
    'function* g() { let i = 0; while (true) yield i++ } const it = g()',
    'it.next(); console.log(it.next().value)',
    'console.log(it.next())',
  ),
  script(
    'assigning to a constant',
    'const c = 1',
    'try { c = 2 } catch (e) { console.log(e.name, e.message) }',
    'console.log(c)',
  ),
  script(
    'all ways to assign to a constant',
    'const c = 1; const tries = [() => { c += 1 }, () => { c++ }, () => { c ||= 2 }, () => { c &&= 2 }]',
    'for (const t of tries) { try { t(); console.log("no") } catch (e) { console.log(e.message) } }',
  ),
  script(
    'a parameter may have a constant’s name',
    'const c = 1; const f = (c) => { c = 5; return c }',
    'console.log(f(2), c)',
  ),
  script(
    'an inner let may have a constant’s name',
    'const c = 1',
    '{ let c = 2; c = 3; console.log(c) } console.log(c)',
  ),
  script(
    'before its declaration',
    'try { console.log(t); } catch (e) { console.log(e.name, e.message) } let t = 1; console.log(t)',
  ),
  script(
    'typeof before its declaration',
    'try { console.log(typeof t) } catch (e) { console.log(e.message) } const t = 1',
  ),
  script(
    'in its own initialiser',
    'let ok = false; try { (() => { let z = z })() } catch { ok = true } console.log(ok)',
  ),
  script('undeclared assignment', 'leaked = 5', 'console.log(leaked, globalThis.leaked)'),
  script('typeof undeclared', 'console.log(typeof never)'),
  script('delete', 'globalThis.d = 1', 'console.log(delete globalThis.d, typeof d)'),

  // Statements.
  script(
    'labels',
    'outer: for (let i = 0; i < 3; i++) { for (;;) { if (i === 1) break outer; continue outer } } console.log("out")',
  ),
  script('block and object', '{ a: 1 }', 'console.log({ a: 1 })'),
  script(
    'no semicolons',
    'const a = 1\nlet b = [1, 2]\nconst f = () => 3\nlet [c] = b\nconsole.log(a, b, f(), c)',
  ),
  script('asi before parens', 'let a = 1\n;(function () { console.log("iife", a) })()'),
  script('comma and conditional', 'let r = (1, 2); r > 1 ? console.log("big") : console.log("small")'),
  script(
    'switch',
    'const k = 2; switch (k) { case 1: console.log("one"); break; case 2: console.log("two"); default: console.log("fell") }',
  ),
  script('try finally', 'try { throw 1 } catch (e) { console.log("c", e) } finally { console.log("f") }'),
  script(
    'for in and of',
    'for (const k in { a: 1, b: 2 }) console.log(k); for (const [k, v] of new Map([["x", 1]])) console.log(k, v)',
  ),
  script('do while', 'let i = 0; do i++; while (i < 3) console.log(i)'),
  script(
    'strict mode',
    '"use strict"; let s = 1; try { undeclaredX = 1 } catch (e) { console.log(e.message) } console.log(s)',
  ),
  script('template literals', 'const n = "x"; console.log(`a${n}b\n${1 + 1}`)'),
  script(
    'regular expressions',
    'const re = /(?<y>\\d{4})/u; console.log(re.exec("in 2024").groups.y, "a/b".split(/\\//))',
  ),
  script('optional chaining', 'const o = { a: null }; console.log(o?.a?.b, o.c?.(), o.a ?? "d")'),
  script('bigint and numeric', 'console.log(10n ** 20n, 0xff, 1_000, 0.1 + 0.2, -0, NaN)'),
  script(
    'tagged template',
    'const tag = (s, ...v) => s.raw.join("|") + v.join(); console.log(tag`a${1}\\n${2}`)',
  ),
  script(
    'getters and symbols',
    'const o = { get g() { return 1 }, [Symbol.toPrimitive]: () => 42 }; console.log(o.g, +o)',
  ),
  script('spread', 'const a = [1, 2]; console.log([...a, ...a], { ...{ x: 1 }, y: 2 }, Math.max(...a))'),
  script('comments only', '// nothing', '/* still\nnothing */', 'console.log("after")'),
  script('windows line ends', 'let a = 1\r\nlet b = 2\r\nconsole.log(a + b)\r\n'),
  script('unicode', 'const größe = "ü"; console.log(größe, "\\u{1F600}", "日本".length)'),
  script('escape in identifier', 'let \\u0061bc = 1', 'console.log(abc)'),
  script('eval', 'let e = 1; console.log(eval("e + 1"), (0, eval)("typeof console"))'),
  script('new Function', 'console.log(new Function("a", "return a * 2")(21))'),

  // The world.
  script(
    'require',
    'const { join } = require("path"); const os = require("node:os")',
    'console.log(join("a", "..", "b"), typeof os.cpus)',
  ),
  script('json', 'console.log(JSON.stringify({ a: [1, { b: null }] }), JSON.parse("[1]")[0])'),
  script(
    'console methods',
    'console.group("g"); console.log("in"); console.groupEnd(); console.error("err"); console.table([{ a: 1 }]); console.log("%s is %d", "x", 5)',
  ),
  script(
    'both streams',
    'process.stdout.write("o1\\n"); process.stderr.write("e1\\n"); console.log("o2"); console.error("e2")',
  ),
  script('bytes', 'process.stdout.write(Buffer.from([0x61, 0xc3, 0xa9, 10]))'),
  script(
    'child process',
    'console.log(require("child_process").execSync("echo from child").toString().trim())',
  ),
  script(
    'child with the same streams',
    'console.log("before"); require("child_process").execSync("echo child; echo err >&2", { stdio: "inherit" }); console.log("after")',
  ),
  script(
    'files',
    'const fs = require("fs"); const t = require("os").tmpdir() + "/holdfast-differential-" + process.pid',
    'fs.writeFileSync(t, "data"); console.log(fs.readFileSync(t, "utf8")); fs.rmSync(t)',
  ),
  script('chdir', 'process.chdir("/usr"); console.log(process.cwd(), require("path").resolve("x"))'),
  script(
    'environment',
    'process.env.HOLDFAST_D = "v"',
    'console.log(process.env.HOLDFAST_D, require("child_process").execSync("printf %s $HOLDFAST_D") + "")',
  ),
  script(
    'microtasks and ticks',
    'Promise.resolve().then(() => console.log("micro")); process.nextTick(() => console.log("tick")); console.log("sync")',
  ),
  script(
    'promise chains',
    'Promise.resolve(1).then((v) => v + 1).then(console.log); Promise.all([1, 2]).then((v) => console.log(v))',
  ),
  script('queueMicrotask', 'queueMicrotask(() => console.log(2)); console.log(1)'),
  script('no stdin', 'console.log(JSON.stringify(require("fs").readFileSync(0, "utf8")))'),
  script('main module', 'if (require.main === module) console.log("main")'),
  script(
    'typed arrays and dates',
    'console.log(new Uint8Array([1, 2]), new Date(0).toISOString(), new Set([1]))',
  ),

  // Ends.
  script('throws', 'const a = 1', 'throw new Error("boom")'),
  script('throws a type error', 'null.x'),
  script(
    'throws an error of its own',
    'class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; this.code = 7 } }',
    'throw new MyError("mine")',
  ),
  script('throws with a cause', 'throw new Error("outer", { cause: new TypeError("inner") })'),
  script('throws a string', 'throw "a string"'),
  script('throws an object', 'throw { code: "E1" }'),
  script('rejects', 'Promise.reject(new Error("unhandled"))'),
  script('throws in a tick', 'process.nextTick(() => { throw new Error("in tick") })'),
  script(
    'handles its own',
    'process.on("uncaughtException", (e) => console.log("handled", e.message)); throw new Error("x")',
  ),
  script(
    'handles rejections',
    'process.on("unhandledRejection", (e) => console.log("handled", e.message)); void Promise.reject(new Error("x"))',
  ),
  script('stack overflow', '(function f() { f() })()'),
  script('exits', 'console.log("before"); process.exit(3); console.log("never")'),
  script('exits past finally', 'try { process.exit(4) } finally { console.log("never") }'),
  script('exits past catch', 'for (;;) { try { process.exit(5) } catch { console.log("never") } }'),
  script('exits in a function', 'function bye() { process.exit(6) } [1].forEach(bye); console.log("never")'),
  script(
    'exits in a microtask',
    'Promise.resolve().then(() => process.exit(7)).then(() => console.log("never"))',
  ),
  script('exits through its listeners', 'process.on("exit", (c) => console.log("bye", c)); process.exit(2)'),
  script('sets its exit code', 'process.exitCode = 9; console.log("to the end")'),
  script('syntax error', 'let = = 1'),
  script('unclosed', 'function f() {'),
  script('twice the same name in a step', 'let a = 1; let a = 2'),
  script('return', 'console.log(1); }'),
  script('bad regular expression', 'const r = /(/'),

  // Modules.
  module('await', 'const v = await Promise.resolve(5)', 'console.log(v, await (async () => v + 1)())'),
  module('await in expressions', 'console.log([await 1, await 2], { a: await 3 }, `${await 4}`)'),
  module(
    'await and functions',
    'await null; function later() { return "L" } class K { v = 1 } let u; var w = 3',
    'console.log(later(), new K().v, u, w)',
  ),
  module('hoisting with await', 'console.log(h()); await 0; function h() { return "up" }'),
  module('for await', 'for await (const z of [Promise.resolve(1), 2]) console.log(z)'),
  module(
    'await in loops',
    'for (let i = 0; i < 2; i++) { await null; console.log(i) }',
    'for (var j = 0; j < 2; j++) await null',
    'console.log(j)',
  ),
  module(
    'closures made in an awaiting loop',
    'const fs = []; for (let i = 0; i < 3; i++) { await 0; fs.push(() => i) }',
    'console.log(fs.map((f) => f()))',
  ),
  module(
    'await in conditions',
    'if (await Promise.resolve(true)) { console.log("yes") } else { console.log("no") }',
    'const r = (await 0) || "or"; console.log(r)',
  ),
  module(
    'order of promises',
    'Promise.resolve().then(() => console.log(1)).then(() => console.log(3)); await null; console.log(2); await null; await null; console.log(4)',
  ),
  module(
    'rejection caught',
    'try { await Promise.reject(new Error("r")) } catch (e) { console.log("caught", e.message) }',
  ),
  module('rejection not caught', 'await Promise.reject(new Error("refused"))'),
  module(
    'timers',
    'await new Promise((r) => setTimeout(r, 5)); console.log("later")',
    'setTimeout(() => console.log("b"), 1); await new Promise((r) => setTimeout(r, 30))',
  ),
  module(
    'imports',
    'import os from "node:os"; import { join as j, sep } from "path"; import * as util from "util"',
    'console.log(typeof os.cpus, j("a", "b"), sep, typeof util.inspect)',
  ),
  module('imports come first', 'console.log(typeof readFileSync); import { readFileSync } from "fs"'),
  module('dynamic import', 'const { basename } = await import("node:path"); console.log(basename("/a/b"))'),
  module('missing export', 'import { nope } from "node:fs"'),
  module('missing module', 'import "holdfast-no-such-module"'),
  module('exits while awaiting', 'setTimeout(() => process.exit(8), 5); await new Promise(() => {})'),
  module(
    'throws in a timer',
    'setTimeout(() => { throw new Error("in timer") }, 5); await new Promise((r) => setTimeout(r, 500))',
  ),
  module(
    'labels and await',
    'out: for (const a of [1, 2]) { for (const b of [1, 2]) { await 0; if (b === 2) continue out; console.log(a, b) } }',
  ),
  module(
    'destructuring with await',
    'const { q, ...o } = await Promise.resolve({ q: 1, s: 2 }), [x] = await [9]',
    'console.log(q, o, x)',
  ),
];
