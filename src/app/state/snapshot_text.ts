/**
 * The last fallback: where no branch takes the state, it is handed over as text, so that
 * the output of a machine that vanishes then holds the state.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { exportSnapshot } from "../../snapshot/export.ts";
import type { Workspace } from "../workspace.ts";
import { openBranchSessions } from "./find_on_branch.ts";

/** Most characters that are handed over without being asked for. */
const MOST = 1024 * 1024;

/** The state as an armored snapshot without secrets; null when it is too long to be printed. */
export async function snapshotText(workspace: Workspace): Promise<string | null> {
  const { meta, manager, io } = workspace;
  if (meta === null) return null;
  const request = { repository: meta, now: io.now(), armor: true };
  const decoder = new TextDecoder();
  let text = "";
  try {
    const backend = (await openBranchSessions(workspace))?.backend ?? manager.backend;
    for await (const piece of (await exportSnapshot(backend, request)).bytes) {
      text += decoder.decode(piece, { stream: true });
      if (text.length > MOST) return null;
    }
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    workspace.warn(error.message);
    return null;
  }
  return text;
}
