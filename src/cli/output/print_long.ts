/**
 * Printing an answer that may be too long to be held.
 * @module
 */
import type { Input, LongAnswer } from "../command.ts";
import type { Context } from "../context.ts";
import { answerEnvelope } from "./json.ts";
import { openPager, through } from "./paged.ts";
import type { Shown } from "./shown.ts";
import { styleFor } from "./style_for.ts";
import { unprinted } from "./unprinted.ts";
import { printWarnings } from "./warnings.ts";

/**
 * Prints warnings and the answer.
 * @throws what the answer fails with; an error that says so when stdout takes no more.
 */
export async function printLong(
  answer: LongAnswer,
  context: Context,
  input: Input,
  warnings: readonly string[],
): Promise<void> {
  const { io, spec } = context;
  const isJson = input.has("json");
  if (!isJson) await printWarnings(warnings, input, io, context.colour);
  let failure: unknown = null;
  const out = (text: Shown): boolean => {
    if (failure !== null) return false;
    try {
      return io.out(text);
    } catch (error) {
      failure = error;
      return false;
    }
  };
  await through(
    await openPager(context, input),
    { out },
    (to) =>
      answer.print({
        style: isJson ? null : styleFor("stdout", input, io, context.colour),
        out: to,
        envelope: (data) => answerEnvelope(spec.path, data, warnings),
      }),
  );
  if (failure !== null) throw unprinted(spec, failure);
}
