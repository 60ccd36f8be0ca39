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
import { World } from "../unit/snapshot/world.ts";

const mount = (size: string) => `mount -t tmpfs -o size=${size} tmpfs "$1"`;

const available = executableAvailable && Deno.build.os === "linux" && process.getuid?.() === 0 &&
  (await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", mount("200k"), "sh", "/mnt"],
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

/**
 * Runs a story on a small disk that exists as long as its shell does.
 * @param options.size as `mount` takes it. Default: 200 KB.
 * @param options.beside files that lie beside the disk, by name; a command names one as `../name`.
 */
async function onSmallDisk(
  steps: readonly Step[],
  options: {
    readonly size?: string;
    readonly beside?: Readonly<Record<string, Uint8Array>>;
  } = {},
): Promise<readonly Ended[]> {
  using scratch = new Scratch();
  for (const [name, bytes] of Object.entries(options.beside ?? {})) {
    Deno.writeFileSync(join(scratch.top, name), bytes);
  }
  const file = await executable();
  const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  const results = join(scratch.top, "results");
  const lines = steps.map((step, index) => {
    if (step === "fill") return "cat /dev/zero > ballast 2> /dev/null";
    if (step === "free") return "rm ballast";
    const words = [file, ...step].map(quoted).join(" ");
    return `${words} > "$2.${index}" 2>&1; echo $? >> "$2"`;
  });
  const script = [mount(options.size ?? "200k"), 'cd "$1"', ...lines].join("\n");
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
    assert.match(verify?.output ?? "", new RegExp(`: ${lines} lines, the hash chain is intact`));
    assert.match(all?.output ?? "", new RegExp(`: ${lines + 1} lines, the hash chain is intact`));
    assert.equal(JSON.parse(list?.output ?? "").data.sessions.length, 2);
  },
});

/** A snapshot of one small session. */
async function smallSnapshot(): Promise<Uint8Array> {
  using world = new World();
  await world.start("Build a bridge");
  return await world.export();
}

/** The bytes of a size as it is printed: `1.5 MiB`. */
function bytesOf(text: string | undefined): number {
  const [, value, unit = ""] = /^([\d.]+) (B|KiB|MiB)$/.exec(text ?? "") ?? [];
  return Number(value) * 1024 ** ["B", "KiB", "MiB"].indexOf(unit);
}

Deno.test({
  name: "an import that the disk has no room for says how much it needs, and changes nothing",
  ignore: !available,
  async fn() {
    const beside = { "state.tar.gz": await smallSnapshot() };
    const steps = [["snapshot", "import", "../state.tar.gz"], ["status"]];
    const [refused, status] = await onSmallDisk(steps, { beside });
    assert.equal(refused?.code, 1, refused?.output);
    const [, needed, reserve, lacking] =
      /needs (\S+ \S+) of free space .*, (\S+ \S+) in reserve\), (\S+ \S+) more than/.exec(
        refused.output,
      ) ?? [];
    assert.ok(bytesOf(lacking) > 0 && bytesOf(needed) >= bytesOf(lacking), refused.output);
    assert.ok(bytesOf(reserve) < 2 * 1024 * 1024, refused.output);
    assert.equal(status?.code, 4, status?.output);
    const [imported, shown] = await onSmallDisk(steps, { beside, size: "2m" });
    assert.equal(imported?.code, 0, imported?.output);
    assert.equal(shown?.code, 0, shown?.output);
  },
});

Deno.test({
  name: "an import that could not be finished is not decided",
  ignore: !available,
  async fn() {
    // Little to read, and much to put in its place: each small file takes a whole block.
    using world = new World();
    for (let count = 0; count < 200; count++) await world.start("Build a bridge");
    const [refused, status] = await onSmallDisk(
      [["snapshot", "import", "../state.tar.gz"], ["status"]],
      { beside: { "state.tar.gz": await world.export() }, size: "4m" },
    );
    assert.equal(refused?.code, 1, refused?.output);
    assert.match(refused.output, /needs [\d.]+ MiB of free space/);
    assert.equal(status?.code, 4, status?.output);
  },
});
