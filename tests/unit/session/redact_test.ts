/**
 * Texts that are taken out of a journal: nothing has them any more, all hashes hold, and a redacted line
 * hides nothing else.
 * @module
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { eventsFrom } from "../../../src/session/read_events.ts";
import { redactText } from "../../../src/session/redact.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { lineHash } from "../../../src/storage/line_hash.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { Actor } from "../../../src/workflow/events.ts";
import { exampleEvidence } from "../../../src/workflow/evidence.ts";
import { requireDefinition } from "../../../src/workflow/parse_definition.ts";
import { outcomeOf, PERSON } from "../workflow/session_builder.ts";
import { A, refusal } from "./sessions.ts";

const SOURCE = `name: Tiny
phases:
  - id: ONLY
    name: Only
    items:
      - { id: tests, name: Tests, step_type: gate, verification: { type: command, command: make test } }
      - { id: manual, name: Manual, step_type: gate, verification: { type: manual_gate } }
      - { id: plan, name: Plan, step_type: documented, evidence_schema: CodeAnalysisEvidence }
      - { id: read, name: Read, step_type: documented, required: false }
      - { id: skim, name: Skim, step_type: flexible, required: false }
`;
const CHECK = { type: "command", command: "make test", expect_exit_code: 0 } as const;
const SECRET = "hunter2-and-more-of-it-so-that-it-is-long-enough-for-every-rule";
const GONE = "It held a password";

/** A session, and what can be done with it. */
class World {
  readonly backend = new MemoryBackend();
  readonly warnings: string[] = [];
  actor: Actor = PERSON;
  now = Date.UTC(2026, 0, 1);
  readonly manager = new SessionManager({
    backend: this.backend,
    actor: () => this.actor,
    now: () => new Date(this.now += 1000),
    lockTimeoutMs: 5000,
    clean: () => Promise.resolve((text) => text.replaceAll("known-secret", "[redacted]")),
    warn: (message) => void this.warnings.push(message),
  });

  static async begin(task = "Add login"): Promise<World> {
    const world = new World();
    const { definition } = requireDefinition(SOURCE, { file: "workflow.yaml" });
    await world.manager.withRepositoryLock("start", () =>
      world.manager.createSession({
        id: A,
        events: [{
          type: "session_started",
          data: {
            session: A,
            lineage: "l",
            name: null,
            task,
            project: null,
            constraints: ["No network", SECRET],
            definition,
            definitionSha256: sha256Hex(SOURCE),
            overriddenSettings: [],
            toolVersion: "0.0.0",
          },
        }],
        meta: { name: null, task, branch: null, parent: null },
        workflow: SOURCE,
      }));
    return world;
  }

  act(command: Command) {
    return this.manager.change(
      A,
      command.kind,
      (state) => decide(state, command, { actor: this.actor }),
    );
  }

  redact(seq: number, field: string, reason = GONE) {
    return redactText(this.manager, A, { seq, field, reason });
  }

  async lines(): Promise<string[]> {
    const read = await this.backend.readJournal(A);
    assert.ok(!read.unchanged);
    return [...read.lines];
  }

  async put(lines: readonly string[]): Promise<void> {
    const workflow = await this.backend.readText(`sessions/${A}/workflow.yaml`) ?? "";
    await this.backend.replaceSession(A, { lines, blobs: { "workflow.yaml": workflow } });
  }

  /** Everything that is kept, as text. */
  async kept(): Promise<string> {
    const keys = await this.backend.listBlobs("sessions/");
    const blobs = await Promise.all(keys.map((key) => this.backend.readText(key)));
    return [...await this.lines(), ...blobs].join("\n");
  }

  /** Fails when anything is wrong with the journal. */
  async intact(): Promise<void> {
    const { bad, contradictions, remarks, lost, rebuilt, undone } = await this.manager.verify(A);
    assert.deepEqual(
      { bad, contradictions, remarks, lost, rebuilt, undone },
      { bad: null, contradictions: [], remarks: [], lost: null, rebuilt: null, undone: undefined },
    );
  }
}

/** A session with a secret in every text that a command takes. */
async function filled(): Promise<World> {
  const world = await World.begin(SECRET);
  const output = { ...outcomeOf(CHECK, false), outputTail: SECRET } as ReturnType<typeof outcomeOf>;
  await world.act({ kind: "complete", item: "tests", outcome: output, notes: SECRET });
  await world.act({
    kind: "complete",
    item: "plan",
    outcome: { type: "none", passed: true },
    evidence: { ...JSON.parse(exampleEvidence("CodeAnalysisEvidence")), more: SECRET },
    notes: SECRET,
  });
  await world.act({ kind: "skip", item: "read", reason: SECRET, force: false });
  await world.act({ kind: "note", text: SECRET });
  await world.act({
    kind: "create_checkpoint",
    checkpoint: "one",
    message: SECRET,
    decisions: ["Keep it small", SECRET],
    files: [SECRET, "a.ts"],
  });
  const [checkpoint] = (await eventsFrom(world.backend, A)).filter((event) =>
    event.type === "checkpoint_created"
  );
  assert.ok(checkpoint?.type === "checkpoint_created");
  await world.act({
    kind: "restore_checkpoint",
    checkpoint: "one",
    checkpointSeq: checkpoint.seq,
    snapshot: checkpoint.data.snapshot,
  });
  await world.act({
    kind: "approve_item",
    item: "manual",
    approval: { how: "terminal", detection: "none" },
    notes: SECRET,
  });
  return world;
}

Deno.test("a text that is redacted is nowhere any more, whatever field it was in, and all hashes hold", async () => {
  const fields: readonly [number, string][] = [
    [1, "task"],
    [1, "constraints.1"],
    [2, "notes"],
    [2, "verification.outputTail"],
    [3, "notes"],
    [4, "reason"],
    [5, "text"],
    [6, "message"],
    [6, "decisions"],
    [6, "files.0"],
    [7, "snapshot.phases.ONLY.items.read.skipReason"],
    [8, "notes"],
  ];
  for (const [seq, field] of fields) {
    const world = await filled();
    const before = await world.lines();
    const { event, lines } = await world.redact(seq, field);
    const name = `${seq} ${field}`;
    assert.ok(event?.type === "text_redacted", name);
    assert.deepEqual(lines.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8], name);
    const kept = await world.kept();
    // The evidence is another value, which holds it too.
    assert.equal(kept.split(SECRET).length - 1, 4, name);
    const after = await world.lines();
    assert.deepEqual(after.slice(0, 8).map(lineHash), before.map((line) => sha256Hex(line)), name);
    await world.intact();
    await world.act({ kind: "note", text: "The work goes on" });
    await world.intact();
    assert.deepEqual((await world.redact(seq, field)).event, null, name);
  }
});

Deno.test("evidence is redacted as a whole, in checkpoints too", async () => {
  const world = await filled();
  await world.redact(3, "evidence");
  await world.redact(2, "notes");
  assert.ok(!(await world.kept()).includes(SECRET));
  await world.intact();
  const { state } = await world.manager.load(A);
  assert.match(String(state.phases["ONLY"]?.items["plan"]?.evidence), /^\[redacted sha256:/);
  assert.equal(state.phases["ONLY"]?.items["plan"]?.status, "completed");
  assert.deepEqual(state.redactions?.recent.map(({ line, field }) => [line, field]), [
    [3, "evidence"],
    [2, "notes"],
  ]);
});

Deno.test("an ended session, an abandonment, and a reason to redact can be redacted too", async () => {
  const world = await filled();
  await world.act({ kind: "abandon", reason: SECRET });
  await world.redact(9, "reason", `Its owner asked for it: bob`);
  await world.redact(3, "evidence");
  assert.ok(!(await world.kept()).includes(SECRET));
  await world.redact(10, "reason", "It named a person");
  assert.ok(!(await world.kept()).includes("bob"));
  assert.equal((await world.manager.load(A)).state.status, "abandoned");
  await world.intact();
});

Deno.test("what is no text, is not there, or is redacted already is said, and nothing changes", async () => {
  const world = await filled();
  const before = await world.kept();
  const messages = await Promise.all(
    ([
      [99, "text", "event_unknown"],
      [5, "nothing", "invalid_argument"],
      [8, "approval", "invalid_argument"],
      [8, "item", "invalid_argument"],
      [2, "verification.passed", "invalid_argument"],
      [1, "definition", "invalid_argument"],
    ] as const).map(async ([seq, field, code]) =>
      (await refusal(code, world.redact(seq, field))).message
    ),
  );
  assert.deepEqual(messages, [
    "Cannot redact event 99: the journal has 8 events",
    'Cannot redact event 5: it has no field "nothing"',
    'Cannot redact event 8: its field "approval" is not a text that can be redacted',
    'Cannot redact event 8: its field "item" is not a text that can be redacted',
    'Cannot redact event 2: its field "verification.passed" is not a text that can be redacted',
    'Cannot redact event 1: its field "definition" is not a text that can be redacted',
  ]);
  await refusal("too_short", world.redact(5, "text", "  "));
  await refusal("too_short", world.redact(5, "text", "known-secret"));
  const repeats = await refusal("invalid_argument", world.redact(5, "text", `It is ${SECRET}`));
  assert.doesNotMatch(repeats.message, /hunter2/);
  assert.equal(await world.kept(), before);
});

/** What a forger can do: change a redacted line, and let the event at the end name it as it is then. */
function forged(
  lines: readonly string[],
  seq: number,
  change: (line: Record<string, unknown>) => void,
): string[] {
  const changed = [...lines];
  const line = JSON.parse(lines[seq - 1] ?? "");
  const { original = lineHash(lines[seq - 1] ?? "") } = line;
  delete line.original;
  change(line);
  changed[seq - 1] = JSON.stringify({ ...line, v: 3, original });
  const event = JSON.parse(lines.at(-1) ?? "");
  const stub = sha256Hex(changed[seq - 1] ?? "");
  event.data.lines = event.data.lines.map((named: { seq: number }) =>
    named.seq === seq ? { ...named, stub } : named
  );
  changed[changed.length - 1] = JSON.stringify(event);
  return changed;
}

const badOf = async (world: World, lines: readonly string[]) => {
  await world.put(lines);
  const { bad, contradictions } = await world.manager.verify(A);
  return bad === null
    ? contradictions.map(({ line, instead }) => `${line}: ${instead}`)
    : [`${bad.line} ${bad.reason}`];
};

Deno.test("a redacted line that no event records, or that was changed since, is named", async () => {
  const world = await filled();
  const before = await world.lines();
  await world.redact(5, "text");
  const lines = await world.lines();
  const stub = String(lines[4]);
  assert.deepEqual(await badOf(world, lines.slice(0, -1)), [
    "1 is a redacted line, and no event records its redaction",
  ]);
  // What no digest of a state has: a decision, and who made a checkpoint.
  for (const [from, to] of [["Keep it small", "Keep it large"], ['"ada"', '"eve"']] as const) {
    const changed = String(lines[5]).replace(from, to);
    assert.deepEqual(await badOf(world, lines.with(5, changed)), [
      "6 is not what the redaction made of it: it was changed since",
    ]);
  }
  const other = stub.replace(/(text":"\[redacted sha256:)[0-9a-f]{4}/, "$10000");
  assert.deepEqual(await badOf(world, lines.with(4, other)), [
    "5 records a state that the lines up to it do not lead to",
  ]);
  assert.deepEqual(
    await badOf(world, lines.with(4, stub.replace('{"v":3,', '{"v": 3,'))),
    ["5 is not written as redacted lines are"],
  );
  const noMarker = stub.replace(/\[redacted sha256:[0-9a-f]{64}\]/, "Nothing was here");
  assert.deepEqual(await badOf(world, lines.with(4, noMarker)), ["5 is not an event"]);
  assert.deepEqual(await badOf(world, before), []);
});

Deno.test("under cover of a redaction nothing else can be changed: neither outcome, nor actor, nor text", async () => {
  const world = await filled();
  await world.redact(5, "text");
  const lines = await world.lines();
  const wrong = "records a state that the lines up to it do not lead to";
  const marker = `[redacted sha256:${"0".repeat(64)}]`;
  const cases: readonly [number, (line: Record<string, unknown>) => void, string][] = [
    [2, (line) => Object.assign(line, { type: "item_completed" }), wrong],
    [
      2,
      ({ data }) => {
        const { verification } = data as { verification: Record<string, unknown> };
        Object.assign(verification, { passed: true, exitCode: 0 });
      },
      wrong,
    ],
    [8, (line) => Object.assign(line, { actor: { kind: "person", name: "eve" } }), wrong],
    [5, (line) => Object.assign(line.data as object, { text: marker }), wrong],
    [4, (line) => Object.assign(line.data as object, { reason: marker, forced: true }), wrong],
    [1, ({ data }) => Object.assign(data as object, { task: "Another task" }), wrong],
  ];
  for (const [seq, change, reason] of cases) {
    assert.deepEqual(await badOf(world, forged(lines, seq, change)), [`${seq} ${reason}`]);
  }
});

Deno.test("a line without a text can be made no redacted one", async () => {
  const world = await filled();
  await world.redact(5, "text");
  const lines = await world.lines();
  const made = forged(lines, 8, ({ data }) => {
    Object.assign(data as object, {
      notes: "Nothing",
      approval: { how: "flag", detection: "none" },
    });
  });
  assert.deepEqual(await badOf(world, made), ["8 is not an event"]);
});

Deno.test("an event that names a text that is still there, or another line, is noticed", async () => {
  const world = await filled();
  await world.redact(5, "text");
  const lines = await world.lines();
  const event = JSON.parse(lines.at(-1) ?? "");
  const withData = (change: (data: Record<string, unknown>) => void) => {
    const copy = structuredClone(event);
    change(copy.data);
    return lines.with(-1, JSON.stringify(copy));
  };
  const first = event.data.lines[0];
  assert.deepEqual(
    await badOf(world, withData((data) => data["lines"] = [])),
    ['9 has data that does not belong in "text_redacted"'],
  );
  assert.deepEqual(
    await badOf(world, withData((data) => data["lines"] = [...event.data.lines, first])),
    ['9 has data that does not belong in "text_redacted"'],
  );
  const other = { ...first, original: "0".repeat(64) };
  assert.deepEqual(
    await badOf(world, withData((data) => data["lines"] = event.data.lines.with(0, other))),
    ["9 names another line 1 than this journal has"],
  );
  const renamed = withData((data) => data["field"] = "phase");
  assert.match((await badOf(world, renamed))[0] ?? "", /records a state/);
});

Deno.test("an older copy of a line that comes back is shown without the text, and the next change takes it out again", async () => {
  const world = await filled();
  const before = await world.lines();
  await world.redact(5, "text");
  const redacted = await world.lines();
  const mixed = [...before, String(redacted.at(-1))];
  await world.put(mixed);
  const { state, undone } = await world.manager.load(A);
  assert.deepEqual([...undone.keys()], [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.doesNotMatch(JSON.stringify(state.notes), /hunter2/);
  const { bad, contradictions } = await world.manager.verify(A);
  assert.deepEqual([bad, contradictions], [null, []]);
  await world.act({ kind: "note", text: "The work goes on" });
  assert.deepEqual((await world.lines()).slice(0, -1), redacted);
  await world.intact();

  await world.put(mixed);
  assert.equal((await world.redact(5, "text")).event, null);
  assert.deepEqual(await world.lines(), redacted);
  await world.intact();
});

Deno.test("two redactions of one line: the line is as the last one left it", async () => {
  const world = await filled();
  await world.act({
    kind: "create_checkpoint",
    checkpoint: "two",
    message: "First",
    decisions: ["Second"],
    files: [],
  });
  const before = await world.lines();
  await world.redact(9, "message");
  const between = await world.lines();
  await world.redact(9, "decisions");
  const after = await world.lines();
  await world.intact();
  // The copy between both, and the one before, come back under the last events.
  for (const line of [between[8], before[8]]) {
    await world.put(after.with(8, String(line)));
    assert.deepEqual([...(await world.manager.load(A)).undone.keys()], [9]);
    await world.act({ kind: "note", text: "The work goes on" });
    assert.deepEqual((await world.lines())[8], after[8]);
    await world.intact();
  }
});

Deno.test("a program of earlier formats takes no redacted line for its own", async () => {
  const world = await filled();
  await world.redact(5, "text");
  const lines = await world.lines();
  const older = String(lines[4]).replace('{"v":3,', '{"v":2,');
  assert.deepEqual(await badOf(world, lines.with(4, older)), ["5 is not an event"]);
});

Deno.test("a secret in the reason to redact is not recorded", async () => {
  const world = await filled();
  const { event } = await world.redact(5, "text", "It is known-secret itself");
  assert.ok(event?.type === "text_redacted");
  assert.deepEqual(event.data.redacted, ["reason"]);
  assert.equal(event.data.reason, "It is [redacted] itself");
  await world.intact();
});
