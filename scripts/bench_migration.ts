/**
 * How fast a large repository of the old tool moves over, and in how much memory, against
 * `cp -a` and `sha256sum` of the same tree in the same run.
 *
 * `deno run -A scripts/bench_migration.ts [--checkpoints 2000] [--megabytes 500] [--rounds 3]`
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { executable } from "../tests/harness/executable.ts";

const { values } = parseArgs({
  options: {
    checkpoints: { type: "string", default: "2000" },
    megabytes: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
  },
});
const count = Number(values.checkpoints);
const bytes = Number(values.megabytes) * 1_000_000;

const scratch = Deno.makeTempDirSync({ prefix: "bench-migration-" });
try {
  const program = await executable();
  const source = `${scratch}/source`;
  build(source);
  const copies: number[] = [];
  const moves: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    copies.push(await copyAndSum(source));
    const { seconds, peak } = await move(program, source);
    moves.push(seconds);
    memory.push(peak);
  }
  const [copy, moved] = [median(copies), median(moves)];
  console.log(`${count} checkpoints, ${values.megabytes} MB, median of ${values.rounds}`);
  console.log(`  cp -a and sha256sum   ${copy.toFixed(2)} s`);
  console.log(`  migrate               ${moved.toFixed(2)} s (${(moved / copy).toFixed(2)} times)`);
  console.log(`  memory at most        ${Math.round(Math.max(...memory) / 1024)} MiB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** A state, and checkpoints of it, each filled up to its share. */
function build(root: string): void {
  const fixture = (name: string) =>
    JSON.parse(readFileSync(new URL(`../tests/fixtures/legacy/${name}`, import.meta.url), "utf8"));
  Deno.mkdirSync(`${root}/.workflow_checkpoints`, { recursive: true });
  Deno.mkdirSync(`${root}/.git`);
  Deno.writeTextFileSync(
    `${root}/.workflow_state.json`,
    JSON.stringify(fixture("states/g4.json")),
  );
  const checkpoint = fixture("checkpoint_v2.json");
  const filler = Math.max(0, Math.floor(bytes / count) - JSON.stringify(checkpoint).length);
  const words = crypto.getRandomValues(new Uint8Array(1024));
  const text = Array.from(words, (word) => word.toString(16).padStart(2, "0")).join("");
  for (let index = 0; index < count; index++) {
    const id = `cp_20260105_${String(index).padStart(6, "0")}_0a1b2c`;
    const summary = (id + text).repeat(Math.ceil(filler / text.length)).slice(0, filler);
    Deno.writeTextFileSync(
      `${root}/.workflow_checkpoints/${id}.json`,
      JSON.stringify({ ...checkpoint, checkpoint_id: id, context_summary: summary }),
    );
  }
}

async function copyAndSum(source: string): Promise<number> {
  const started = performance.now();
  await must("cp", ["-a", source, `${scratch}/copy`]);
  await must("sh", ["-c", `find ${scratch}/copy -type f -print0 | xargs -0 sha256sum > /dev/null`]);
  const seconds = (performance.now() - started) / 1000;
  rmSync(`${scratch}/copy`, { recursive: true });
  return seconds;
}

async function move(program: string, source: string) {
  const root = `${scratch}/moved`;
  await must("cp", ["-a", source, root]);
  await must("sync", []);
  const started = performance.now();
  const child = new Deno.Command(program, {
    args: ["migrate", "--yes", "--quiet"],
    cwd: root,
    env: { HOME: scratch },
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? peak);
    } catch {
      // It has ended, or this system has no /proc.
    }
  }, 20);
  const { success } = await child.status;
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (!success) throw new Error("migrate failed");
  rmSync(root, { recursive: true });
  return { seconds, peak };
}

async function must(file: string, args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(file, { args: [...args] }).output();
  if (!success) throw new Error(`${file} failed`);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
