/**
 * Locks, atomic replacement, moving over and a sample of crashes on the file systems that people have:
 * each in an image file, mounted in a name space of its own. And with the project on another file
 * system than home and temporary files.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { BRIEF, SAMPLE } from "../harness/effort.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/** Room enough for every test that runs there. */
const IMAGE_SIZE = "512M";

/** A file system: how an image is made, and what makes a folder of it what is meant. */
interface FileSystem {
  readonly name: string;
  readonly make: readonly string[];
  readonly options?: string;
  /** A shell command, in the mounted folder; `$1` is the folder that is used. */
  readonly prepare?: string;
}

const FILE_SYSTEMS: readonly FileSystem[] = [
  { name: "ext4", make: ["mkfs.ext4", "-q"] },
  { name: "xfs", make: ["mkfs.xfs", "-q"] },
  { name: "btrfs", make: ["mkfs.btrfs", "-q"] },
  { name: "vfat", make: ["mkfs.vfat"] },
  {
    name: "a case-insensitive ext4 folder",
    make: ["mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8"],
    prepare: 'chattr +F "$1"',
  },
];

/** What runs there. */
interface Runs {
  readonly what: string;
  readonly files: readonly string[];
  readonly filter?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const MOVING: Runs = {
  what: "moving over",
  files: ["tests/unit/migration/guards_test.ts", "tests/unit/migration/round_trip_test.ts"],
};

const RUNS: readonly Runs[] = [
  MOVING,
  { what: "locks and replacing files", files: ["tests/contract/platform_test.ts"] },
  { what: "what is stored", files: ["tests/contract/storage_test.ts"] },
  { what: "many at once", files: ["tests/concurrency/lock_test.ts"] },
  {
    what: "a sample of crashes",
    files: ["tests/crash/commands_test.ts", "tests/crash/migration_test.ts"],
    filter:
      "/: (?:note|complete|session remove|start|migrate scattered files|snapshot import of what)/",
    env: { CRASH_SAMPLE: String(Math.max(23, SAMPLE)) },
  },
];

/** Looks at nothing beside the project that a scratch makes. */
const OTHERS: Runs = {
  what: "imports",
  files: ["tests/unit/migration/import_legacy_test.ts", "tests/unit/snapshot/snapshot_test.ts"],
};

const linux = Deno.build.os === "linux";

for (const system of linux ? FILE_SYSTEMS : []) {
  const missing = whyNot(system);
  if (missing !== null) console.log(`Tests on ${system.name} skip: ${missing}`);
  for (const runs of BRIEF ? [MOVING] : RUNS) {
    Deno.test({
      name: `on ${system.name}: ${runs.what}`,
      ignore: missing !== null || !executableAvailable,
      fn: async () => {
        const scratch = newScratch();
        try {
          const image = makeImage(scratch, system);
          const folder = join(scratch, "mounted");
          mkdirSync(folder);
          await run(runs, mounted(system, image, folder), { TMPDIR: `${folder}/used` });
        } finally {
          rmSync(scratch, { recursive: true });
        }
      },
    });
  }
}

const MEMORY = "/dev/shm";
const twoFileSystems = linux && existsSync(MEMORY) &&
  statSync(MEMORY).dev !== statSync(realpathSync(tmpdir())).dev;
if (linux && !twoFileSystems) console.log("Tests on two file systems skip: there is only one");

for (const runs of linux ? [MOVING, ...BRIEF ? [] : [OTHERS]] : []) {
  Deno.test({
    name: `with the project on another file system than home: ${runs.what}`,
    ignore: !twoFileSystems || !executableAvailable,
    fn: async () => {
      const projects = mkdtempSync(join(MEMORY, "projects-"));
      try {
        await run(runs, [], { TEST_PROJECTS: projects });
      } finally {
        rmSync(projects, { recursive: true });
      }
    },
  });
}

/** Why a file system cannot be tried here, or null when it can. */
function whyNot(system: FileSystem): string | null {
  if (process.getuid?.() !== 0) return "mounting takes root";
  const scratch = newScratch();
  try {
    const folder = join(scratch, "mounted");
    mkdirSync(folder);
    const [program = ""] = system.make;
    if (spawnSync(program, ["-V"]).error !== undefined) return `${program} is not installed`;
    const [file = "", ...args] = mounted(system, makeImage(scratch, system), folder);
    const { status, stderr } = spawnSync(file, [...args, "true"], { encoding: "utf8" });
    return status === 0 ? null : `it cannot be mounted (${stderr.trim().split("\n")[0]})`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function makeImage(scratch: string, { make }: FileSystem): string {
  const image = join(scratch, "image");
  must("truncate", ["--size", IMAGE_SIZE, image]);
  const [program = "", ...options] = make;
  must(program, [...options, image]);
  return image;
}

/** What runs the rest of a command line with the image mounted; it is gone with its end. */
function mounted(system: FileSystem, image: string, folder: string): readonly string[] {
  const steps = [
    'mount -o loop "$1" "$2"',
    'mkdir "$2/used"',
    ...system.prepare === undefined ? [] : [`(set -- "$2/used"; ${system.prepare})`],
    "shift 2",
    'exec "$@"',
  ];
  return ["unshare", "--mount", "sh", "-c", steps.join(" && "), "sh", image, folder];
}

async function run(
  { files, filter, env }: Runs,
  around: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const options = ["test", "--allow-all", "--no-check", "--quiet"];
  if (filter !== undefined) options.push(`--filter=${filter}`);
  const [program = "", ...args] = [...around, process.execPath, ...options, ...files];
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: ROOT,
    env: { ORCHESTRATOR_EXECUTABLE: await executable(), NO_COLOR: "1", ...env, ...variables },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.ok(success, `${text(stdout)}${text(stderr)}`);
}

function newScratch(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "file-systems-")));
}

function must(program: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}
