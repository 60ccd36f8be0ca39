/**
 * Whether this clone knows a state branch that it has no sessions of, by its refs: no server is asked, and
 * git is not run. Light: `session list` asks it each time.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { slashes } from "../../platform/path.ts";
import { gitDirectory } from "../../project/git_remote.ts";
import { REFS } from "../../state_layout/places.ts";
import type { Workspace } from "../workspace.ts";

/** Larger files of refs are not searched: git is asked then. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Whether there may be a ref of a state branch; false also without git. */
export async function refsMayKnow(
  workspace: Pick<Workspace, "paths" | "config">,
): Promise<boolean> {
  const directory = gitDirectory(workspace.paths.root);
  if (directory === null) return false;
  if (existsSync(`${directory}/reftable`)) return true;
  const configured = (await workspace.config()).get("state_branch");
  const [begins = configured] = configured.split("<");
  return isPacked(directory, begins) || [REFS.remote, "refs/remotes/"].some((folder) => {
    return isLoose(`${directory}/${folder}`, begins);
  });
}

function isPacked(directory: string, begins: string): boolean {
  try {
    const bytes = readFileSync(`${directory}/packed-refs`);
    return bytes.length > MOST_BYTES || bytes.includes(`/${begins}`);
  } catch {
    return false;
  }
}

function isLoose(folder: string, begins: string): boolean {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.some((name) => `/${slashes(name)}`.includes(`/${begins}`));
  } catch {
    return false;
  }
}
