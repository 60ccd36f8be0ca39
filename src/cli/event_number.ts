/**
 * The number of an event on the command line.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/**
 * Reads the number of an event; `#7` is how texts name it.
 * @param doing what the command does with it, as it follows "Cannot".
 */
export function readSeq(text: string, doing: string): number {
  const seq = /^#?\d{1,15}$/.test(text) ? Number(text.replace("#", "")) : NaN;
  if (seq >= 1) return seq;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${doing} event "${text}": an event is named by its number, from 1`,
    { hint: "Run `orchestrator log` to see the numbers" },
  );
}
