/**
 * Long answers on a terminal: shown by a pager.
 * @module
 */
import type { Pager } from "../../platform/pager.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import type { Io } from "../io.ts";
import type { Shown } from "./shown.ts";

/** The pager where no variable names one: it ends by itself when the text fits on the screen. */
const USUAL = "less -FRX";

/**
 * The command of the pager; null where there is to be none: without a terminal, inside an agent or a CI
 * job, which would wait for a key, and where a variable names none.
 */
function pagerCommand(
  { io, environment, spec }: Pick<Context, "io" | "environment" | "spec">,
  input: Input,
): string | null {
  const { env } = io;
  const wanted = spec.paged === true && !input.has("follow") && io.isTerminal("stdout") &&
    io.isTerminal("stdin") && !input.has("json") &&
    !input.has("no-pager") && env["TERM"] !== "dumb" && environment.agent === null &&
    environment.ci === null;
  if (!wanted) return null;
  const command = env["ORCHESTRATOR_PAGER"] ?? env["PAGER"] ?? USUAL;
  return command.trim() === "" || command.trim() === "cat" ? null : command;
}

/** Opens the pager; null where the text goes straight to the terminal. */
export async function openPager(
  context: Context,
  input: Input,
  rows?: number,
): Promise<Pager<Shown> | null> {
  const command = pagerCommand(context, input);
  if (command === null) return null;
  const { env } = context.io;
  return await context.io.pager({
    command,
    env: { ...env, LESS: env["LESS"] ?? "FRX" },
    ...(rows === undefined ? {} : { rows }),
  });
}

/** Prints a text, by a pager where it is long. */
export async function printPaged(text: Shown, context: Context, input: Input): Promise<void> {
  const rows = text.split("\n").length;
  await through(await openPager(context, input, rows), context.io, (out) => void out(text));
}

/**
 * Prints through a pager; without one, or when it could not show anything, straight.
 * @param print may be called twice.
 */
export async function through(
  pager: Pager<Shown> | null,
  io: Pick<Io, "out">,
  print: (out: Io["out"]) => void | Promise<void>,
): Promise<void> {
  if (pager !== null) {
    let shown: boolean;
    try {
      await print(pager.write);
    } finally {
      shown = await pager.end();
    }
    if (shown) return;
  }
  await print(io.out);
}
