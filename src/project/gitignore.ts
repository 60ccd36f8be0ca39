/**
 * What git does not see of the state directory: the text of `.orchestrator/.gitignore`.
 * @module
 */
import { KEYS } from "./paths.ts";
import type { RepositoryMode } from "./identity.ts";

/** Ignores the whole state directory, this file included. */
const EVERYTHING = "*";

/** What must never be committed. A leading slash binds a pattern to the state directory itself. */
export const NEVER_COMMITTED: readonly string[] = [
  "/lock",
  "/sessions/*/lock",
  `/${KEYS.current}`,
  "/bindings/",
  "/secrets/",
  "/migration_backup/",
  "/migration.json",
  "/archive/",
  "/sessions/*/legacy/",
  "/backups/",
  ".tmp-*",
  ".staging-*",
  ".removed-*",
];

const PORTABLE_HEAD =
  `# The state of orchestrator is committed with this repository ("orchestrator init --portable").
# What follows never is: it is secret, or means something on this machine only.
`;

/** The text a new `.gitignore` gets. */
export function gitignoreText(mode: RepositoryMode): string {
  if (mode === "normal") return `${EVERYTHING}\n`;
  return PORTABLE_HEAD + NEVER_COMMITTED.map((pattern) => `${pattern}\n`).join("");
}

/**
 * The text that should stand, given the one that stands. A file that does what the mode asks for is
 * returned as it is, whatever else it says; in portable mode lines of its own are kept.
 *
 * @param present Content of the existing file, null when there is none.
 */
export function gitignoreFor(mode: RepositoryMode, present: string | null): string {
  if (present === null) return gitignoreText(mode);
  const lines = new Set(present.split(/\r?\n/).map((line) => line.trimEnd()));
  if (mode === "normal") return lines.has(EVERYTHING) ? present : gitignoreText(mode);
  if (lines.has(EVERYTHING)) return gitignoreText(mode);
  const missing = NEVER_COMMITTED.filter((pattern) => !lines.has(pattern));
  if (missing.length === 0) return present;
  const own = present.trim() === "" ? "" : present.endsWith("\n") ? present : `${present}\n`;
  if (own === "") return gitignoreText(mode);
  return own + missing.map((pattern) => `${pattern}\n`).join("");
}
