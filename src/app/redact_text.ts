/**
 * Taking a text out of a session's journal, and telling where else it still is.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { redactText as redact, type TextToRedact } from "../session/redact.ts";
import { keepState } from "./state/push_after_change.ts";
import { type StillHeld, stillHeld } from "./still_held.ts";
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
  if (event !== null) await keepState(workspace, "Redact", true);
  const change: Change = {
    state,
    events: event === null ? [] : [event],
    already: event === null ? `"${what.field}" of event ${what.seq} is already redacted` : null,
  };
  return {
    change,
    lines: lines.map(({ seq }) => seq),
    stillIn: event === null ? [] : await stillHeld(workspace, { session, values, tooLong }),
  };
}
