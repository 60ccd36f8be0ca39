/**
 * A state.json that was changed by hand, with a checksum that fits: nothing is decided on it, and it is
 * not shown.
 */
import assert from "node:assert/strict";
import { decodeState } from "../../../src/session/state_cache.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import { describe } from "../../../src/workflow/progress.ts";
import { planVerification } from "../../../src/workflow/verification_plan.ts";
import { eachChange } from "../../harness/each_change.ts";
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
} from "../workflow/session_builder.ts";
import { A, act, complete, forged, managed, note, start } from "./sessions.ts";

const STATE = `sessions/${A}/state.json`;

const DEFINITION = workflow([
  phase("PLAN", [
    "a",
    item("gate", { step_type: "gate", verification: CHECKED.command }),
    item("manual", { verification: CHECKED.manual_gate }),
  ], { exit_gate: "human_approval" }),
  phase("LAST", ["z"]),
], { supervision_mode: "supervised", agents_may_approve: false });

/** What is done with a forged state; what some of them are refused is compared, too. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "complete": complete("a"),
  "complete a gate": {
    kind: "complete",
    item: "gate",
    outcome: outcomeOf(CHECKED.command),
    basis: 3,
  },
  "skip": skip("a", LONG_REASON),
  "skip a gate": skip("gate", LONG_REASON, true),
  "approve": approve("manual"),
  "approve a phase": approvePhase("PLAN"),
  "advance": { kind: "advance" },
  "finish": { kind: "finish" },
  "note": note("on"),
  "checkpoint create": { kind: "create_checkpoint", checkpoint: "c2", decisions: [], files: [] },
  "rename": { kind: "rename", name: "other" },
};

/** A session with a bit of everything in it. */
async function session(bytes: number): Promise<MemoryBackend> {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager, A, { definition: DEFINITION });
  await act(manager, A, note("one"));
  const failed: Command = {
    kind: "complete",
    item: "gate",
    outcome: outcomeOf(CHECKED.command, false),
  };
  await act(manager, A, failed);
  await act(manager, A, {
    kind: "create_checkpoint",
    checkpoint: "c1",
    decisions: [],
    files: [],
  });
  await manager.change(A, "note", () => ({
    value: { events: [{ type: "note_added", data: { text: "x".repeat(bytes), phase: null } }] },
  }));
  return backend;
}

/** What comes of a command: what it plans, the event or the refusal, the state behind it. */
async function outcome(backend: MemoryBackend, command: Command): Promise<unknown> {
  const { manager } = managed(backend);
  const planned = await manager.loadToPlan(A);
  const plan = command.kind === "complete"
    ? planVerification(planned.state, command.item, {})
    : null;
  try {
    const { state, events } = await manager.change(
      A,
      command.kind,
      (state) => decide(state, command, { actor: PERSON }),
    );
    return {
      plan,
      state,
      events,
      kept: decodeState(await backend.readText(STATE) ?? "", A)?.state,
    };
  } catch (error) {
    return { plan, error: String(error) };
  }
}

/** The same session again. */
async function copyOf(backend: MemoryBackend, state: string): Promise<MemoryBackend> {
  const copy = new MemoryBackend();
  const read = await backend.readJournal(A);
  assert.ok(!read.unchanged);
  const blobs = { "state.json": state };
  await managed(copy).manager.withRepositoryLock(
    "test",
    () => copy.createSession(A, { lines: read.lines, blobs }),
  );
  return copy;
}

for (
  const [name, bytes] of [["short", 1], ["longer", 70_000], ["long", 1_100_000]] as const
) {
  Deno.test(`whatever a forged state.json says, all is decided on the journal: a ${name} one`, async () => {
    const backend = await session(bytes);
    const honest = await backend.readText(STATE) ?? "";
    const expected = new Map<string, unknown>();
    for (const [command, made] of Object.entries(COMMANDS)) {
      expected.set(command, await outcome(await copyOf(backend, honest), made));
    }
    const truth = (await managed(backend).manager.load(A)).state;
    const commands = Object.entries(COMMANDS);
    let count = 0;
    for (const [what, changed] of eachChange(truth, "state")) {
      const text = forged(honest, (content) => content["state"] = changed);
      if (text === honest) continue;
      count += 1;
      // A long journal makes it slow: of those forgeries only some.
      if (name !== "short" && count % 11 !== 0) continue;
      const shown = (await managed(await copyOf(backend, text)).manager.load(A)).state;
      assert.deepEqual(describe(shown), describe(truth), `${what}: what is shown`);
      assert.deepEqual(shown, truth, `${what}: what is read`);
      for (const [command, made] of commands) {
        const result = await outcome(await copyOf(backend, text), made);
        assert.deepEqual(result, expected.get(command), `${what}: ${command}`);
      }
    }
    assert.ok(count > 150, `${count} forgeries`);
  });
}

Deno.test("of a long journal an honest state.json is believed, in commands that may", async () => {
  const backend = await session(1_100_000);
  const reads: string[] = [];
  const counted = new Proxy(backend, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target);
      if (typeof found !== "function") return found;
      if (name === "visitJournal") reads.push(name);
      return found.bind(target);
    },
  });
  const { manager } = managed(counted);
  await manager.loadToPlan(A);
  await act(manager, A, note("on"));
  await manager.load(A);
  assert.deepEqual(reads, []);
  await act(manager, A, approve("manual"), { replay: true });
  assert.deepEqual(reads, ["visitJournal"]);
  await manager.loadToPlan(A, { replay: true });
  await act(manager, A, approvePhase("PLAN"), { replay: true });
  assert.deepEqual(reads.length, 2, "what was replayed to plan is not replayed again");
});

Deno.test("a session that changed since it was planned is read again", async () => {
  const backend = await session(1);
  const { manager } = managed(backend);
  await manager.loadToPlan(A);
  await act(managed(backend).manager, A, complete("a"));
  const change = await act(manager, A, complete("a"));
  assert.equal(change.already !== null, true);
});
