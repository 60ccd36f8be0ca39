/** A state that is larger than the memory it takes to carry it: no session is held whole. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { makeProject } from "../../scripts/bench_projects.ts";
import { slowTest } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { peakOf } from "../harness/peak_memory.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const MEBIBYTE = 1024 * 1024;

/** Above what the executable takes without any state (about 75 MiB), and far below the state. */
const MOST = 200 * MEBIBYTE;

/** The longest note there may be, in words that pack about as well as what people write. */
function note(): string {
  let text = "";
  while (text.length < 4990) text += `${Math.floor(Math.random() * 4000).toString(36)} `;
  return text.trimEnd();
}

for (
  const [what, sessions, events] of [["many sessions", 24, 2300], [
    "one session",
    1,
    55_000,
  ]] as const
) {
  slowTest({
    name: `300 MB in ${what} are exported, inspected, imported and listed in less memory`,
    ignore: !executableAvailable || Deno.build.os !== "linux",
    async fn() {
      using here = new Scratch();
      using there = new Scratch({ ".git/HEAD": "ref: refs/heads/main\n" });
      const notes = Array.from({ length: 500 }, note);
      await makeProject(here.root, { sessions, events, note: (index) => notes[index % 500] ?? "" });
      const file = join(here.top, "state.tar.gz");
      const program = await executable();
      const run = (scratch: Scratch, argv: readonly string[]) =>
        peakOf(program, argv, { cwd: scratch.root, env: scratchEnvironment(scratch) });
      const runs = [
        await run(here, ["snapshot", "export", "-o", file]),
        await run(here, ["snapshot", "inspect", file]),
        await run(there, ["snapshot", "import", file]),
        // Compared with what is there now.
        await run(there, ["snapshot", "import", file]),
        await run(here, ["log"]),
        await run(here, ["log", "--json"]),
        await run(here, ["log", "verify"]),
      ];
      assert.ok(runs.every(({ code }) => code === 0), runs.map(({ stderr }) => stderr).join());
      const peaks = runs.map(({ bytes }) => bytes);
      assert.ok(statSync(file).size > 20 * MEBIBYTE);
      const shown = peaks.map((peak) => `${Math.round(peak / MEBIBYTE)} MiB`).join(", ");
      assert.ok(peaks.every((peak) => peak > 20 * MEBIBYTE && peak < MOST), shown);
    },
  });
}
