/**
 * What a release has for one target: the executable compressed in two ways, and an archive with all
 * that belongs to it.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completionScript, type Shell } from "../../src/cli/output/completion_script.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { executableFile } from "../../src/release/sums.ts";
import { type ArchiveFile, tarGz, zip } from "./archive.ts";
import { BEST_ZSTD_LEVEL, gzip, zstd } from "./compression.ts";
import type { ReleasedFile, ReleasedTarget } from "./manifest.ts";
import { manPages } from "./man.ts";
import { SYSTEMS } from "./systems.ts";

/** The names under which shells look for completions. */
const COMPLETIONS: Readonly<Record<Shell, string>> = {
  bash: "orchestrator.bash",
  zsh: "_orchestrator",
  fish: "orchestrator.fish",
  powershell: "orchestrator.ps1",
};

/** What goes into every archive beside the executable. */
export function companions(
  root: string,
  about: { readonly version: string; readonly date: string; readonly licenses: string },
): readonly ArchiveFile[] {
  const encoder = new TextEncoder();
  return [
    ...["LICENSE", "README.md", "CHANGELOG.md"].map((path) => ({
      path,
      data: new Uint8Array(readFileSync(join(root, path))),
    })),
    { path: "THIRD_PARTY_LICENSES.txt", data: encoder.encode(about.licenses) },
    ...Object.entries(COMPLETIONS).map(([shell, name]) => ({
      path: `completions/${name}`,
      data: encoder.encode(completionScript(shell as Shell)),
    })),
    ...manPages(COMMANDS, about).map(({ name, text }) => ({
      path: `man/man1/${name}`,
      data: encoder.encode(text),
    })),
  ];
}

/** What to pack. */
export interface PackJob {
  readonly target: string;
  readonly version: string;
  /** Path of the executable. */
  readonly executable: string;
  /** Where the files go. */
  readonly folder: string;
  readonly time: Date;
  readonly zstdLevel: number;
  readonly beside: readonly ArchiveFile[];
}

/** An installation on Linux transfers no more than this: people wait for it, often again and again. */
const MOST_TRANSFERRED = { gz: 60e6, zst: 45e6 } as const;

/**
 * Which of a target's files are larger than an installation may transfer: one line each.
 * @param level of Zstandard; with a lower one than the best, a trial, nothing is said of that file.
 */
export function tooLarge({ os, gz, zst }: ReleasedTarget, level: number): readonly string[] {
  if (os !== "linux") return [];
  const files = { gz, ...(level < BEST_ZSTD_LEVEL ? {} : { zst }) };
  return Object.entries(files).flatMap(([form, { name, size }]) => {
    const most = MOST_TRANSFERRED[form === "gz" ? "gz" : "zst"];
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    return size <= most ? [] : [`${name} has ${megabytes(size)}, more than ${megabytes(most)}`];
  });
}

/** Writes the files of one target. */
export async function packTarget(job: PackJob): Promise<ReleasedTarget> {
  const { target, version, folder, time, beside } = job;
  const system = SYSTEMS[target];
  if (system === undefined) throw new Error(`scripts/release/systems.ts does not know ${target}`);
  const data = new Uint8Array(readFileSync(job.executable));
  const windows = system.os === "windows";
  const name = windows ? "orchestrator.exe" : "orchestrator";
  const stem = `orchestrator-${version}-${target}`;
  const files = [{ path: name, data, executable: true }, ...beside]
    .map((file) => ({ ...file, path: `${stem}/${file.path}` }));
  const put = (fileName: string, bytes: Uint8Array): ReleasedFile => {
    writeFileSync(join(folder, fileName), bytes);
    return describe(fileName, bytes);
  };
  // Compression runs beside this thread: both cores have something to do.
  const [gz, zst, archive] = await Promise.all([
    gzip(data),
    zstd(data, job.zstdLevel),
    windows ? zip(files, time) : tarGz(files, time),
  ]);
  return {
    ...system,
    executable: describe(name, data),
    gz: put(executableFile(version, target, "gz"), gz),
    zst: put(executableFile(version, target, "zst"), zst),
    archive: put(`${stem}.${windows ? "zip" : "tar.gz"}`, archive),
  };
}

function describe(name: string, data: Uint8Array): ReleasedFile {
  return { name, size: data.length, sha256: createHash("sha256").update(data).digest("hex") };
}
