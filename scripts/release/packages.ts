/**
 * The npm packages that are in the executable, from `deno.json`, `deno.lock` and what is installed.
 * @module
 */
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOMS } from "../check_layers.ts";

/** A package that is in the executable. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** SHA-512 of its archive, 128 hex digits. */
  readonly sha512: string;
  /** `name@version` of what it needs. */
  readonly needs: readonly string[];
  /** The text of its licence. */
  readonly licenseText: string;
}

interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
}

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

/** What `src/` may import from npm, and all that it needs in turn, sorted by name. */
export function packagesInExecutable(root: string): readonly Package[] {
  const lock = JSON.parse(readFileSync(join(root, "deno.lock"), "utf8")) as Lock;
  const config = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  const direct = new Set(Object.values(ROOMS).flatMap((room) => room.packages ?? []));
  const found = new Map<string, Package>();
  const visit = (key: string) => {
    if (found.has(key)) return;
    const locked = lock.npm[key];
    if (locked === undefined) throw new Error(`deno.lock does not know ${key}`);
    const needs = (locked.dependencies ?? []).map((need) => keyOf(need, lock));
    found.set(key, readPackage(root, key, locked, needs));
    needs.forEach(visit);
  };
  for (const name of direct) {
    const specifier = config.imports[name];
    if (specifier === undefined) throw new Error(`deno.json does not know ${name}`);
    visit(specifier.replace(/^npm:/, ""));
  }
  return [...found.values()].sort((left, right) => left.name < right.name ? -1 : 1);
}

/** `name@version` of a dependency, which the lock file writes without version where it is clear. */
function keyOf(need: string, lock: Lock): string {
  if (lock.npm[need] !== undefined) return need;
  const keys = Object.keys(lock.npm).filter((key) => key.startsWith(`${need}@`));
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw new Error(`deno.lock: which ${need}?`);
  return key;
}

function readPackage(
  root: string,
  key: string,
  locked: LockedPackage,
  needs: readonly string[],
): Package {
  const at = key.lastIndexOf("@");
  const [name, version] = [key.slice(0, at), key.slice(at + 1)];
  const folder = join(
    root,
    "node_modules",
    ".deno",
    key.replaceAll("/", "+"),
    "node_modules",
    ...name.split("/"),
  );
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly license?: string;
  };
  if (manifest.license === undefined) throw new Error(`${key} does not say its licence`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return {
    name,
    version,
    license: manifest.license,
    sha512: Buffer.from(locked.integrity.replace(/^sha512-/, ""), "base64").toString("hex"),
    needs,
    licenseText: file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim(),
  };
}

/** Bun's version: the runtime of every executable that is released. */
export function runtimeVersion(root: string): string {
  const config = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  const version = config.imports["bun"]?.split("@").at(-1);
  if (version === undefined) throw new Error("deno.json does not know bun");
  return version;
}
