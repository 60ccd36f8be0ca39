/**
 * Reads a release that was built, for what is made from it.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ReleasedFile, ReleaseManifest } from "./manifest.ts";

/** The manifest in a release's folder. */
export function readManifest(folder: string): ReleaseManifest {
  const manifest = JSON.parse(
    readFileSync(join(folder, "release.json"), "utf8"),
  ) as ReleaseManifest;
  if (manifest.format !== 1) throw new Error(`"${folder}" has a release.json of another format`);
  return manifest;
}

/**
 * The unpacked executable of a target.
 * @throws Error when it, or its packed form, is not what the manifest says.
 */
export function readExecutable(
  folder: string,
  { targets }: ReleaseManifest,
  target: string,
): Uint8Array {
  const files = targets[target];
  if (files === undefined) throw new Error(`the release has nothing for ${target}`);
  const packed = checked(readFileSync(join(folder, files.gz.name)), files.gz);
  return checked(gunzipSync(packed), files.executable);
}

function checked(data: Uint8Array, { name, sha256 }: ReleasedFile): Uint8Array {
  if (createHash("sha256").update(data).digest("hex") !== sha256) {
    throw new Error(`${name} is not what release.json says`);
  }
  return data;
}
