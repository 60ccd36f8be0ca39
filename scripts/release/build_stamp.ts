/**
 * What an executable says that it was built from.
 * @module
 */
import { spawnSync } from "node:child_process";
import type { Build } from "../../src/platform/build.ts";

export type { Build } from "../../src/platform/build.ts";

/**
 * The state of a checkout: its commit, and whether anything that git tracks, or could track, differs
 * from it. Outside a checkout, and without git, nothing is known.
 */
export function buildOf(root: string): Build {
  const log = git(root, ["log", "-1", "--format=%H %ct"]);
  const status = git(root, ["status", "--porcelain"]);
  if (log === null || status === null) return { commit: null, date: null };
  const [hash = "", seconds = ""] = log.trim().split(" ");
  return {
    commit: status === "" ? hash : `${hash}+changes`,
    date: new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z"),
  };
}

/** What git prints; null when it fails or is not there. */
export function git(root: string, args: readonly string[]): string | null {
  const ended = spawnSync("git", [...args], { cwd: root, encoding: "utf8" });
  return ended.status === 0 ? ended.stdout : null;
}

/** The source that stands in for `src/platform/build.ts`. */
export function buildSource(build: Build): string {
  return `export const BUILD = ${JSON.stringify(build)} as const;\n`;
}
