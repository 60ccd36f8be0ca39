/**
 * The error of an item whose verification failed.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { namedItem } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";

/**
 * Says why it failed.
 * @param about.list lines of the command's output.
 */
export function verificationFailed(
  state: SessionState,
  { item, seq, list }: {
    readonly item: string;
    readonly seq: number;
    readonly list: readonly string[];
  },
): OrchestratorError {
  const { item: id } = namedItem(state, item);
  const outcome = state.phases[state.phase ?? ""]?.items[id]?.verification;
  let reason = "its verification failed";
  if (outcome?.type === "file_exists") {
    reason = outcome.reason ?? `"${outcome.path}" does not exist`;
  } else if (outcome?.type === "command") {
    reason = outcome.reason !== undefined
      ? `the command failed: ${outcome.reason}`
      : outcome.exitCode === null
      ? `the command was terminated by ${outcome.signal ?? "a signal"}`
      : `the command exited with code ${outcome.exitCode} (expected ${outcome.expectedExitCode})`;
  }
  return new OrchestratorError("verification_failed", `Cannot complete "${item}": ${reason}`, {
    hint: `Fix the failure, then run \`orchestrator complete ${item}\` again`,
    details: {
      session: state.session,
      item: id,
      seq,
      verification: outcome,
      ...(list.length === 0 ? {} : { list }),
    },
  });
}
