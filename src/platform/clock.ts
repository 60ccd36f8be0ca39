/**
 * The time, as a value that can be passed in, and waiting.
 * @module
 */

/** A source of the present time. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Blocks this thread for `milliseconds`. Only for short waits inside synchronous file operations. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
