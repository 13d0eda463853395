/** Cuts a stream of bytes between characters, so that each piece is text by itself. */

export interface CharacterCutter {
  /** What is whole so far. */
  push(data: Uint8Array): Uint8Array;
  /** What was held back: the beginning of a character that never ended. */
  end(): Uint8Array;
}

const nothing = new Uint8Array(0);

export const createCharacterCutter = (): CharacterCutter => {
  let held = nothing;
  return {
    push(data) {
      const all = held.length === 0 ? data : Buffer.concat([held, data]);
      const whole = all.length - tornBytes(all);
      held = whole === all.length ? nothing : all.slice(whole);
      return all.subarray(0, whole);
    },
    end() {
      const rest = held;
      held = nothing;
      return rest;
    },
  };
};

/** How many bytes at the end begin a UTF-8 character that is longer than what is there: 0 to 3. */
const tornBytes = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
};
