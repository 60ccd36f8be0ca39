/**
 * Moving over where old files or the whole project are on a mount: a file system in memory, an overlay,
 * a single file that is a mount point. Each in a mount name space of its own.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { type Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { oldRepository, repositoryOf } from "../unit/migration/old_repository.ts";

const available = executableAvailable && Deno.build.os === "linux" && process.getuid?.() === 0 &&
  (await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"],
    stdout: "null",
    stderr: "null",
  }).output()).success;
if (!available) console.log("skipped: old files on mounts (it needs Linux and the right to mount)");

/** Some kernels and containers refuse an overlay. */
const overlays = available && (await new Deno.Command("unshare", {
  args: [
    "--mount",
    "sh",
    "-c",
    "mount -t tmpfs tmpfs /mnt; mkdir /mnt/l /mnt/u /mnt/w; mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/l",
  ],
  stdout: "null",
  stderr: "null",
}).output()).success;
if (!overlays) console.log("skipped: an overlay (it cannot be mounted here)");

/** What `find` says of each file: name, kind, mode, size, and the content's sum. */
const LIST =
  "find . -printf '%p %y %m %l\\n' | sort; find . -type f -exec sha256sum {} + | sort -k 2";

/** Runs lines of shell in the project, with `$O` for the program and `$TOP` for the scratch. */
async function inMounts(scratch: Scratch, lines: readonly string[]): Promise<Result> {
  const env = scratchEnvironment(scratch, {
    ORCHESTRATOR_ACTOR: "anna",
    O: await executable(),
    TOP: scratch.top,
    ROOT: scratch.root,
  });
  const script = ["set -e", 'cd "$ROOT"', ...lines].join("\n");
  return await runProcess("unshare", ["--mount", "sh", "-c", script], { cwd: scratch.top, env });
}

/** There and back in the directory that is mounted, which must end as it began. */
const THERE_AND_BACK = [
  `(${LIST}) > "$TOP/before"`,
  '"$O" migrate --yes > "$TOP/out" 2>&1 || { cat "$TOP/out"; exit 1; }',
  "test ! -e .workflow_state.json",
  '"$O" status --quiet',
  '"$O" migrate --rollback --yes > "$TOP/out" 2>&1 || { cat "$TOP/out"; exit 1; }',
  `(${LIST}) > "$TOP/after"`,
  'diff "$TOP/before" "$TOP/after"',
];

const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  "a file system in memory": [
    'mkdir "$TOP/m"; mount -t tmpfs tmpfs "$TOP/m"; cp -a . "$TOP/m/project"; cd "$TOP/m/project"',
  ],
  "an overlay whose lower layer has the old files": [
    'mkdir "$TOP/m" "$TOP/o"; mount -t tmpfs tmpfs "$TOP/m"',
    'mkdir "$TOP/m/lower" "$TOP/m/upper" "$TOP/m/work"; cp -a . "$TOP/m/lower/"',
    'mount -t overlay overlay -o "lowerdir=$TOP/m/lower,upperdir=$TOP/m/upper,workdir=$TOP/m/work" "$TOP/o"',
    'cd "$TOP/o"',
  ],
  "a bind mount of the project": [
    'mkdir "$TOP/b"; mount --bind . "$TOP/b"; cd "$TOP/b"',
  ],
};

for (const [name, mounts] of Object.entries(SYSTEMS)) {
  Deno.test({
    name: `there and back on mounts: ${name}`,
    ignore: !available || (name.includes("overlay") && !overlays),
    fn: async () => {
      for (const generation of [4, 8]) {
        using scratch = oldRepository(repositoryOf(generation));
        const story = generation === 4
          ? THERE_AND_BACK
          : THERE_AND_BACK.filter((line) => !line.startsWith("test"));
        const { code, stdout, stderr } = await inMounts(scratch, [...mounts, ...story]);
        assert.equal(code, 0, `${stdout}\n${stderr}`);
      }
    },
  });
}

const POINTS: readonly (readonly [string, string, string])[] = [
  [
    "a single file",
    'cp .workflow_log.jsonl "$TOP/log"; mount --bind "$TOP/log" .workflow_log.jsonl',
    ".workflow_log.jsonl",
  ],
  ["a folder", "mount -t tmpfs tmpfs .workflow_checkpoints", ".workflow_checkpoints"],
  [
    "a folder in a folder that moves",
    "mkdir .workflow_sessions/deep; mount -t tmpfs tmpfs .workflow_sessions/deep; touch .workflow_sessions/deep/x",
    ".workflow_sessions/deep",
  ],
];

for (const [name, mount, path] of POINTS) {
  Deno.test({
    name: `an old place that is a mount point is refused before anything is done: ${name}`,
    ignore: !available,
    fn: async () => {
      using scratch = oldRepository(repositoryOf(4));
      const { code, stdout, stderr } = await inMounts(scratch, [
        mount,
        `(${LIST}) > "$TOP/before"`,
        'code=0; "$O" migrate --yes 2> "$TOP/out" || code=$?; test "$code" -ne 0; cat "$TOP/out"',
        `(${LIST}) > "$TOP/after"`,
        'diff "$TOP/before" "$TOP/after"',
      ]);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      assert.ok(stdout.includes(`"${path}" is a mount point`), stdout);
    },
  });
}
