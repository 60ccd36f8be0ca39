/**
 * The executable under test: built once per state of the source, shared by all test processes.
 * @module
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { compile } from "../../scripts/compile.ts";
import { isWindows, target } from "../../src/platform/runtime.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");
const BUILDS = join(ROOT, "dist", "test");

/** Builds that no test has used for this long are removed. */
const UNUSED_MS = 60 * 60 * 1000;

let found: Promise<string> | undefined;

/**
 * True where {@link executable} can answer: `ORCHESTRATOR_EXECUTABLE` names one, or Bun is installed
 * to build one. Meant for a test's `ignore`.
 */
export const executableAvailable: boolean = Deno.env.get("ORCHESTRATOR_EXECUTABLE") !== undefined ||
  existsSync(join(ROOT, "node_modules", "bun", "bin", "bun.exe"));

/**
 * Path of the executable: the one `ORCHESTRATOR_EXECUTABLE` names, else one that Bun builds from the
 * source as it is now. Test processes that run at once wait for one build.
 *
 * @returns An absolute path.
 */
export function executable(): Promise<string> {
  found ??= find();
  return found;
}

async function find(): Promise<string> {
  const given = Deno.env.get("ORCHESTRATOR_EXECUTABLE");
  if (given !== undefined && given !== "") {
    const path = resolve(given);
    if (!existsSync(path)) throw new Error(`ORCHESTRATOR_EXECUTABLE names no file: ${path}`);
    return path;
  }
  mkdirSync(BUILDS, { recursive: true });
  using lock = await Deno.open(join(BUILDS, "lock"), { read: true, write: true, create: true });
  await lock.lock(true);
  // If the source changes during a build, it is built again.
  for (;;) {
    const hash = sourceHash();
    const path = join(BUILDS, hash, `orchestrator-${target()}${isWindows ? ".exe" : ""}`);
    if (!existsSync(path)) {
      removeUnused();
      await compile({ engine: "bun", outdir: join(BUILDS, hash) });
      if (sourceHash() !== hash) {
        rmSync(join(BUILDS, hash), { recursive: true, force: true });
        continue;
      }
    }
    const now = new Date();
    utimesSync(join(BUILDS, hash), now, now);
    return path;
  }
}

/** A hash of everything an executable is made of. */
function sourceHash(): string {
  const hash = createHash("sha256");
  const files = [
    "main.ts",
    "deno.json",
    "deno.lock",
    "scripts/compile.ts",
    ...readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join("src", name))
      .sort(),
  ];
  for (const file of files) {
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file))).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function removeUnused(): void {
  for (const name of readdirSync(BUILDS)) {
    const path = join(BUILDS, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() && Date.now() - stat.mtimeMs > UNUSED_MS) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}
