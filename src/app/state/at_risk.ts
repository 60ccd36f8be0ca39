/**
 * What of a session would be lost with this machine, as far as that is known here: no server is asked.
 * @module
 */
import { gitDirectory } from "../../project/git_remote.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { remembered } from "./known_branch.ts";
import { onlyHere } from "./only_here.ts";
import { webMode } from "./when_to_fetch.ts";

/** Why the state may be lost, and what protects it. */
export interface AtRisk {
  /** How many events no server has; absent where that is not known. */
  readonly events?: number;
  /** One sentence without a full stop. */
  readonly why: string;
  /** Words after `orchestrator`. */
  readonly argv: readonly string[];
}

/** What is at risk of a session that is here; null where nothing is known to be. */
export async function atRisk(
  workspace: Workspace,
  { session, seq }: Pick<SessionState, "session" | "seq">,
): Promise<AtRisk | null> {
  if (workspace.meta?.mode === "portable") return null;
  return await webMode(workspace)
    ? await unpushed(workspace, { session, seq })
    : vanishing(workspace);
}

async function unpushed(
  workspace: Workspace,
  { session, seq }: Pick<SessionState, "session" | "seq">,
): Promise<AtRisk | null> {
  if (gitDirectory(workspace.paths.root) === null) return null;
  const record = await remembered(workspace);
  if (record !== null && record.there === undefined) return null;
  const events = seq - (record?.there?.[session] ?? 0);
  if (events <= 0) return null;
  return { events, why: onlyHere(events), argv: ["state", "push"] };
}

/** The disk may vanish, and nothing keeps the state elsewhere. */
export function vanishing({ environment, paths, meta }: Workspace): AtRisk | null {
  const { ephemeral } = environment;
  if (ephemeral === null || meta?.mode === "portable") return null;
  const why = `This disk may vanish (${ephemeral.variable}), and the state is only on it`;
  return {
    why,
    argv: gitDirectory(paths.root) === null
      ? ["snapshot", "export", "-o", "<file>"]
      : ["config", "set", "web_mode", "true"],
  };
}
