/**
 * A verification command is running when the executable is told to stop, or killed.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { executable } from "../harness/executable.ts";
import { type Picture, pictureOf, Repository } from "./repository.ts";

const ignore = Deno.build.os === "windows";

/** How long anything here may take; far more than it does. */
const PATIENCE_MS = 20_000;

/**
 * Writes the process ids of itself and of a grandchild, then waits for longer than any test. A second
 * run finds the file `go` and passes.
 */
const COMMAND = 'test -e go && exit 0; sleep 600 & echo "$$ $!" > pids; wait';

/** The same, deaf to SIGTERM. */
const STUBBORN = `trap "" TERM; ${COMMAND}`;

const workflow = `name: interrupted
steps:
  - { id: quick, name: Quick }
  - { id: slow, name: Slow, command: '${COMMAND}' }
  - { id: stubborn, name: Stubborn, command: '${STUBBORN}' }
`;

/** A repository in which `complete <item>` is running its command. */
interface Situation {
  readonly repository: Repository;
  readonly child: Deno.ChildProcess;
  /** Process ids of the command and of what it started. */
  readonly pids: readonly number[];
  readonly before: Picture;
}

async function whileRunning(
  item: string,
  test: (situation: Situation) => Promise<void>,
): Promise<void> {
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "interruption-" }));
  let pids: readonly number[] = [];
  try {
    for (const name of ["home", "project"]) Deno.mkdirSync(`${scratch}/${name}`);
    const root = `${scratch}/project`;
    const repository = new Repository(root, await executable(), `${scratch}/home`);
    repository.write("workflow.yaml", workflow);
    await repository.must("start", "Be interrupted");
    const before = pictureOf(root);
    const child = repository.start(["complete", item]);
    pids = await until(() => {
      const found = /^(\d+) (\d+)\n$/.exec(readFileSync(`${root}/pids`, "utf8"));
      return found === null ? null : [Number(found[1]), Number(found[2])];
    });
    await test({ repository, child, pids, before });
  } finally {
    for (const pid of pids) endQuietly(pid);
    rmSync(scratch, { recursive: true });
  }
}

/** Looks again and again until `look` neither throws nor answers null. */
async function until<Found>(look: () => Found | null): Promise<Found> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    let found: Found | null = null;
    try {
      found = look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (found !== null) return found;
    assert.ok(performance.now() < deadline, "it took too long");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function endQuietly(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It is gone, as it should be.
  }
}

/** Whether a process is more than a zombie. */
function isAlive(pid: number): boolean {
  if (Deno.build.os === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
    } catch {
      return false;
    }
  }
  return new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).outputSync()
    .success;
}

/** The session is unchanged, and no process holds its lock. */
async function requireUntouched({ repository, before }: Situation, item: string): Promise<void> {
  const now = pictureOf(repository.root);
  assert.deepEqual(now.sessions, before.sessions);
  const { items } = await repository.must("status") as {
    readonly items: readonly { readonly id: string; readonly status: string }[];
  };
  assert.equal(items.find((entry) => entry.id === item)?.status, "pending");
  const noted = await repository.run(["note", "The lock is free", "--lock-timeout", "0"]);
  assert.equal(noted.code, 0, noted.stderr);
  assert.equal(noted.stderr, "");
}

for (
  const [item, signal, code] of [
    ["slow", "SIGINT", 130],
    ["slow", "SIGTERM", 143],
    ["stubborn", "SIGINT", 130],
    ["stubborn", "SIGTERM", 143],
  ] as const
) {
  Deno.test({
    name: `${signal} ends a ${item} verification command with all it started`,
    ignore,
    fn: () =>
      whileRunning(item, async (situation) => {
        const { child, pids } = situation;
        child.kill(signal);
        const { code: ended, stdout, stderr } = await child.output();
        const said = new TextDecoder().decode(stderr);
        assert.equal(ended, code, said);
        assert.equal(new TextDecoder().decode(stdout), "");
        assert.match(said, new RegExp(`^error: Cannot complete "${item}": .*interrupted`));
        assert.deepEqual(pids.filter(isAlive), []);
        await requireUntouched(situation, item);
      }),
  });
}

Deno.test({
  name: "a second signal does not keep the first from ending the command",
  ignore,
  fn: () =>
    whileRunning("stubborn", async (situation) => {
      const { child, pids } = situation;
      child.kill("SIGINT");
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assert.equal(code, 130, new TextDecoder().decode(stderr));
      assert.deepEqual(pids.filter(isAlive), []);
      await requireUntouched(situation, "stubborn");
    }),
});

for (const item of ["slow", "stubborn"]) {
  Deno.test({
    name: `a killed executable takes a ${item} verification command with all it started along`,
    ignore,
    fn: () =>
      whileRunning(item, async ({ child, pids }) => {
        child.kill("SIGKILL");
        // Its output ends with the last process that holds it.
        await child.output();
        await until(() => pids.some(isAlive) ? null : true);
      }),
  });
}

Deno.test({
  name: "an executable killed while a verification command runs leaves the session as it was",
  ignore,
  fn: () =>
    whileRunning("slow", async (situation) => {
      const { child, repository } = situation;
      child.kill("SIGKILL");
      await child.output();
      await requireUntouched(situation, "slow");
      repository.write("go", "");
      const { code, stderr } = await repository.run(["complete", "slow"]);
      assert.equal(code, 0, stderr);
      const verified = await repository.run(["log", "verify", "--all"]);
      assert.equal(verified.code, 0, verified.stderr);
    }),
});

Deno.test({
  name: "other commands go on while a verification command runs",
  ignore,
  fn: () =>
    whileRunning("slow", async ({ child, repository }) => {
      const noted = await repository.run(["complete", "quick", "--lock-timeout", "0"]);
      assert.equal(noted.code, 0, noted.stderr);
      child.kill("SIGTERM");
      assert.equal((await child.output()).code, 143);
    }),
});
