/** Branded string ids, so that a command id can not be passed where a session id is meant. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `sess_` and 20 random characters of `[0-9a-z]`. Unique across hosts. */
export type SessionId = Branded<'SessionId'>;

/** `cmd_` and 20 random characters of `[0-9a-z]`. Known from the moment a command is accepted. */
export type CommandId = Branded<'CommandId'>;

/** `host_` and 20 random characters: one per manager, so that its processes can be told from another's. */
export type HostId = Branded<'HostId'>;

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

// Web Crypto is in every runtime this package serves (Node, browsers), so no import is needed.
const randomText = (length: number): string => {
  let text = '';
  while (text.length < length) {
    if (used === random.length) {
      globalThis.crypto.getRandomValues(random);
      used = 0;
    }
    const byte = random[used++] as number;
    // 252 is the largest multiple of 36 in a byte: dropping the rest keeps the letters equally likely.
    if (byte < 252) text += alphabet[byte % 36];
  }
  return text;
};

// Asking for random bytes costs some microseconds however few they are: a hundred ids are made of one answer.
const random = new Uint8Array(2_048);
let used = random.length;

export const createSessionId = (): SessionId => `sess_${randomText(20)}` as SessionId;
export const createCommandId = (): CommandId => `cmd_${randomText(20)}` as CommandId;
export const createHostId = (): HostId => `host_${randomText(20)}` as HostId;

export const sessionIdPattern = /^sess_[0-9a-z]{20}$/;
export const commandIdPattern = /^cmd_[0-9a-z]{20}$/;

export const isSessionId = (text: string): text is SessionId => sessionIdPattern.test(text);
