/** What stands behind the last event of a journal, and how its lines end. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { byteSize } from "../../../src/platform/byte_size.ts";
import { journalEnd, readLines } from "../../../src/session/journal_end.ts";
import { encodeEvents } from "../../../src/session/journal.ts";
import { tidyJournal } from "../../../src/session/mend_journal.ts";
import { loadSession } from "../../../src/session/load.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { A, act, type InFiles, inFiles, note, refusal, start } from "./sessions.ts";

/** A session of three lines. */
async function three({ manager }: InFiles): Promise<void> {
  await start(manager);
  await act(manager, A, note("two"));
  await act(manager, A, note("three"));
}

/** The lines of two events that one append would write next, without their line feeds. */
async function nextLines({ backend }: InFiles): Promise<readonly [string, string]> {
  const loaded = await loadSession(backend, A, { replay: true });
  const events = ["four", "five"].map((text) => ({
    type: "note_added" as const,
    data: { text, phase: null },
  }));
  const stamp = { actor: PERSON, time: "2026-02-01T00:00:00.000Z" };
  const [four = "", five = ""] = encodeEvents(events, loaded, stamp).lines;
  return [four, five];
}

const zeros = (count: number) => "\0".repeat(count);

/** What the disk may hold of an append that was never acknowledged. */
const TAILS: Readonly<Record<string, (four: string, five: string) => string>> = {
  "a beginning": (four) => four.slice(0, 40),
  "zeros": () => zeros(4000),
  "zeros and a line feed": () => zeros(12) + "\n",
  "a beginning, then zeros": (four) => four.slice(0, 40) + zeros(four.length - 39),
  "zeros, then the end of the line": (four) => zeros(100) + four.slice(100) + "\n",
  "zeros, then the end and another line": (four, five) =>
    `${zeros(100)}${four.slice(100)}\n${five}\n`,
  "zeros, then another line": (four, five) => `${zeros(four.length + 1)}${five}\n`,
  "a beginning, zeros, and the end of the next line": (four, five) =>
    four.slice(0, 50) + zeros(four.length - 20) + five.slice(30) + "\n",
  "the end of another file": () => "<!doctype html>\n<p>\n",
  "a number": () => "17\n",
};

for (const [name, tail] of Object.entries(TAILS)) {
  Deno.test(`behind the last event: ${name} is set aside, whatever state.json says`, async () => {
    for (const state of ["there", "missing"]) {
      await inFiles(async (files) => {
        await three(files);
        const bytes = tail(...await nextLines(files));
        const { manager, file, warnings } = files;
        const before = readFileSync(file("log.jsonl"), "utf8");
        appendFileSync(file("log.jsonl"), bytes);
        if (state === "missing") Deno.removeSync(file("state.json"));
        const tree = () => readdirSync(file("."));
        const names = tree();
        const loaded = await manager.load(A);
        assert.equal(loaded.tornBytes, bytes.length);
        assert.equal(loaded.state.seq, 3);
        assert.match(
          warnings.join("\n"),
          new RegExp(`^${byteSize(bytes.length)} after line 3`, "m"),
        );
        assert.deepEqual(tree(), names, "readers only say it");
        assert.equal(readFileSync(file("log.jsonl"), "utf8"), before + bytes);
        assert.deepEqual(await journalEnd(files.backend, A), {
          lines: 3,
          behindBytes: bytes.length,
        });
        await act(manager, A, note("on"));
        const after = readFileSync(file("log.jsonl"), "utf8");
        assert.ok(after.startsWith(before));
        assert.equal(after.split("\n").length, 5);
        const [kept = ""] = readdirSync(file("set_aside"));
        assert.match(kept, /^3-[0-9a-f]{16}$/);
        assert.equal(readFileSync(file(`set_aside/${kept}`), "utf8"), bytes);
        const verified = await manager.verify(A);
        assert.deepEqual([verified.bad, verified.tornBytes, verified.lines], [null, 0, 4]);
      });
    }
  });
}

Deno.test("behind the last event: a whole line that chains is never thrown away", async () => {
  for (const end of ["\n", ""]) {
    await inFiles(async (files) => {
      await three(files);
      const [four] = await nextLines(files);
      appendFileSync(files.file("log.jsonl"), four + end);
      const { state, tornBytes } = await files.manager.load(A);
      assert.deepEqual([state.seq, tornBytes], [4, 0]);
      await act(files.manager, A, note("five"));
      assert.equal((await files.manager.verify(A)).lines, 5);
      assert.equal(readdirSync(files.file(".")).includes("set_aside"), false);
    });
  }
});

/** After these, what was acknowledged cannot be determined. */
const DOUBTFUL: Readonly<Record<string, (four: string, five: string) => string>> = {
  "a changed event": (four) => four.replace("four", "vier").replace('"prev":"', '"prev":"0') + "\n",
  "what is no event, with an event behind it": (_, five) => `rotten\n${five}\n`,
  "zeros, with events of two appends behind them": (_, five) =>
    `${zeros(50)}\n${five}\n${five.replace("2026-02-01", "2026-02-02")}\n`,
};

for (const [name, tail] of Object.entries(DOUBTFUL)) {
  Deno.test(`behind the last event: ${name} is damage where state.json is missing`, () =>
    inFiles(async (files) => {
      await three(files);
      appendFileSync(files.file("log.jsonl"), tail(...await nextLines(files)));
      Deno.removeSync(files.file("state.json"));
      const before = readFileSync(files.file("log.jsonl"));
      const error = await refusal("journal_corrupt", files.manager.load(A));
      assert.match(error.message, /line 4 /);
      await refusal("journal_corrupt", act(files.manager, A, note("x")));
      assert.deepEqual(readFileSync(files.file("log.jsonl")), before);
      assert.deepEqual(await journalEnd(files.backend, A), {
        lines: undefined,
        behindBytes: undefined,
      });
    }));
}

Deno.test("behind the last event: state.json says that nothing there was acknowledged", () =>
  inFiles(async (files) => {
    await three(files);
    const [, five] = await nextLines(files);
    appendFileSync(files.file("log.jsonl"), `rotten\n${five}\n`);
    await act(files.manager, A, note("four"));
    assert.equal((await files.manager.verify(A)).lines, 4);
  }));

Deno.test("a first line that is no event is damage, never set aside", () =>
  inFiles(async (files) => {
    await start(files.manager);
    writeFileSync(files.file("log.jsonl"), zeros(100));
    await refusal("journal_corrupt", act(files.manager, A, note("x")));
    assert.equal(readFileSync(files.file("log.jsonl"), "utf8"), zeros(100));
  }));

for (
  const [name, { spoil, lineEnds }] of Object.entries({
    "without its last line feed": {
      spoil: (text: string) => text.trimEnd(),
      lineEnds: "last one missing",
    },
    "with carriage returns": {
      spoil: (text: string) => text.replaceAll("\n", "\r\n"),
      lineEnds: "carriage returns",
    },
    "with carriage returns, without its last line feed": {
      spoil: (text: string) => text.replaceAll("\n", "\r\n").trimEnd(),
      lineEnds: "carriage returns",
    },
    "cut off behind a carriage return": {
      spoil: (text: string) => text.replaceAll("\n", "\r\n").slice(0, -1),
      lineEnds: "carriage returns",
    },
  })
) {
  Deno.test(`a journal ${name} is whole: read, gone on with, and put in order`, async () => {
    await inFiles(async (files) => {
      const { manager, file, edit, warnings, backend } = files;
      await three(files);
      const text = readFileSync(file("log.jsonl"), "utf8");
      edit("log.jsonl", spoil);
      const loaded = await manager.load(A);
      assert.deepEqual(
        [loaded.state.seq, loaded.tornBytes, loaded.lost, loaded.lineEnds],
        [3, 0, null, lineEnds],
      );
      assert.deepEqual(warnings, []);
      assert.deepEqual((await readLines(backend, A))?.all, text.trimEnd().split("\n"));
      assert.equal(await tidyJournal(manager, A), true);
      assert.equal(readFileSync(file("log.jsonl"), "utf8"), text);
      assert.equal(await tidyJournal(manager, A), false);
      assert.equal((await loadSession(backend, A)).rebuilt, null, "state.json was kept in step");
    });
    await inFiles(async (files) => {
      const { manager, file, edit, warnings } = files;
      await three(files);
      edit("log.jsonl", spoil);
      await act(manager, A, note("four"));
      assert.deepEqual(warnings, []);
      const verified = await manager.verify(A);
      assert.deepEqual([verified.bad, verified.lines, verified.tornBytes], [null, 4, 0]);
      const lines = readFileSync(file("log.jsonl"), "utf8").split("\n");
      assert.equal(lines.length, 5);
    });
  });
}
