/**
 * `deno task release:packaging`: makes the files for package managers and other places that install
 * the release in `dist/release/`, into `packaging/`.
 * @module
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { action, devcontainer, docker, type Installers } from "./release/packaging_hosts.ts";
import { type Files, homebrew, mise, scoop, winget } from "./release/packaging_managers.ts";
import { readManifest } from "./release/read_release.ts";
import type { ReleaseManifest } from "./release/manifest.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** All files, by their paths below `packaging/`. */
export function packaging(manifest: ReleaseManifest, installers: Installers): Files {
  return {
    ...homebrew(manifest),
    ...scoop(manifest),
    ...winget(manifest),
    ...mise(manifest),
    ...docker(manifest),
    ...devcontainer(manifest, installers),
    ...action(manifest, installers),
  };
}

/** The folders below `packaging/` that are made, and replaced as a whole. */
const FOLDERS = ["homebrew", "scoop", "winget", "mise", "docker", "devcontainer", "action"];

if (import.meta.main) {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      release: { type: "string", default: join(ROOT, "dist", "release") },
      outdir: { type: "string", default: join(ROOT, "packaging") },
    },
  });
  const read = (name: string) => readFileSync(join(values.release, name), "utf8");
  const files = packaging(readManifest(values.release), {
    "install.sh": read("install.sh"),
    "install.ps1": read("install.ps1"),
  });
  for (const folder of FOLDERS) {
    rmSync(join(values.outdir, folder), { recursive: true, force: true });
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(values.outdir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(name);
  }
}
