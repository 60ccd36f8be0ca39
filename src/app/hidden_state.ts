/**
 * State that portable mode commits, and that an ignore rule hides from git.
 * @module
 */
import { hiddenFromGit } from "../project/hidden_files.ts";
import type { Project, Warnings } from "./workspace.ts";

/** How many files are named. */
const MOST_NAMED = 3;

/** Warns in portable mode where a rule hides state, and names the rule with its file and line. */
export async function warnOfHidden(
  { meta, paths, io, warn }: {
    readonly meta: Project["meta"];
    readonly paths: Project["paths"];
    readonly io: Project["io"];
    readonly warn: Warnings["warn"];
  },
): Promise<void> {
  if (meta?.mode !== "portable" || paths.stateHome?.shared !== undefined) return;
  const hidden = await hiddenFromGit(paths.root, io.env);
  if (hidden.length === 0) return;
  const more = hidden.length > MOST_NAMED ? ` and ${hidden.length - MOST_NAMED} more` : "";
  warn(
    `An ignore rule hides files from git that portable mode commits: ${
      hidden.slice(0, MOST_NAMED).join(", ")
    }${more}; remove the rule, or exclude .orchestrator from it`,
  );
}
