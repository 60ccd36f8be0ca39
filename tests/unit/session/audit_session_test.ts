/**
 * What `log verify`, `finish` and `log accept` make of journals that were edited, chain and all.
 * @module
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { acceptContradictions } from "../../../src/session/mend_journal.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { Actor } from "../../../src/workflow/events.ts";
import { requireDefinition } from "../../../src/workflow/parse_definition.ts";
import { AGENT, outcomeOf, PERSON } from "../workflow/session_builder.ts";
import { forge, type Line } from "../../harness/forge_journal.ts";
import { A, refusal } from "./sessions.ts";

const SOURCE = `name: Tiny
settings: { check: make test }
phases:
  - id: ONLY
    name: Only
    items:
      - { id: tests, name: Tests, step_type: gate, verification: { type: command, command: "{{check}}" } }
      - { id: manual, name: Manual, step_type: gate, verification: { type: manual_gate } }
      - { id: read, name: Read, step_type: documented, required: false }
`;
const CHECK = { type: "command", command: "make test", expect_exit_code: 0 } as const;
const APPROVAL = { how: "terminal", detection: "none" } as const;

/** A session of {@link SOURCE} and its manager. */
class World {
  readonly backend = new MemoryBackend();
  readonly warnings: string[] = [];
  readonly secrets = new Set<string>();
  actor: Actor = PERSON;
  now = Date.UTC(2026, 0, 1);
  readonly manager = new SessionManager({
    backend: this.backend,
    actor: () => this.actor,
    now: () => new Date(this.now += 1000),
    lockTimeoutMs: 5000,
    clean: () =>
      Promise.resolve((text) =>
        [...this.secrets].reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text)
      ),
    warn: (message) => void this.warnings.push(message),
  });

  static async begin(): Promise<World> {
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
            task: "Add login",
            project: null,
            constraints: [],
            definition,
            definitionSha256: sha256Hex(SOURCE),
            overriddenSettings: [],
            toolVersion: "0.0.0",
          },
        }],
        meta: { name: null, task: "Add login", branch: null, parent: null },
        workflow: SOURCE,
      }));
    return world;
  }

  act(command: Command, audit?: string) {
    return this.manager.change(
      A,
      command.kind,
      (state) => decide(state, command, { actor: this.actor }),
      audit === undefined ? {} : { replay: true, audit },
    );
  }

  /** All that is to be done before `finish`. */
  async work(): Promise<this> {
    await this.act({ kind: "complete", item: "tests", outcome: outcomeOf(CHECK, false) });
    await this.act({ kind: "complete", item: "tests", outcome: outcomeOf(CHECK) });
    await this.act({ kind: "approve_item", item: "manual", approval: APPROVAL });
    return this;
  }

  /** Edits the journal as a person with an editor and a hash program can. */
  edit(change: (lines: Line[]) => void): Promise<void> {
    return forge(this.backend, A, change);
  }

  async found() {
    const { bad, contradictions } = await this.manager.verify(A);
    assert.equal(bad, null);
    return contradictions.map(({ line, claims, instead }) => `${line}: ${claims}: ${instead}`);
  }
}

Deno.test("a completion whose check failed is a contradiction, and stands in the way of finish", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => {
    const line = lines[2];
    if (line !== undefined) Object.assign(line.data["verification"] as object, { passed: false });
  });
  assert.deepEqual(await world.found(), [
    '3: "tests" was completed with a passing check: the line records `make test`, ' +
    "which ended with exit code 0, and passed: false",
  ]);
  const error = await refusal(
    "journal_corrupt",
    world.act({ kind: "finish" }, "finish the workflow"),
  );
  assert.match(
    error.message,
    /^Cannot finish the workflow: line 3 claims that "tests" was completed/,
  );
  assert.match(error.hint ?? "", /log accept/);
});

Deno.test("another command than that of the definition is named with both", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => {
    const line = lines[2];
    if (line !== undefined) Object.assign(line.data["verification"] as object, { command: "true" });
  });
  assert.deepEqual(await world.found(), [
    '3: "tests" was completed with a passing check: the workflow demands `make test` ' +
    "with exit code 0, and the line records `true`, which ended with exit code 0",
  ]);
});

Deno.test("a manual gate that an agent approves is a contradiction, and so is one without approval", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => {
    const line = lines[3];
    if (line === undefined) return;
    line.actor = { ...AGENT };
    line.data["approval"] = { how: "flag", detection: "CLAUDECODE" };
  });
  assert.deepEqual(await world.found(), [
    '4: "manual" was approved by an agent: only a person can decide that',
  ]);
});

Deno.test("an agent is told apart by digits only, and a person by nothing", async () => {
  for (const forged of [{ ...AGENT, instance: "mine" }, { ...PERSON, instance: "0a1b2c3d" }]) {
    const world = await (await World.begin()).work();
    await world.edit((lines) => {
      const line = lines[2];
      if (line !== undefined) line.actor = { ...forged };
    });
    assert.match((await world.found())[0] ?? "", /which is not written as agents are told apart$/);
  }
});

Deno.test("a definition in line 1 that is not that of its file is a contradiction", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => {
    const text = JSON.stringify(lines[0]?.data).replace('"make test"', '"true"');
    if (lines[0] !== undefined) lines[0].data = JSON.parse(text);
  });
  const found = await world.found();
  assert.match(
    found[0] ?? "",
    /^1: a session was started: it records "true" as settings\.check of the definition, and workflow\.yaml has "make test"/,
  );
  await refusal("journal_corrupt", world.act({ kind: "finish" }, "finish the workflow"));
});

Deno.test("a definition's file that is another one, or none, is a remark, and finish says it", async () => {
  const world = await (await World.begin()).work();
  await world.backend.writeBlob(`sessions/${A}/workflow.yaml`, `${SOURCE}# more\n`);
  assert.deepEqual((await world.manager.verify(A)).remarks.map(({ line }) => line), [1]);
  await world.backend.removeBlob(`sessions/${A}/workflow.yaml`);
  const { contradictions, remarks } = await world.manager.verify(A);
  assert.deepEqual(contradictions, []);
  assert.match(remarks[0]?.remark ?? "", /is missing/);
  await world.act({ kind: "finish" }, "finish the workflow");
  assert.match(world.warnings.join("\n"), /Line 1 of the journal cannot be compared/);
});

Deno.test("line ends that a checkout changed are no reason for a remark", async () => {
  const world = await World.begin();
  await world.backend.writeBlob(`sessions/${A}/workflow.yaml`, SOURCE.replaceAll("\n", "\r\n"));
  assert.deepEqual((await world.manager.verify(A)).remarks, []);
});

Deno.test("bytes that this program does not write are a contradiction: a key twice, white space", async () => {
  for (
    const [from, to] of [
      ['"type":"item_approved"', '"type":"note_added","type":"item_approved"'],
      ['"type":"item_approved"', '"type": "item_approved"'],
      ['"type":"item_approved"', '"type":\t"item_approved"'],
      ['"item":"manual"', '"item":"man\\u0075al"'],
    ] as const
  ) {
    const world = await (await World.begin()).work();
    await forge(
      world.backend,
      A,
      () => {},
      (text, seq) => seq === 4 ? text.replace(from, to) : text,
    );
    assert.deepEqual(await world.found(), [
      '4: "manual" was approved by a person: its bytes are not those that this program writes for that',
    ], to);
  }
});

Deno.test("a clock that was set back, or is ahead, is a remark", async () => {
  const world = await World.begin();
  await world.act({ kind: "note", text: "One" });
  world.now -= 24 * 3600 * 1000;
  await world.act({ kind: "note", text: "Two" });
  await world.act({ kind: "note", text: "Three" });
  const { contradictions, remarks } = await world.manager.verify(A);
  assert.deepEqual(contradictions, []);
  assert.deepEqual(
    remarks.map(({ line, remark }) => `${line} ${remark.slice(0, 25)}`),
    [
      "1 has a time in the future:",
      "2 has a time in the future:",
      "3 has the time 2025-12-31T0",
    ].map((text) => text.slice(0, 27)),
  );
});

Deno.test("contradictions that a person accepts stay in sight, and finish goes on", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => void lines.splice(1, 1));
  await world.edit((lines) => {
    const line = lines[1];
    if (line !== undefined) Object.assign(line.data["verification"] as object, { exitCode: 3 });
  });
  const verified = await world.manager.verify(A);
  assert.deepEqual(verified.contradictions.map(({ line }) => line), [2]);
  const how = { reason: "I ran the tests by hand", actor: PERSON };
  await refusal(
    "agent_refused",
    acceptContradictions(world.manager, A, verified, { ...how, actor: AGENT }),
  );
  const { state } = await acceptContradictions(world.manager, A, verified, how);
  assert.deepEqual(state.accepted?.recent.map(({ contradictions }) => contradictions), [[2]]);
  const { contradictions, remarks } = await world.manager.verify(A);
  assert.deepEqual(contradictions, []);
  assert.match(remarks[0]?.remark ?? "", /exit code 3.*accepted in line 4/);
  await world.act({ kind: "finish" }, "finish the workflow");
  assert.match(world.warnings.join("\n"), /accepted in line 4/);
});

Deno.test("an agent that accepts, or a person who accepts what does not exist, changes nothing", async () => {
  const world = await (await World.begin()).work();
  await world.edit((lines) => {
    Object.assign(lines[2]?.data["verification"] as object, { passed: false });
  });
  const verified = await world.manager.verify(A);
  await acceptContradictions(world.manager, A, verified, { reason: "why not", actor: PERSON });
  await world.edit((lines) => {
    const last = lines.at(-1);
    if (last !== undefined) last.actor = { ...AGENT };
  });
  const found = (await world.manager.verify(A)).contradictions;
  assert.deepEqual(found.map(({ line }) => line), [3, 5]);
});

Deno.test("what is only a secret says nothing: a reason, a note, a name, evidence, notes of an approval", async () => {
  const world = await World.begin();
  const secret = "correct horse battery staple, zebra quilt vortex jumps 9041-AF";
  world.secrets.add(secret);
  const refused: readonly Command[] = [
    { kind: "skip", item: "tests", reason: secret, force: true },
    { kind: "skip", item: "tests", reason: `${secret} is not applicable`, force: true },
    { kind: "skip", item: "read", reason: `because of ${secret}`, force: false },
    { kind: "note", text: secret },
    { kind: "rename", name: secret },
    { kind: "abandon", reason: secret },
    { kind: "complete", item: "read", evidence: secret },
    { kind: "complete", item: "read", evidence: { said: secret } },
    { kind: "complete", item: "read", evidence: { said: "enough" }, notes: secret },
    { kind: "approve_item", item: "manual", approval: APPROVAL, notes: secret },
    { kind: "finish", notes: secret },
    {
      kind: "create_checkpoint",
      checkpoint: "cp1",
      message: secret,
      decisions: [],
      files: [],
    },
  ];
  const before = await world.backend.readJournal(A);
  for (const command of refused) {
    if (command.kind === "finish") continue;
    const error = await world.act(command).then(() => null, (thrown) => thrown);
    assert.ok(error !== null, JSON.stringify(command));
    assert.match(error.message, /known secrets in it do not count$/);
    assert.match(error.hint, /without them/);
  }
  assert.deepEqual(await world.backend.readJournal(A), before);
  const reason = `The build server of ${secret} is gone for good, and nothing can be built there`;
  const { events } = await world.act({ kind: "skip", item: "tests", reason, force: true });
  assert.deepEqual(events[0]?.data.redacted, ["reason"]);
  assert.deepEqual(await world.found(), []);
});

Deno.test("a verification hands on the end of the chain that it has read, and nothing of it is in the answer", async () => {
  const world = await (await World.begin()).work();
  const { head } = await world.manager.load(A);
  const ends: unknown[] = [];
  const verified = await world.manager.verify(A, { atEnd: (end) => void ends.push(end) });
  assert.deepEqual(ends, [{ seq: head.seq, hash: head.hash }]);
  assert.deepEqual(verified, await world.manager.verify(A));
});
