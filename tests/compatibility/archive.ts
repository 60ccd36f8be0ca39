/**
 * Folders as archives, the same bytes for the same folder. Times of change are kept to the
 * nanosecond: state.json is provably fresh by them.
 * @module
 */
import { spawnSync } from "node:child_process";

/** Packs everything in a folder. Needs GNU tar and gzip. */
export function pack(folder: string, archive: string): void {
  const tar = [
    ...["--create", "--sort=name", "--format=posix", "--owner=0", "--group=0", "--numeric-owner"],
    ...["--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"],
    ...["--use-compress-program=gzip -9n", "--file", archive, "--directory", folder, "."],
  ];
  must("tar", tar);
}

/** Unpacks an archive into a folder. */
export function unpack(archive: string, folder: string): void {
  must("tar", ["-xzpf", archive, "-C", folder]);
}

function must(program: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}
