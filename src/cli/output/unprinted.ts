/**
 * An answer that could not be printed.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { machineFailure } from "../../platform/io_error.ts";
import type { CommandInfo } from "../spec.ts";

/** The error of a command that did its work and could not say so. */
export function unprinted({ path, changes }: CommandInfo, cause: unknown): unknown {
  const failure = machineFailure(cause);
  if (failure === null) return cause;
  const why = failure.message.replace(/^Cannot [^:]*: /, "");
  if (changes === "nothing") {
    return new OrchestratorError(failure.code, `Cannot print the answer: ${why}`, { cause });
  }
  return new OrchestratorError(
    failure.code,
    `Cannot print the answer: ${why}; "${path}" itself succeeded, and its result is recorded`,
    {
      hint: "Run `orchestrator status` to see it, instead of repeating the command",
      details: { succeeded: true },
      cause,
    },
  );
}
