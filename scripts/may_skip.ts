/**
 * Tests that may skip where every partner is installed, and why. Where `TEST_STRICT` is set, as in
 * CI, any other skip is a failure.
 * @module
 */
import { spawnSync } from "node:child_process";
import process from "node:process";

/** What a machine is and may do, as far as tests depend on it. */
export interface Machine {
  /** `process.platform`. */
  readonly platform: string;
  readonly root: boolean;
  /** Whether file systems can be mounted in a name space of one's own. */
  readonly mounts: boolean;
}

/** Tests by name, and where they have nothing to do. */
interface MaySkip {
  readonly name: RegExp;
  readonly why: string;
  readonly where: (machine: Machine) => boolean;
}

const MAY_SKIP: readonly MaySkip[] = [
  {
    name: /^project\.writable: the system says so$/,
    why: "root may write everywhere",
    where: ({ root }) => root,
  },
  {
    name: /^trust file: a folder that cannot be written is an error with its path$/,
    why: "root may write everywhere",
    where: ({ root }) => root,
  },
  {
    name: /^file_exists: a file that cannot be read proves nothing$/,
    why: "root may read everything",
    where: ({ root }) => root,
  },
  {
    name: /^on (?:vfat|a case-insensitive ext4 folder): /,
    why: "many kernels are built without them",
    where: () => true,
  },
  {
    name: /^on [a-z]|disk|file system|mount|users? of a group|glibc from musl|BusyBox/,
    why: "needs root, and the right to mount or to become another user",
    where: ({ root, mounts }) => !root || !mounts,
  },
];

/** Those of the skipped tests that should have run. */
export function unexpectedSkips(
  skips: readonly string[],
  machine: Machine = thisMachine(),
): readonly string[] {
  return skips.filter((skip) =>
    !MAY_SKIP.some(({ name, where }) => name.test(skip) && where(machine))
  );
}

let known: Machine | undefined;

/** What this machine may do. Asked once. */
function thisMachine(): Machine {
  known ??= {
    platform: process.platform,
    root: process.getuid?.() === 0,
    mounts: spawnSync("unshare", ["--mount", "true"], { stdio: "ignore" }).status === 0,
  };
  return known;
}
