/**
 * What the platform does when the system refuses: each call of a replacement and of an append made to
 * fail (strace), a full and a read-only file system (a mount of the test's own), readers that leave.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildWithBun,
  onDeno,
  type ProgramOnEngine,
  runToEnd,
  startFile,
  startProgram,
} from "./platform/engines.ts";

const works = (file: string, ...args: readonly string[]) =>
  spawnSync(file, [...args], { stdio: "ignore" }).status === 0;
const hasStrace = works("strace", "-o", "/dev/null", "true");
const canMount = works("unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt");
if (!hasStrace) console.log("skipping: strace is not installed or may not trace here");
if (!canMount) console.log("skipping: file systems cannot be mounted here");

const MOVES = "rename,renameat,renameat2";
const MODES = "fchmod,fchmodat";

let onBun: ProgramOnEngine & Disposable;
Deno.test.beforeAll(async () => {
  onBun = await buildWithBun();
});
Deno.test.afterAll(() => onBun[Symbol.dispose]());

async function onBoth(check: (engine: ProgramOnEngine) => Promise<void>): Promise<void> {
  await Promise.all([onBun, onDeno].map(check));
}

function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "platform-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs the program with `calls` on the project's files failing with `errno`. */
async function failing(
  engine: ProgramOnEngine,
  calls: string,
  errno: string,
  ...args: readonly string[]
): Promise<string> {
  const running = startFile("strace", [
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    `trace=${calls}`,
    "-e",
    `inject=${calls}:error=${errno}`,
    engine.file,
    ...engine.args,
    ...args,
  ]);
  running.child.stdin?.end();
  return (await running.ended).output;
}

Deno.test("a replacement that fails at any call leaves the old file and no temporary", {
  ignore: !hasStrace,
}, () =>
  onBoth(async (engine) => {
    const rows = [
      [MODES, "EPERM", "read_only"],
      ["fsync", "EIO", "io_failed"],
      [MOVES, "EACCES", "read_only"],
      [MOVES, "ENOSPC", "no_space"],
    ] as const;
    await Promise.all(rows.map(async ([calls, errno, code]) => {
      using directory = temporaryDirectory();
      const path = join(directory.path, "file");
      writeFileSync(path, "old");
      const output = await failing(engine, calls, errno, "replace", path, "1000");
      assert.equal(output, code, `${engine.name}: ${calls} → ${errno}`);
      assert.equal(readFileSync(path, "utf8"), "old");
      assert.deepEqual(readdirSync(directory.path), ["file"]);
    }));
  }));

Deno.test(
  "an append whose fsync fails is taken back",
  { ignore: !hasStrace },
  () =>
    onBoth(async (engine) => {
      using directory = temporaryDirectory();
      const path = join(directory.path, "log");
      writeFileSync(path, "one\ntorn");
      assert.equal(await failing(engine, "fsync", "EIO", "append", path, "4", "100"), "io_failed");
      assert.equal(readFileSync(path, "utf8"), "one\n");
    }),
);

Deno.test(
  "a lock that the file system refuses is an error, not a lock",
  { ignore: !hasStrace },
  () =>
    onBoth(async (engine) => {
      using directory = temporaryDirectory();
      const path = join(directory.path, "lock");
      const output = await failing(engine, "flock", "ENOLCK", "lock-code", path);
      assert.match(
        output,
        /^io_failed Cannot lock ".*lock": file locks are not supported here \(/,
      );
    }),
);

Deno.test("a full disk: the old content stands, nothing half-written stays", {
  ignore: !canMount,
}, () =>
  onBoth(async (engine) => {
    using directory = temporaryDirectory();
    const script = `mount -t tmpfs -o size=256k none "$1" && cd "$1" && printf old > file &&
      printf 'one\\n' > log && shift &&
      "$@" replace file 1000000; echo; "$@" append log 4 1000000; echo; ls -A; cat file log; wc -c < log`;
    const running = startFile("unshare", [
      ...["-m", "sh", "-c", script, "sh", directory.path],
      engine.file,
      ...engine.args,
    ]);
    running.child.stdin?.end();
    const { output } = await running.ended;
    assert.equal(output, "no_space\nno_space\nfile\nlog\noldone\n4\n", engine.name);
  }));

Deno.test("a read-only file system: writing says so, and who holds a lock can be seen", {
  ignore: !canMount,
}, () =>
  onBoth(async (engine) => {
    using directory = temporaryDirectory();
    const holder = '{"id":"a","operation":"o","pid":1,"host":"h","actor":"a","since":"s"}';
    const script =
      `mount -t tmpfs none "$1" && cd "$1" && printf old > file && echo '${holder}' > lock &&
      mount -o remount,ro none "$1" && shift &&
      "$@" replace file 10; echo; "$@" append file 3 10; echo; "$@" lock-code lock; echo; "$@" look lock`;
    const running = startFile("unshare", [
      ...["-m", "sh", "-c", script, "sh", directory.path],
      engine.file,
      ...engine.args,
    ]);
    running.child.stdin?.end();
    const { output } = await running.ended;
    const [replace, append, lock, look] = output.split("\n");
    assert.equal(replace, "read_only");
    assert.equal(append, "read_only");
    assert.equal(lock, "EROFS");
    assert.equal(look, `{"isHeld":false,"holder":${holder}}`);
  }));

Deno.test("a reader that leaves is no error, and a slow one gets everything", () =>
  onBoth(async (engine) => {
    const left = startProgram(engine, "print", "5000000");
    left.child.stdout?.once("data", () => left.child.stdout?.destroy());
    const code = await new Promise((resolve) => left.child.once("exit", resolve));
    assert.equal(code, 3, engine.name);

    const slow = startFile("sh", [
      ...["-c", '"$@" | { sleep 0.3; wc -c; }', "sh", engine.file],
      ...engine.args,
      ...["print", "1000000"],
    ]);
    assert.equal((await slow.ended).output.trim(), "1000000");
    const whole = await runToEnd(engine, "print", "1000000");
    assert.equal(whole.exitCode, 0);
    assert.equal(whole.output.length, 1_000_000);
  }));

/** Whether a process is more than a zombie. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

for (const signal of ["SIGKILL", "SIGHUP"] as const) {
  Deno.test(`a command ends, with what it started, when ${signal} ends who runs it`, {
    ignore: Deno.build.os !== "linux",
  }, () =>
    onBoth(async (engine) => {
      const running = startProgram(engine, "command");
      const pids = (await running.firstLine()).split(" ").map(Number);
      assert.deepEqual(pids.map(lives), [true, true]);
      running.child.kill(signal);
      await running.ended;
      const deadline = performance.now() + 20_000;
      while (pids.some(lives)) {
        assert.ok(performance.now() < deadline, `${engine.name}: it goes on`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }));
}
