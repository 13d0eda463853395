/** What the compiler knows of a call. */
import { expectTypeOf, it } from 'vitest';
import {
  createRuntimeTool,
  type ExecResult,
  type FailedResult,
  type ReadOutputResult,
  type RuntimeToolResult,
  type StateResult,
} from './index.ts';

it('a result is that of its action', async () => {
  const tool = createRuntimeTool('types');

  expectTypeOf(await tool.run({ action: 'exec', command: 'ls' })).toEqualTypeOf<ExecResult | FailedResult>();
  expectTypeOf(await tool.run({ action: 'eval', code: '1' })).toEqualTypeOf<ExecResult | FailedResult>();
  expectTypeOf(await tool.run({ action: 'state' })).toEqualTypeOf<StateResult | FailedResult>();
  expectTypeOf(await tool.run({ action: 'read_output' })).toEqualTypeOf<ReadOutputResult | FailedResult>();
  expectTypeOf(await tool.run({} as unknown)).toEqualTypeOf<RuntimeToolResult>();
  expectTypeOf(await tool.run('{"action":"exec"}')).toEqualTypeOf<RuntimeToolResult>();
  const action = 'exec' as 'exec' | 'state';
  expectTypeOf(await tool.run({ action })).toEqualTypeOf<ExecResult | StateResult | FailedResult>();
});
