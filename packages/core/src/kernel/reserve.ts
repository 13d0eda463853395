/**
 * A descriptor kept back for the moment when the process has no other left.
 *
 * Finding and ending processes needs one (/proc is files). Without it, a host app that has used up its
 * descriptors could not even be rid of what holds them. One per thread: they do not share this module.
 */
import { closeSync, openSync } from 'node:fs';

let path: string | undefined;
let fd: number | undefined;

/** @param file - what to hold open: created if need be. In a session's folder, it is found when the thread dies. */
export const keepReserve = (file: string): void => {
  path ??= file;
  open();
};

export const releaseReserve = (): void => {
  path = undefined;
  close();
};

/** Runs something that opens one descriptor at a time, with the reserve if there is no other. */
export const withReserve = <Value>(action: () => Value): Value => {
  try {
    return action();
  } catch (error) {
    if (fd === undefined || !isOutOfDescriptors(error)) throw error;
    close();
    try {
      return action();
    } finally {
      open();
    }
  }
};

/**
 * Tries whether so many descriptors can be had. Node and its libraries do not all take it well when they
 * can not: a child without streams, an error event that nobody can listen to.
 *
 * @throws the system's error: EMFILE, ENFILE
 */
export const assertDescriptors = (count: number): void => {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync('/dev/null', 'r'));
  } finally {
    opened.forEach(closeSync);
  }
};

export const isOutOfDescriptors = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
};

const open = (): void => {
  if (fd !== undefined || path === undefined) return;
  try {
    fd = openSync(path, 'a', 0o600);
  } catch {
    // None left just now: tried again after the next use.
  }
};

const close = (): void => {
  if (fd !== undefined) closeSync(fd);
  fd = undefined;
};
