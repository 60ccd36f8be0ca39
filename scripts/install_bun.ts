/**
 * Makes sure that Bun, which builds executables, is there to be run.
 *
 * Its npm package fetches nothing itself: the program for this system is a package of its own, and
 * an install script puts it in place. Where install scripts were not allowed to run, only a stub is.
 * @module
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import process from "node:process";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

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
  const ways: readonly (readonly string[])[] = [
    ["install", "--allow-scripts=npm:bun"],
    ["run", "--allow-all", join("node_modules", "bun", "install.js")],
  ];
  for (const args of ways) {
    say(`Bun is not installed; running deno ${args.join(" ")}`);
    spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
    if (bunRuns()) return;
  }
  throw new Error(
    'Cannot run Bun: its install script did not put it in place; remove node_modules and run "deno install"',
  );
}
