/**
 * The time, as a value that can be passed in.
 * @module
 */

/** A source of the present time. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() };
