/**
 * Why there is no session to work in.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { namesWithin } from "../platform/within.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The error of a command that needs a session where none is chosen.
 * @param importCutOff whether an import of a snapshot was interrupted before its last step.
 */
export function noSession(
  { meta, operation, paths }: Pick<Workspace, "meta" | "operation" | "paths">,
  importCutOff: boolean,
): OrchestratorError {
  const doing = `Cannot run "${operation}"`;
  if (importCutOff) {
    return new OrchestratorError(
      meta === null ? "no_project" : "no_session",
      `${doing}: a snapshot import was interrupted before its last step`,
      { hint: "Run `orchestrator doctor --fix` to finish it (any change does this too)" },
    );
  }
  if (meta === null && hasSessions(paths)) {
    return new OrchestratorError(
      "no_project",
      `${doing}: .orchestrator holds sessions, but its meta.json is missing`,
      { hint: "Run `orchestrator init` to write meta.json; the sessions are not changed" },
    );
  }
  if (meta === null) {
    return new OrchestratorError(
      "no_project",
      `${doing}: there is no session in "${paths.root}"`,
      paths.isHome
        ? { hint: "Change to a project, or name one with --root" }
        : { hint: `Run \`orchestrator start "<task>"\`` },
    );
  }
  return new OrchestratorError(
    "no_session",
    `${doing}: no session is selected`,
    {
      hint:
        "Run `orchestrator session list` to see the sessions, and `orchestrator session use <id>` to select one",
    },
  );
}

/** Whether there are session folders of the new layout. */
function hasSessions(paths: OrchestratorPaths): boolean {
  try {
    return namesWithin(paths.stateDirectory, paths.sessions).some((name) => SESSION_ID.test(name));
  } catch {
    return false;
  }
}
