/**
 * The output of an item's verification command: on a terminal shown as it comes, elsewhere its end when
 * it has failed.
 * @module
 */
import type { OutputTaker } from "../../app/watching.ts";
import { OrchestratorError } from "../../errors.ts";
import { OutputTail } from "../../platform/output_tail.ts";
import type { Redactor } from "../../secrets/redact.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { CommandOutput, outputLines } from "./command_output.ts";
import { styleFor } from "./style_for.ts";

/** Lines that are printed without `--output-lines`. */
const DEFAULT_LINES = 60;

/** The most that `--output-lines` takes. */
const MOST_LINES = 100_000;

/** How many bytes of the output are kept to be printed; the journal keeps fewer. */
const KEPT_BYTES = 256 * 1024;

/** The end of a failed command's output. */
interface OutputEnd {
  /** Without secrets, controls and colours. */
  readonly lines: readonly string[];
  /** Whether there was more in front of them. */
  readonly cut: boolean;
}

/**
 * How many lines `--output-lines` asks for.
 * @throws `invalid_argument`
 */
export function outputLinesOf(input: Input): number {
  const text = input.option("output-lines");
  if (text === undefined) return DEFAULT_LINES;
  const lines = /^\d+$/.test(text) ? Number(text) : NaN;
  if (lines <= MOST_LINES) return lines;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot print "${text}" lines: --output-lines needs a whole number from 0 to ${MOST_LINES}`,
  );
}

/**
 * Begins to take a command's output. When it has failed, the error lists the end of what was not seen
 * already, and a warning says where more of it is.
 */
export function verificationOutput(
  context: Context,
  input: Input,
  redactor: Redactor,
): OutputTaker {
  const { io } = context;
  const live = io.isTerminal("stderr") && !input.has("quiet") && !input.has("json");
  if (!live) {
    const { push, end } = collected(outputLinesOf(input), redactor);
    return {
      push,
      close: () => undefined,
      failed: (seq) => {
        const { lines, cut } = end();
        if (cut && !input.has("json")) context.warn(cutOutput(lines, seq));
        return lines;
      },
    };
  }
  const style = styleFor("stderr", input, io, context.colour);
  const output = new CommandOutput(redactor.stream(), style, io.width());
  return {
    push: (chunk) => void io.err(output.push(chunk)),
    close: () => void io.err(output.end()),
    failed: () => [],
  };
}

/** What a failed command's output was cut to, and where more of it is. */
function cutOutput(lines: readonly string[], seq: number): string {
  const shown = lines.length === 0
    ? "The output is not shown"
    : `Showing the last ${lines.length === 1 ? "line" : `${lines.length} lines`} of the output`;
  return `${shown}; --output-lines N shows more, and \`orchestrator log show ${seq}\` what the ` +
    `journal keeps of it`;
}

/** Keeps the end of a command's output. */
function collected(most: number, redactor: Redactor) {
  const tail = new OutputTail(KEPT_BYTES);
  let bytes = 0;
  return {
    push: (chunk: Uint8Array): void => {
      bytes += chunk.length;
      tail.push(chunk);
    },
    end: (): OutputEnd => {
      const text = redactor.redactTail(tail.text()).trimEnd();
      const all = text === "" ? [] : outputLines(text);
      const lines = most === 0 ? [] : all.slice(-most);
      // Without its controls a text can be a secret that it was not with them.
      const clean = redactor.redactTail(lines.join("\n")).split("\n");
      return {
        lines: lines.length === 0 ? [] : clean,
        cut: bytes > KEPT_BYTES || all.length > lines.length,
      };
    },
  };
}
