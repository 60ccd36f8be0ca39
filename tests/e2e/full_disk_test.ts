/**
 * A disk that is really full: nothing is lost, nothing is half done, and when there is room again
 * everything goes on.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const MOUNT = 'mount -t tmpfs -o size=200k tmpfs "$1"';

const available = executableAvailable && Deno.build.os === "linux" && process.getuid?.() === 0 &&
  (await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", MOUNT, "sh", "/mnt"],
    stdout: "null",
    stderr: "null",
  }).output()).success;
if (!available) console.log("skipped: a full disk (it needs Linux and the right to mount)");

/** One command of the story: `fill` and `free` are about the disk. */
type Step = "fill" | "free" | readonly string[];

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a story on a disk of 200 KB that exists as long as its shell does. */
async function onSmallDisk(steps: readonly Step[]): Promise<readonly Ended[]> {
  using scratch = new Scratch();
  const file = await executable();
  const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  const results = join(scratch.top, "results");
  const lines = steps.map((step, index) => {
    if (step === "fill") return "cat /dev/zero > ballast 2> /dev/null";
    if (step === "free") return "rm ballast";
    const words = [file, ...step].map(quoted).join(" ");
    return `${words} > "$2.${index}" 2>&1; echo $? >> "$2"`;
  });
  const script = [MOUNT, 'cd "$1"', ...lines].join("\n");
  const { code, stderr } = await runProcess(
    "unshare",
    ["--mount", "sh", "-c", script, "sh", scratch.root, results],
    { cwd: scratch.top, env: scratchEnvironment(scratch) },
  );
  assert.equal(code, 0, stderr);
  const codes = Deno.readTextFileSync(results).trimEnd().split("\n").map(Number);
  return steps.flatMap((step, index) =>
    typeof step === "string" ? [] : [Deno.readTextFileSync(`${results}.${index}`)]
  ).map((output, index) => ({ code: codes[index] ?? -1, output }));
}

Deno.test({
  name: "a full disk: a clear error, nothing lost, and on with it when there is room",
  ignore: !available,
  async fn() {
    const long = "x".repeat(4500);
    const ended = await onSmallDisk([
      ["start", "Build a bridge"],
      ["note", "before"],
      "fill",
      // The first may still fit into the last block of the journal; later ones do not.
      ["note", long],
      ["note", long],
      ["start", "Another"],
      ["feedback", "tool", "add", "x"],
      ["status"],
      ["log", "verify"],
      "free",
      ["note", "after"],
      ["start", "A third"],
      ["log", "verify", "--all"],
      ["session", "list", "--json"],
    ]);
    const [start, before, first, second, another, feedback, status, verify, ...rest] = ended;
    const [after, third, all, list] = rest;
    for (const good of [start, before, status, verify, after, third, all, list]) {
      assert.equal(good?.code, 0, good?.output);
    }
    for (const refused of [second, another, feedback]) {
      assert.equal(refused?.code, 1, refused?.output);
      assert.match(refused.output, /no space is left on the device/);
      assert.match(refused.output, /Free some space/);
    }
    const lines = first?.code === 0 ? 3 : 2;
    assert.match(verify?.output ?? "", new RegExp(`: ${lines} lines, the chain holds`));
    assert.match(all?.output ?? "", new RegExp(`: ${lines + 1} lines, the chain holds`));
    assert.equal(JSON.parse(list?.output ?? "").data.sessions.length, 2);
  },
});
