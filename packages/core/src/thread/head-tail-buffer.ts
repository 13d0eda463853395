/** Keeps the beginning and the end of a stream within a bound, and counts what was left out. */

export interface HeadTailBuffer {
  append(data: Uint8Array): void;
  readonly totalBytes: number;
  /** Head and tail joined, cut so that no UTF-8 character is torn. */
  read(): { bytes: Uint8Array; omittedBytes: number };
}

/** @param maxBytes - kept at most; half of it head, half tail once there is more */
export const createHeadTailBuffer = (maxBytes: number): HeadTailBuffer => {
  const headLimit = Math.floor(maxBytes / 2);
  const tailLimit = maxBytes - headLimit;
  const head = createByteQueue();
  const tail = createByteQueue();
  let totalBytes = 0;

  return {
    get totalBytes() {
      return totalBytes;
    },
    append(data) {
      totalBytes += data.length;
      const room = headLimit - head.length;
      if (room > 0) head.push(data.subarray(0, room));
      if (data.length > room) tail.push(data.subarray(Math.max(0, room)));
      tail.dropTo(tailLimit);
    },
    read() {
      if (totalBytes === head.length + tail.length) return { bytes: join(head, tail), omittedBytes: 0 };
      const start = withoutTornEnd(head.join());
      const end = withoutTornStart(tail.join());
      return { bytes: concat([start, end]), omittedBytes: totalBytes - start.length - end.length };
    },
  };
};

interface ByteQueue {
  readonly length: number;
  push(data: Uint8Array): void;
  /** Drops from the front until at most this many bytes are left. */
  dropTo(limit: number): void;
  pieces(): Uint8Array[];
  join(): Uint8Array;
}

// Pieces smaller than this are merged: a million one-byte writes must not cost a million objects.
const mergeBelow = 8_192;

const createByteQueue = (): ByteQueue => {
  let pieces: Uint8Array[] = [];
  let first = 0;
  let length = 0;
  /** Room behind the last piece, if that was merged before: appending then copies no more than the new bytes. */
  let room: Uint8Array | undefined;
  const grow = (last: Uint8Array, data: Uint8Array): Uint8Array => {
    const isRooms = room !== undefined && last.buffer === room.buffer;
    const end = isRooms ? last.byteOffset + last.length : last.length;
    if (!room || !isRooms || end + data.length > room.length) {
      room = new Uint8Array(2 * mergeBelow);
      room.set(last);
      room.set(data, last.length);
      return room.subarray(0, last.length + data.length);
    }
    room.set(data, end);
    return room.subarray(last.byteOffset, end + data.length);
  };
  const live = (): Uint8Array[] => (first === 0 ? pieces : pieces.slice(first));
  return {
    get length() {
      return length;
    },
    push(data) {
      if (data.length === 0) return;
      length += data.length;
      const last = first < pieces.length ? pieces.at(-1) : undefined;
      if (last && last.length + data.length <= mergeBelow) pieces[pieces.length - 1] = grow(last, data);
      else pieces.push(data);
    },
    dropTo(limit) {
      while (length > limit) {
        const piece = pieces[first] as Uint8Array;
        const excess = length - limit;
        if (piece.length > excess) {
          pieces[first] = piece.subarray(excess);
          length -= excess;
          return;
        }
        length -= piece.length;
        first += 1;
        // Compacting now and then keeps dropping cheap without holding on to what was dropped.
        if (first > 64 && first * 2 > pieces.length) {
          pieces = pieces.slice(first);
          first = 0;
        } else {
          pieces[first - 1] = empty;
        }
      }
    },
    pieces: live,
    join: () => concat(live()),
  };
};

const empty = new Uint8Array(0);

const join = (head: ByteQueue, tail: ByteQueue): Uint8Array => concat([...head.pieces(), ...tail.pieces()]);

const concat = (pieces: Uint8Array[]): Uint8Array => {
  const [only] = pieces;
  if (only === undefined) return empty;
  if (pieces.length === 1) return only;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
};

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** How many bytes a character has that begins with this byte. */
const sequenceLength = (lead: number): number => {
  if (lead >= 0xf0 && lead < 0xf8) return 4;
  if (lead >= 0xe0) return lead < 0xf0 ? 3 : 1;
  return lead >= 0xc0 ? 2 : 1;
};

const withoutTornEnd = (bytes: Uint8Array): Uint8Array => {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (isContinuation(byte)) continue;
    return sequenceLength(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
};

const withoutTornStart = (bytes: Uint8Array): Uint8Array => {
  let skip = 0;
  while (skip < 3 && isContinuation(bytes[skip])) skip += 1;
  return isContinuation(bytes[skip]) ? bytes : bytes.subarray(skip);
};
