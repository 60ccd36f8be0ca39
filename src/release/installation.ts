/**
 * Where this program is installed, and by whom.
 * @module
 */
import { foreignSlashes } from "../platform/foreign_path.ts";
import { REPOSITORY } from "./address.ts";

/** What looks after a copy of the program. */
export interface Manager {
  readonly name: string;
  /** How to update the copy with it; null when that differs from system to system. */
  readonly update: string | null;
  readonly remove: string | null;
}

interface ManagerRule extends Manager {
  /** Found in the path of a copy it looks after, with `/`. */
  readonly path: RegExp;
}

const MANAGERS: readonly ManagerRule[] = [
  {
    name: "npm",
    path: /\/node_modules\//,
    update: "npm update",
    remove: "npm uninstall",
  },
  {
    name: "Homebrew",
    path: /\/Cellar\//,
    update: `brew upgrade ${REPOSITORY}`,
    remove: `brew uninstall ${REPOSITORY}`,
  },
  {
    name: "Scoop",
    path: /\/scoop\/apps\//i,
    update: `scoop update ${REPOSITORY}`,
    remove: `scoop uninstall ${REPOSITORY}`,
  },
  {
    name: "winget",
    path: /\/WinGet\/(Packages|Links)\//i,
    update: `winget upgrade ${REPOSITORY}`,
    remove: `winget uninstall ${REPOSITORY}`,
  },
  {
    name: "mise",
    path: /\/mise\/installs\//,
    update: "mise upgrade",
    remove: "mise uninstall",
  },
  { name: "Nix", path: /^\/nix\/store\//, update: "nix profile upgrade", remove: null },
  {
    name: "the system's package manager",
    path: /^\/(usr\/)?s?bin\/[^/]+$/,
    update: null,
    remove: null,
  },
];

/**
 * Who looks after a copy of the program.
 * @param path its real path.
 * @returns null when no package manager does: it was copied there, or the project's installer put it there.
 */
export function managerOf(path: string): Manager | null {
  const rule = MANAGERS.find((candidate) => candidate.path.test(foreignSlashes(path)));
  if (rule === undefined) return null;
  const { name, update, remove } = rule;
  return { name, update, remove };
}
