/**
 * The end of a run that failed.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { machineFailure } from "../platform/io_error.ts";
import { linkAdvice } from "../project/link_advice.ts";
import type { Input } from "./command.ts";
import type { Context } from "./context.ts";
import type { Io } from "./io.ts";
import { say } from "./output/shown.ts";
import { styleFor } from "./output/style_for.ts";
import { printWarnings } from "./output/warnings.ts";
import { redactedError, redactorFor } from "../app/secrets/redactor.ts";

/** A run that failed, as far as it got. */
export interface FailedRun {
  readonly argv: readonly string[];
  /** Undefined when argv could not be understood. */
  readonly input: Input | undefined;
  readonly io: Io;
  /** Undefined when no command was found. */
  readonly context: Context | undefined;
}

/**
 * Prints the error, with all that is secret taken out of it.
 * @returns the exit code.
 */
export async function fail(
  caught: unknown,
  { argv, input, io, context }: FailedRun,
): Promise<number> {
  const redactor = await redactorFor(context, io);
  const error = redactedError(await withAdvice(knownFailure(caught), context), redactor);
  // An error in the options themselves leaves no input: look at the words.
  const json = input?.has("json") ?? argv.includes("--json");
  // What was done before it was refused, an import for instance, is not undone by the refusal.
  const warnings = (context?.warnings ?? []).map((warning) => redactor.redact(warning))
    .filter((warning) => !error.message.includes(warning));
  if (json) {
    const { errorEnvelope } = await import("./output/json.ts");
    const { stepForPerson, stepOfHint } = await import("./output/hint_step.ts");
    const hinted = error.hint === undefined ? undefined : stepOfHint(error.hint);
    const mayName = error.code === "agent_refused" && context?.spec.destructive !== true;
    const next = hinted ??
      (mayName ? stepForPerson(argv.map((word) => redactor.redact(word))) : undefined);
    io.err(errorEnvelope(error, warnings, next));
  } else {
    const { errorText } = await import("./output/error.ts");
    // The terminal shows `^C` in the line where the cursor is.
    const typed = error.code === "interrupted" && error.details?.["signal"] === "SIGINT";
    if (typed && io.isTerminal("stderr")) io.err(say`\n`);
    if (input !== undefined) await printWarnings(warnings, input, io, context?.colour);
    io.err(errorText(error, styleFor("stderr", input, io)));
  }
  if (input?.has("debug") ?? argv.includes("--debug")) {
    const { barredText } = await import("./output/error.ts");
    const style = styleFor("stderr", input, io);
    for (let cause: unknown = caught; cause instanceof Error; cause = cause.cause) {
      io.err(say`${barredText(redactor.redact(cause.stack ?? cause.message), style)}\n`);
    }
  }
  return error.code === "interrupted" && error.details?.["signal"] === "SIGTERM"
    ? 143
    : error.exitCode;
}

/** What was thrown, as an error for users: one of the program's, of the machine, else a bug. */
export function knownFailure(caught: unknown): OrchestratorError {
  if (caught instanceof OrchestratorError) return caught;
  return machineFailure(caught) ?? new OrchestratorError(
    "bug",
    `An unexpected error happened (${caught instanceof Error ? caught.message : String(caught)})`,
    { hint: "Run the command again with --debug and report its output", cause: caught },
  );
}

/** What replaces a link that is refused depends on its name. */
async function withAdvice(
  error: OrchestratorError,
  context: Context | undefined,
): Promise<OrchestratorError> {
  const paths = context?.usablePaths ?? null;
  if (
    error.code === "read_only" && context !== undefined && paths?.stateHome?.shared !== undefined
  ) {
    const { unwritableState } = await import("./worktree_advice.ts");
    return unwritableState(error, paths, context.environment.agent?.name ?? null);
  }
  if (error.code === "item_blocked" && error.details?.["currentPhase"] !== undefined) {
    return await (await import("./ended_phase_advice.ts")).withWay(error, context);
  }
  const { within, link } = error.details ?? {};
  const known = error.code === "link_refused" && typeof within === "string" &&
    typeof link === "string" && link !== within;
  if (!known) return error;
  return new OrchestratorError(error.code, error.message, {
    hint: linkAdvice(within, link),
    details: { ...error.details },
    cause: error,
  });
}
