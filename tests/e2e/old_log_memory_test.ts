/** A log of the old tool as long as real ones get is taken over in little memory: it is never held whole as values. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { slowTest } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { peakOf } from "../harness/peak_memory.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const MEBIBYTE = 1024 * 1024;

/** The program takes about 50 MiB without any state; 0.1.0 took 418 MiB for this import. */
const MOST = 200 * MEBIBYTE;

const STATE = readFileSync(
  new URL("../fixtures/legacy/states/g4.json", import.meta.url),
  "utf8",
);

/** 30 MiB of events as the old tool wrote them. */
function oldLog(): string {
  const { workflow_id } = JSON.parse(STATE);
  const lines: string[] = [];
  for (let [number, length] = [0, 0]; length < 30 * MEBIBYTE; number++) {
    const line = JSON.stringify({
      timestamp: "2026-01-05T08:00:00Z",
      event_type: "item_completed",
      workflow_id,
      phase_id: "PLAN",
      item_id: `x${number % 50}`,
      message: `Completed item ${number} – ${(number * 7919).toString(36).repeat(20)}`,
      details: { notes: `n${number}`, path: "/home/mina/almanac/x", list: [1, 2, { a: "b" }] },
      actor: "system",
    });
    length += line.length + 1;
    lines.push(line);
  }
  return lines.join("\n") + "\n";
}

// Writes and parses the log a dozen times: half a minute.
slowTest({
  name: "30 MB of an old log are shown, imported, moved over and exported in less than 200 MiB",
  ignore: !executableAvailable || Deno.build.os !== "linux",
  async fn() {
    using scratch = new Scratch({
      ".workflow_state.json": STATE,
      ".workflow_log.jsonl": oldLog(),
    });
    const program = await executable();
    const measure = async (argv: readonly string[]) => {
      const { code, bytes } = await peakOf(program, argv, {
        cwd: scratch.root,
        env: scratchEnvironment(scratch),
      });
      const shown = `${argv.join(" ")}: ${Math.round(bytes / MEBIBYTE)} MiB`;
      assert.equal(code, 0, shown);
      assert.ok(bytes > 20 * MEBIBYTE && bytes < MOST, shown);
    };
    await measure(["status"]);
    await measure(["log", "--json"]);
    await measure(["migrate", "--dry-run"]);
    await measure(["note", "and on"]);
    await measure(["log"]);
    await measure(["log", "--json"]);
    await measure(["log", "verify"]);
    await measure(["snapshot", "export", "-o", "../state.tar.gz"]);
    for (const argv of [["import-legacy", "."], ["migrate", "--yes"]]) {
      rmSync(scratch.path(".orchestrator"), { recursive: true });
      await measure(argv);
    }
    await measure(["migrate", "--rollback", "--yes"]);
  },
});
