/**
 * A command that proves an item must not decide its session: it runs before its own result is known,
 * and what it decides would look like a decision of the one who started it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { variableOfAncestors } from "../platform/ancestors.ts";
import type { Workspace } from "./workspace.ts";

/** Set for each verification command: `<session>:<item>`. */
const IN_VERIFICATION = "ORCHESTRATOR_IN_VERIFICATION";

/** Commands that decide something; those that only add (`note`, `checkpoint create`) may run. */
const DECIDING: ReadonlySet<string> = new Set([
  "complete",
  "skip",
  "approve",
  "reject",
  "reopen",
  "revoke",
  "recheck",
  "advance",
  "finish",
  "session end",
  "session remove",
  "log accept",
  "checkpoint restore",
]);

/**
 * Refuses to decide a session while one of its verification commands runs around this program. Other
 * sessions, such as those of a test of this program, are none of its business.
 * @throws `item_blocked`
 */
export function refuseInside(
  { operation, io }: Pick<Workspace, "operation" | "io">,
  session: string,
): void {
  if (!DECIDING.has(operation)) return;
  const told = io.env[IN_VERIFICATION];
  const values = [...(told === undefined ? [] : [told]), ...variableOfAncestors(IN_VERIFICATION)];
  const around = values.find((value) => value.startsWith(`${session}:`));
  if (around === undefined) return;
  const item = around.slice(session.length + 1);
  throw new OrchestratorError(
    "item_blocked",
    `Cannot ${operation}: this runs inside the verification of ${
      JSON.stringify(item)
    }, which must ` +
      "not decide its own session",
    {
      hint: `Run it once \`orchestrator complete ${item}\` has ended`,
      details: { session, item },
    },
  );
}
