/** Types of the public API, checked by the compiler: nothing of it is `any`. */
import { expectTypeOf, it } from 'vitest';
import type { Execution, RuntimeOutput, RuntimeSession, RuntimeSessionManager } from './index.ts';
import { createSessionManager, globalRuntimeManager } from './index.ts';

type IsAny<Type> = 0 extends 1 & Type ? true : false;
/** Names of members that are `any`, or functions that take or give `any`. */
type AnyMembers<Type> = {
  [Key in keyof Type]-?: IsAny<Type[Key]> extends true
    ? Key
    : Type[Key] extends (...args: infer Args) => infer Result
      ? IsAny<Result> extends true
        ? Key
        : true extends { [Index in keyof Args]: IsAny<Args[Index]> }[number]
          ? Key
          : never
      : never;
}[keyof Type];

it('has no any', () => {
  expectTypeOf<AnyMembers<RuntimeSession>>().toEqualTypeOf<never>();
  expectTypeOf<AnyMembers<RuntimeSessionManager>>().toEqualTypeOf<never>();
  expectTypeOf<AnyMembers<Execution>>().toEqualTypeOf<never>();
  expectTypeOf<AnyMembers<RuntimeOutput>>().toEqualTypeOf<never>();
  expectTypeOf(createSessionManager).returns.toEqualTypeOf<RuntimeSessionManager>();
  expectTypeOf(globalRuntimeManager).toEqualTypeOf<RuntimeSessionManager>();
});

it('gives text or bytes as asked', () => {
  const session = {} as RuntimeSession;
  expectTypeOf(session.exec('true')).toEqualTypeOf<Execution<string>>();
  expectTypeOf(session.exec('true', { encoding: 'bytes' })).toEqualTypeOf<Execution<Uint8Array>>();
  expectTypeOf(session.exec({ command: 'true', encoding: 'bytes' })).toEqualTypeOf<Execution<Uint8Array>>();
  expectTypeOf<Awaited<Execution<Uint8Array>>['stdout']>().toEqualTypeOf<Uint8Array>();
});
