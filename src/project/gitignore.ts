/**
 * What git does not see of the state directory: the text of `.orchestrator/.gitignore`.
 * @module
 */
import type { RepositoryMode } from "./identity.ts";
import { NEVER_COMMITTED } from "../state_layout/git_files.ts";
import { linesOf, replaceOwned, saying } from "./owned_lines.ts";

/** Ignores the whole state directory, this file included. */
const EVERYTHING = "*";

const PORTABLE_HEAD: readonly string[] = [
  `# The state of orchestrator is committed with this repository ("orchestrator init --portable").`,
  "# The following files are never committed: they are secret, or only useful on this machine.",
];

const PORTABLE: readonly string[] = [...PORTABLE_HEAD, ...NEVER_COMMITTED];

/** The text a new `.gitignore` gets. */
export function gitignoreText(mode: RepositoryMode): string {
  const lines = mode === "normal" ? [EVERYTHING] : PORTABLE;
  return lines.map((line) => `${line}\n`).join("");
}

/** The mode that a `.gitignore` was written for; null where it says neither. */
export function modeSaid(text: string | null): RepositoryMode | null {
  const said = new Set(linesOf(text ?? "").lines.map(saying));
  if (said.has(EVERYTHING)) return "normal";
  return PORTABLE_HEAD.some((line) => said.has(line)) ||
      NEVER_COMMITTED.filter((pattern) => said.has(pattern)).length > NEVER_COMMITTED.length / 2
    ? "portable"
    : null;
}

/**
 * The text that should stand, given the one that stands. A file that does what the mode asks for is
 * returned as it is, whatever else it says. Where the mode was another one, its lines are replaced by
 * those of this mode; all other lines are kept, on the side where they stood, so that
 * what they except from ours they go on excepting.
 *
 * @param present Content of the existing file, null when there is none.
 */
export function gitignoreFor(mode: RepositoryMode, present: string | null): string {
  if (present === null || present.trim() === "") return gitignoreText(mode);
  const parts = linesOf(present);
  const said = new Set(parts.lines.map(saying));
  const everything = said.has(EVERYTHING);
  if (mode === "normal") {
    return everything
      ? present
      : replaceOwned(parts, (line) => PORTABLE.includes(line), [EVERYTHING], "last");
  }
  if (everything) {
    const ours = (line: string) => line === EVERYTHING || PORTABLE.includes(line);
    return replaceOwned(parts, ours, PORTABLE, "last");
  }
  const missing = NEVER_COMMITTED.filter((pattern) => !said.has(pattern));
  return missing.length === 0 ? present : replaceOwned(parts, () => false, missing, "last");
}
