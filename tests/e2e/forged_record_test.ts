/**
 * What an editor and a hash program can do to a session's files, and what people are shown then.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { chained, journalText, parsedLines } from "../unit/session/raw_lines.ts";
import { forged } from "../unit/session/sessions.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { Place } from "./places.ts";

type Line = Record<string, unknown>;

/** Changes the lines of the session's journal; the chain is made to fit. */
function rewrite(place: Place, change: (lines: readonly Line[]) => readonly Line[]): void {
  const file = place.path("log.jsonl");
  writeFileSync(file, journalText(chained(change(parsedLines(readFileSync(file, "utf8"))))));
}

/** A line as programs wrote it before lines recorded their rules and states. */
function stripped({ rules: _, state: _state, ...line }: Line): Line {
  return { ...line, v: 1 };
}

/** Changes state.json; its checksum is made to fit. */
function forge(place: Place, change: (content: Line) => void): void {
  const file = place.path("state.json");
  writeFileSync(file, forged(readFileSync(file, "utf8"), change));
}

async function atWork(test: (place: Place) => Promise<void>): Promise<void> {
  using place = new Place(null);
  await place.work();
  await test(place);
}

/** Every string of a JSON value that is `from` becomes `to`. */
function replaced(value: unknown, from: string, to: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(from), JSON.stringify(to)));
}

const FORGERIES: Readonly<Record<string, (content: Line) => void>> = {
  "all items completed": (content) => {
    content["state"] = replaced(content["state"], "pending", "completed");
  },
  "a gate without its command": (content) => {
    content["state"] = replaced(content["state"], "command", "none");
  },
  "another command": (content) => {
    content["state"] = replaced(content["state"], "echo ran > ran.txt", "echo forged > forged.txt");
  },
  "an ended workflow": (content) => {
    content["state"] = { ...content["state"] as Line, status: "completed", phase: null };
  },
  "only a read model": (content) =>
    content["progress"] = { status: "completed", done: 3, total: 3 },
};

for (const [name, change] of Object.entries(FORGERIES)) {
  Deno.test(`a forged state.json is not shown, and nothing is done by it: ${name}`, () =>
    atWork(async (place) => {
      const truth = await place.run(["status", "--json"]);
      forge(place, change);
      const shown = await place.run(["status", "--json"]);
      assert.deepEqual(JSON.parse(shown.stdout).data, JSON.parse(truth.stdout).data);
      assert.equal((await place.run(["advance"])).code, 7);
      await place.must("complete", "check");
      assert.equal(place.scratch.read("ran.txt"), "ran\n");
      assert.equal((await place.run(["log", "verify"])).code, 0);
      assert.ok(!readFileSync(place.path("state.json"), "utf8").includes('"progress"'));
    }));
}

Deno.test("lines without digests are not taken behind lines with them", () =>
  atWork(async (place) => {
    const journal = readFileSync(place.path("log.jsonl"), "utf8");
    const forgeries: readonly ((lines: readonly Line[]) => readonly Line[])[] = [
      // The last line loses its digest.
      (lines) => lines.with(-1, stripped(lines.at(-1) ?? {})),
      // So does one in the middle.
      (lines) => lines.with(1, stripped(lines[1] ?? {})),
      // A line is added, as 0.1.0 would have written it.
      (
        lines,
      ) => [...lines, { ...stripped(lines[1] ?? {}), data: { phase: "PLAN", item: "check" } }],
      // What had format 2 before lines had digests has no place there either.
      (lines) => [...lines, {
        ...stripped(lines[0] ?? {}),
        v: 2,
        type: "journal_accepted",
        data: { known: { seq: 9, hash: "0" }, found: { seq: 4, hash: "0" }, reason: null },
      }],
    ];
    for (const change of forgeries) {
      writeFileSync(place.path("log.jsonl"), journal);
      rewrite(place, change);
      for (const argv of [["status"], ["note", "on"], ["log", "verify"], ["advance"]]) {
        const { code, stderr } = await place.run(argv);
        assert.equal(code, 8, argv.join(" "));
        assert.match(stderr, /line \d of its journal does not record the rules and the state/);
      }
    }
  }));

Deno.test("a line with the digest of another state is named", () =>
  atWork(async (place) => {
    rewrite(place, (lines) => {
      const [, completed = {}, last = {}] = lines;
      return lines.with(1, { ...completed, state: last["state"] });
    });
    const verified = await place.run(["log", "verify"]);
    assert.equal(verified.code, 8);
    assert.match(verified.stderr, /line 2 of its journal records a state that the lines up to it/);
    for (const argv of [["advance"], ["approve", "check", "--yes"], ["doctor", "--offline"]]) {
      assert.match((await place.run(argv)).stderr + (await place.run(argv)).stdout, /line 2/);
    }
  }));

Deno.test("a journal without digests is shown as written before audits, also when it went on", () =>
  atWork(async (place) => {
    rewrite(place, (lines) => lines.map(stripped));
    rmSync(place.path("state.json"));
    assert.match((await place.run(["status"])).stdout, /the journal was written before audits/);
    assert.match((await place.run(["log", "verify"])).stdout, /; written before audits/);
    const { bypasses } = JSON.parse((await place.run(["status", "--json"])).stdout).data;
    assert.deepEqual(bypasses, [{ kind: "before_audits", lines: 4, all: true }]);
    // Honest lines do not hide it.
    for (const argv of [["complete", "check"], ["advance"], ["complete", "build"]]) {
      await place.must(...argv);
    }
    const said = /lines 1 to 4 of the journal were written before audits/;
    assert.match((await place.run(["status"])).stdout, said);
    assert.match((await place.run(["finish"])).stdout, said);
    assert.match((await place.run(["status"])).stdout, said);
    assert.match((await place.run(["log", "verify"])).stdout, /; lines 1 to 4 were written before/);
  }));

const NEWER: Readonly<Record<string, (line: Line) => Line>> = {
  "rules": (line) => ({ ...line, rules: 99 }),
  "a projection": (line) => ({ ...line, state: `7:${"0".repeat(64)}` }),
  "a type of event": (line) => ({ ...line, type: "moon_landed", state: `1:${"0".repeat(64)}` }),
};

for (const [name, change] of Object.entries(NEWER)) {
  for (const at of [-1, 1]) {
    const where = at === -1 ? "the last line" : "a line in the middle";
    Deno.test(`what only a newer program knows is read, and not written to: ${name} in ${where}`, () =>
      atWork(async (place) => {
        rewrite(place, (lines) => lines.with(at, change(lines.at(at) ?? {})));
        rmSync(place.path("state.json"));
        const before = readTree(place.scratch.root);
        const { code, stdout, stderr } = await place.run(["status"]);
        assert.equal(code, 0);
        assert.match(stdout, /Build a bridge/);
        assert.match(stderr, /a newer version of orchestrator wrote it/);
        assert.equal((await place.run(["log"])).code, 0);
        for (
          const argv of [
            ["log", "verify"],
            ["note", "on"],
            ["complete", "check"],
            ["skip", "check", "--reason", "There is nothing to check"],
            ["advance"],
            ["checkpoint", "create"],
            ["finish", "--abandon", "--reason", "The river has dried up"],
            ["session", "rename", "bridge", "river"],
          ]
        ) {
          const refused = await place.run(argv);
          assert.equal(refused.code, 8, argv.join(" "));
          assert.match(refused.stderr, /hint: Use the newer version/, argv.join(" "));
        }
        const changes = compareTrees(before, readTree(place.scratch.root));
        assert.deepEqual(changes.filter((change) => !change.endsWith("/lock")), []);
      }));
  }
}
