/**
 * Programs of earlier versions, built again from git's history.
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { target } from "../../src/platform/runtime.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** The commit of each version that repositories were frozen with. */
export const COMMITS: Readonly<Record<string, string>> = {
  "0.1.0": "5da93edfdfd8755f047963966fa2682949e83876",
};

/** Why a version cannot be built here, or null when it can. */
export function buildMissing(version: string): string | null {
  const commit = COMMITS[version];
  if (commit === undefined) return `the commit of ${version} is unknown`;
  if (given() !== undefined) return null;
  const known = run("git", ["cat-file", "-e", `${commit}^{commit}`]);
  return known.status === 0 ? null : `git's history does not reach back to ${commit.slice(0, 7)}`;
}

/**
 * The executable of a version: the one that `ORCHESTRATOR_FROZEN` names, else one that is built from
 * its commit, in a work tree of its own, and kept in `dist/frozen/`.
 */
export function buildOf(version: string): string {
  const named = given();
  if (named !== undefined) return resolve(named);
  const commit = COMMITS[version] ?? "";
  const outdir = join(ROOT, "dist", "frozen", commit.slice(0, 12));
  const path = join(outdir, `orchestrator-${target()}`);
  if (existsSync(path)) return path;
  mkdirSync(outdir, { recursive: true });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "frozen-build-")));
  const tree = join(folder, "tree");
  try {
    must("git", ["worktree", "add", "--quiet", "--detach", tree, commit]);
    must(process.execPath, ["install", "--allow-scripts=npm:bun"], tree);
    const options = ["run", "-A", "scripts/compile.ts", "--engine", "bun", "--outdir", outdir];
    must(process.execPath, options, tree);
  } finally {
    run("git", ["worktree", "remove", "--force", tree]);
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}

function given(): string | undefined {
  const value = process.env["ORCHESTRATOR_FROZEN"];
  return value === "" ? undefined : value;
}

function must(program: string, args: readonly string[], cwd = ROOT): void {
  const { error, status, stderr } = run(program, args, cwd);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
}

function run(program: string, args: readonly string[], cwd = ROOT) {
  return spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
