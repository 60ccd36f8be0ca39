/**
 * Taking a text out of a session's journal, and telling where else it still is.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { redactText as redact, type TextToRedact } from "../session/redact.ts";
import { type StillHeld, stillHeld } from "./still_held.ts";
import { pushAfterChange } from "./state/push_after_change.ts";
import type { Workspace } from "./workspace.ts";

/** What was done, and where the text still is. */
export interface TextRedaction {
  readonly change: Change;
  /** Numbers of the lines that had the text. */
  readonly lines: readonly number[];
  readonly stillIn: readonly StillHeld[];
}

/**
 * Redacts a text of a session.
 * @throws as `redactText` of `session/redact.ts`
 */
export async function redactText(
  workspace: Workspace,
  session: string,
  what: TextToRedact,
): Promise<TextRedaction> {
  const { state, event, lines, tooLong, values } = await redact(
    workspace.manager,
    session,
    what,
  );
  const change: Change = {
    state,
    events: event === null ? [] : [event],
    already: event === null ? `"${what.field}" of event ${what.seq} is already redacted` : null,
  };
  // Before it is looked for where the text still is: the branch has it no more in its newest commit.
  if (event !== null) await pushAfterChange(workspace, session);
  return {
    change,
    lines: lines.map(({ seq }) => seq),
    stillIn: event === null ? [] : await stillHeld(workspace, { session, values, tooLong }),
  };
}
