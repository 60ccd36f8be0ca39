/**
 * What a power cut can leave of a change that was not acknowledged yet: a line that is there in part,
 * or as long as it should be but with nothing in it, and a state.json that never reached the disk.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { executable } from "../harness/executable.ts";
import { SAMPLE } from "../harness/effort.ts";
import { type Picture, pictureOf, Repository } from "./repository.ts";

/** A session with one acknowledged note, and the bytes that a second note added to its journal. */
interface Situation {
  readonly repository: Repository;
  readonly session: string;
  /** After the first note. */
  readonly before: Picture;
  /** The journal before the second note, and what that appended. */
  readonly journal: Uint8Array;
  readonly line: Uint8Array;
  /** `state.json` as it was before the second note. */
  readonly state: Uint8Array;
}

async function withNotes(test: (situation: Situation) => Promise<void>): Promise<void> {
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "power-cut-" }));
  try {
    for (const name of ["home", "project"]) Deno.mkdirSync(`${scratch}/${name}`);
    const root = `${scratch}/project`;
    const repository = new Repository(root, await executable(), `${scratch}/home`);
    repository.write("workflow.yaml", "name: cut\nsteps: [{ id: one, name: One }]\n");
    await repository.must("start", "Lose power");
    await repository.must("note", "Acknowledged");
    const before = pictureOf(root);
    const session = before.current ?? "";
    const files = `${root}/.orchestrator/sessions/${session}`;
    const journal = readFileSync(`${files}/log.jsonl`);
    const state = readFileSync(`${files}/state.json`);
    await repository.must("note", "Never acknowledged: ä ö ü €");
    const line = readFileSync(`${files}/log.jsonl`).subarray(journal.length);
    await test({ repository, session, before, journal, line, state });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The line is gone, everything acknowledged is there, and the next change is well. */
async function requireWhole(situation: Situation, what: string): Promise<void> {
  const { repository, session, before } = situation;
  const status = await repository.must("status");
  const acknowledged = before.sessions[session]?.lines ?? [];
  assert.equal(status["seq"], acknowledged.length, what);
  await repository.must("note", "Afterwards");
  const { lines = [], torn } = pictureOf(repository.root).sessions[session] ?? {};
  assert.deepEqual(lines.slice(0, -1), acknowledged, what);
  assert.match(lines.at(-1) ?? "", /"text":"Afterwards"/, what);
  assert.equal(torn, 0, what);
  const { sessions } = await repository.must("log", "verify", "--all") as {
    readonly sessions: readonly { readonly bad: unknown; readonly rebuilt: unknown }[];
  };
  assert.deepEqual(sessions.map(({ bad, rebuilt }) => [bad, rebuilt]), [[null, null]], what);
}

function leave({ repository, session }: Situation, name: string, content: Uint8Array): void {
  writeFileSync(`${repository.root}/.orchestrator/sessions/${session}/${name}`, content);
}

function remove({ repository, session }: Situation, name: string): void {
  rmSync(`${repository.root}/.orchestrator/sessions/${session}/${name}`);
}

/** Lengths of a line in part: all, or fewer when they are sampled; the ends always. */
function lengths(line: Uint8Array): readonly number[] {
  const step = 8 * SAMPLE;
  const chosen = Array.from({ length: line.length }, (_, length) => length);
  // Without its line feed only it is whole.
  return chosen.slice(0, -1)
    .filter((length) => length < 2 || length === line.length - 2 || length % step === 0);
}

Deno.test("a line that was written in part is no event, and the next change sets it aside", () =>
  withNotes(async (situation) => {
    const { journal, line, state } = situation;
    for (const length of lengths(line)) {
      leave(situation, "log.jsonl", Buffer.concat([journal, line.subarray(0, length)]));
      leave(situation, "state.json", state);
      await requireWhole(situation, `${length} of ${line.length} bytes`);
    }
  }));

Deno.test("a line that lacks nothing but its line feed is an event, and gets it", () =>
  withNotes(async (situation) => {
    const { repository, journal, line, state, session } = situation;
    leave(situation, "log.jsonl", Buffer.concat([journal, line.subarray(0, -1)]));
    leave(situation, "state.json", state);
    assert.equal((await repository.must("status"))["seq"], 3);
    await repository.must("note", "Afterwards");
    const text = pictureOf(repository.root).sessions[session]?.lines.join("\n") ?? "";
    assert.ok(text.startsWith(`${journal}${line}`));
  }));

Deno.test("a line whose content never reached the disk is no event", () =>
  withNotes(async (situation) => {
    const { journal, line, state } = situation;
    for (const length of [0, 1, line.length >> 1, line.length - 1]) {
      const zeros = new Uint8Array(line.length - length);
      leave(situation, "log.jsonl", Buffer.concat([journal, line.subarray(0, length), zeros]));
      leave(situation, "state.json", state);
      await requireWhole(situation, `${length} of ${line.length} bytes, then zeros`);
    }
  }));

Deno.test("a line whose end reached the disk before its beginning is no event", () =>
  withNotes(async (situation) => {
    const { journal, line, state } = situation;
    for (const length of [1, line.length >> 1, line.length - 1]) {
      for (const [what, cached] of [["", state], [", no state.json", null]] as const) {
        const zeros = new Uint8Array(length);
        leave(situation, "log.jsonl", Buffer.concat([journal, zeros, line.subarray(length)]));
        if (cached === null) remove(situation, "state.json");
        else leave(situation, "state.json", cached);
        await requireWhole(situation, `${length} zeros, then the end${what}`);
      }
    }
  }));

Deno.test("a state.json that never reached the disk is derived again", () =>
  withNotes(async (situation) => {
    const { journal, state } = situation;
    for (
      const [what, content] of [
        ["empty", new Uint8Array()],
        ["zeros", new Uint8Array(state.length)],
        ["half", state.subarray(0, state.length >> 1)],
        ["half, then zeros", Uint8Array.from(state, (byte, at) => at < 500 ? byte : 0)],
      ] as const
    ) {
      leave(situation, "log.jsonl", journal);
      leave(situation, "state.json", content);
      await requireWhole(situation, what);
    }
  }));
