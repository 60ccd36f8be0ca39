/**
 * Any sequence of commands and accidents: the session is always what its journal adds up to.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import { OrchestratorError } from "../../src/errors.ts";
import { walkChain } from "../../src/session/journal.ts";
import { loadSession } from "../../src/session/load.ts";
import { replay } from "../../src/session/rebuild.ts";
import { decodeState, encodeState } from "../../src/session/state_cache.ts";
import { MemoryBackend } from "../../src/storage/memory_backend.ts";
import type { Command } from "../../src/workflow/commands.ts";
import { decide } from "../../src/workflow/decide.ts";
import type { SessionState } from "../../src/workflow/state.ts";
import { A, managed, start } from "../unit/session/sessions.ts";
import {
  approve,
  approvePhase,
  CHECKED,
  item,
  LONG_REASON,
  outcomeOf,
  PERSON,
  phase,
  skip,
  workflow,
} from "../unit/workflow/session_builder.ts";

const DEFINITION = workflow([
  phase("PLAN", [
    "a",
    item("gate", { step_type: "gate", verification: CHECKED.command }),
    item("__proto__"),
  ]),
  phase("7", [item("12"), item("manual", { verification: CHECKED.manual_gate })], {
    exit_gate: "human_approval",
  }),
  phase("LAST", [item("z", { required: false })]),
]);

const items = fc.constantFrom("a", "gate", "__proto__", "12", "manual", "z", "nothing");

const commands: fc.Arbitrary<Command | "restore"> = fc.oneof(
  fc.record({ kind: fc.constant("complete" as const), item: items }, { noNullPrototype: true }),
  fc.tuple(items, fc.boolean()).map(([id, passed]): Command => ({
    kind: "complete",
    item: id,
    outcome: outcomeOf(CHECKED.command, passed),
    notes: passed ? "it works\n\u2028🌊" : "it does not",
    evidence: { "9": -0, "1": [null, 1e21], text: "\ud800" },
  })),
  fc.tuple(items, fc.boolean()).map(([id, force]) => skip(id, LONG_REASON, force)),
  items.map((id) => approve(id)),
  fc.constantFrom("PLAN", "7", "LAST").map((id) => approvePhase(id)),
  fc.constant<Command>({ kind: "advance" }),
  fc.constant<Command>({ kind: "finish" }),
  fc.string({ unit: "grapheme" }).map((text): Command => ({ kind: "note", text })),
  fc.option(fc.string({ minLength: 1, maxLength: 9 })).map((name): Command => ({
    kind: "rename",
    name,
  })),
  fc.nat(3).map((number): Command => ({
    kind: "create_checkpoint",
    checkpoint: `cp${number}`,
    decisions: [],
    files: [],
  })),
  fc.constant("restore" as const),
);

/** What may happen to state.json between two commands. */
const accidents = fc.constantFrom("none", "none", "none", "lost", "torn", "old", "unknown field");

const KEY = `sessions/${A}/state.json`;

async function journalOf(backend: MemoryBackend): Promise<readonly string[]> {
  const read = await backend.readJournal(A);
  assert.ok(!read.unchanged);
  return read.lines;
}

/** The command that puts the session back to its newest checkpoint. */
async function restoring(backend: MemoryBackend): Promise<Command | null> {
  for (const event of [...walkChain(await journalOf(backend)).events].reverse()) {
    if (event.type !== "checkpoint_created") continue;
    const { checkpoint, snapshot } = event.data;
    return { kind: "restore_checkpoint", checkpoint, checkpointSeq: event.seq, snapshot };
  }
  return null;
}

Deno.test("any commands and accidents: the session is what its journal adds up to", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(commands, accidents, fc.boolean()), { maxLength: 25 }),
      async (steps) => {
        const backend = new MemoryBackend();
        let now = 0;
        const { manager } = managed(backend, { now: () => new Date(now += 1000) });
        await start(manager, A, { definition: DEFINITION });
        let old = await backend.readText(KEY) ?? "";
        for (const [wanted, accident, replayed] of steps) {
          const before = await journalOf(backend);
          const text = await backend.readText(KEY) ?? "";
          if (accident === "lost") await backend.removeBlob(KEY);
          if (accident === "torn") await backend.writeBlob(KEY, text.slice(0, text.length / 2));
          if (accident === "old") await backend.writeBlob(KEY, old);
          const cached = accident === "unknown field" ? decodeState(text, A) : null;
          if (cached !== null) {
            await backend.writeBlob(KEY, encodeState({ ...cached, unknown: { kept: 1 } }));
          }
          old = text;
          const command = wanted === "restore" ? await restoring(backend) : wanted;
          if (command === null) continue;
          let changed: SessionState | null = null;
          try {
            const change = await manager.change(
              A,
              command.kind,
              (state) => decide(state, command, { actor: PERSON }),
              { replay: replayed },
            );
            changed = change.events.length > 0 ? change.state : null;
          } catch (error) {
            assert.ok(error instanceof OrchestratorError, String(error));
            assert.notEqual(error.kind, "corrupt");
          }
          const after = await journalOf(backend);
          assert.deepEqual(after.slice(0, before.length), before, "a journal only grows");
          if (changed === null) assert.equal(after.length, before.length);
          const walk = walkChain(after);
          assert.equal(walk.bad, null);
          const state = JSON.stringify(replay(A, walk.events));
          assert.equal(JSON.stringify((await loadSession(backend, A)).state), state);
          if (changed !== null) {
            assert.equal(JSON.stringify(changed), state);
            const kept = decodeState(await backend.readText(KEY) ?? "", A);
            assert.equal(JSON.stringify(kept?.state), state);
            if (cached !== null) assert.deepEqual(kept?.unknown, { kept: 1 });
            const { rebuilt } = await loadSession(backend, A);
            assert.equal(rebuilt, null);
          }
        }
        assert.equal((await manager.verify(A)).bad, null);
      },
    ),
    { numRuns: runs(200) },
  ));

Deno.test("any two managers that act at once: every change is in the journal once, in one order", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(commands, fc.boolean()), { maxLength: 16 }),
      async (steps) => {
        const backend = new MemoryBackend();
        const managers = [managed(backend).manager, managed(backend).manager] as const;
        await start(managers[0], A, { definition: DEFINITION });
        const results = await Promise.allSettled(steps.map(async ([command, first]) => {
          if (command === "restore") return [];
          const change = await managers[first ? 0 : 1].change(
            A,
            command.kind,
            (state) => decide(state, command, { actor: PERSON }),
          );
          return change.events.map(({ seq, type }) => `${seq} ${type}`);
        }));
        const acknowledged = results.flatMap((result) => {
          if (result.status === "fulfilled") return result.value;
          assert.ok(result.reason instanceof OrchestratorError, String(result.reason));
          return [];
        });
        const { events, bad } = walkChain(await journalOf(backend));
        assert.equal(bad, null);
        const recorded = events.slice(1).map(({ seq, type }) => `${seq} ${type}`);
        assert.deepEqual([...acknowledged].sort(), [...recorded].sort());
      },
    ),
    { numRuns: runs(80) },
  ));
