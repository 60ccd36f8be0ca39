/**
 * `deno task release:npm`: packs the npm packages of the release in `dist/release/` into `dist/npm/`,
 * in the order in which they must be published.
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { npmPackages } from "./release/npm_packages.ts";
import { readExecutable, readManifest } from "./release/read_release.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    release: { type: "string", default: join(ROOT, "dist", "release") },
    outdir: { type: "string", default: join(ROOT, "dist", "npm") },
  },
});
const manifest = readManifest(values.release);
rmSync(values.outdir, { recursive: true, force: true });
mkdirSync(values.outdir, { recursive: true });
const order: string[] = [];
const packages = npmPackages({
  root: ROOT,
  version: manifest.version,
  time: new Date(manifest.date ?? 0),
  executables: new Map(
    Object.keys(manifest.targets).map((target) => [
      target,
      () => readExecutable(values.release, manifest, target),
    ]),
  ),
});
for await (const { name, file, data } of packages) {
  writeFileSync(join(values.outdir, file), data);
  order.push(file);
  console.log(`${(data.length / 1e6).toFixed(1).padStart(7)} MB  ${name}`);
}
writeFileSync(join(values.outdir, "order.txt"), `${order.join("\n")}\n`);
