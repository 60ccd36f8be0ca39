/**
 * Makes sure that Bun, which builds executables, is there to be run.
 *
 * Its npm package fetches nothing itself: the program for this system is a package of its own, and
 * an install script puts it in place. Where install scripts were not allowed to run, only a stub is.
 * @module
 */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** Where Deno keeps the packages that `node_modules` links to. */
const PACKAGES = join(ROOT, "node_modules", ".deno");

/** Its name on every system. */
export const BUN = join(ROOT, "node_modules", "bun", "bin", "bun.exe");

/** Whether Bun runs. */
export function bunRuns(): boolean {
  return spawnSync(BUN, ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Installs Bun when it is not there.
 * @param say is told what is being done.
 * @throws Error when it still does not run.
 */
export function ensureBun(say: (line: string) => void): void {
  if (bunRuns()) return;
  say("Installing Bun, which builds the executable (about 100 MB) …");
  if (install()) return;
  // Deno believes a package that was set up once to be complete, whatever became of it since.
  say("Bun is incomplete; removing its package and installing it again");
  for (const name of readdirSync(PACKAGES)) {
    if (name.startsWith("bun@")) rmSync(join(PACKAGES, name), { recursive: true, force: true });
  }
  if (install()) return;
  throw new Error(
    'Cannot run Bun: installing it did not put it in place; run "deno install --allow-scripts=npm:bun" to see why',
  );
}

function install(): boolean {
  const args = ["install", "--quiet", "--allow-scripts=npm:bun"];
  spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  return bunRuns();
}
