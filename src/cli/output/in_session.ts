/**
 * Which session a person's decision was about.
 * @module
 */
import type { SessionManager } from "../../session/session_manager.ts";
import type { SessionState } from "../../workflow/state.ts";
import { say, type Shown, shown } from "./shown.ts";
import { brief } from "./text.ts";

/**
 * What follows an answer such as `Approved plan`: the task and the session where there are several, and
 * nothing where there is one only.
 */
export async function inSession(
  { manager }: { readonly manager: SessionManager },
  state: SessionState | undefined,
): Promise<Shown> {
  if (state === undefined || (await manager.listSessions()).length < 2) return say``;
  return say` in "${brief(state.task)}" (session ${shown(state.session)})`;
}
