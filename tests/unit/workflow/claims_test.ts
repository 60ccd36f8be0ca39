/** Claims of items: who is kept from what, and how a claim ends. */
import assert from "node:assert/strict";
import type { Command } from "../../../src/workflow/commands.ts";
import { CLAIM_MS } from "../../../src/workflow/claiming.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { Actor, SessionEvent } from "../../../src/workflow/events.ts";
import { describe } from "../../../src/workflow/progress.ts";
import { audited } from "./audit/forged_fields_test.ts";
import { AGENT, CHECKED, item, PERSON, phase, Session, skip, workflow } from "./session_builder.ts";

const OTHER: Actor = { ...AGENT, instance: "ffffffff" };
const CI: Actor = { kind: "ci", name: "runner" };
const complete: Command = { kind: "complete", item: "a" };

/** A session in which an agent has claimed the item a. */
function claimed(): Session {
  const session = new Session(workflow([
    phase("PLAN", ["a", "b", item("gate", { verification: CHECKED.manual_gate })]),
    phase("BUILD", ["c"]),
  ], { agents_may_approve: true }));
  session.do({ kind: "claim", item: "a" }, AGENT);
  return session;
}

const refusal = (session: Session, command: Command, actor: Actor) =>
  decide(session.state, command, { actor }).error;

Deno.test("a claim keeps other agents and CI from completing, skipping and approving", () => {
  const session = claimed();
  for (const actor of [OTHER, CI, { kind: "agent", name: "ada", agent: "codex" } as const]) {
    for (const command of [complete, skip("a", "Not a part of it"), { kind: "claim", item: "a" }]) {
      const error = refusal(session, command as Command, actor);
      assert.equal(error?.code, "item_blocked", command.kind);
      assert.match(error.message, /: claude-code#0a1b2c3d \(ada\) has claimed it$/);
    }
  }
  session.do({ kind: "claim", item: "gate" }, AGENT);
  const approval = { how: "flag", detection: "CLAUDECODE" } as const;
  const approve: Command = { kind: "approve_item", item: "gate", approval };
  assert.equal(refusal(session, approve, OTHER)?.code, "item_blocked");
});

Deno.test("a claim keeps neither a person, nor the agent that has it, nor other items", () => {
  const session = claimed();
  assert.equal(refusal(session, complete, PERSON), undefined);
  assert.equal(refusal(session, complete, AGENT), undefined);
  assert.equal(refusal(session, { kind: "complete", item: "b" }, OTHER), undefined);
  const again = decide(session.state, { kind: "claim", item: "a" }, { actor: AGENT });
  assert.match(again.value?.already ?? "", /already claimed/);
});

Deno.test("agents without a session of their own are told apart by product and name only", () => {
  const gemini: Actor = { kind: "agent", name: "ada", agent: "gemini-cli" };
  const session = new Session(workflow([phase("PLAN", ["a"])]));
  session.do({ kind: "claim", item: "a" }, gemini);
  assert.equal(refusal(session, complete, { ...gemini }), undefined);
  assert.equal(refusal(session, complete, { ...gemini, name: "bob" })?.code, "item_blocked");
});

Deno.test("a claim is shown while the item is open, and ends with it", () => {
  const session = claimed();
  const [shown] = describe(session.state).items;
  assert.deepEqual(shown?.remarks, ["claimed by claude-code#0a1b2c3d (ada)"]);
  assert.deepEqual(shown?.claim?.by, AGENT);
  session.do(complete, AGENT);
  assert.equal(session.state.phases["PLAN"]?.items["a"]?.claim, undefined);
  session.do({ kind: "reopen", item: "a", reason: "It was wrong" });
  assert.equal(refusal(session, complete, OTHER), undefined);
});

Deno.test("a failed verification does not end a claim, and restoring a checkpoint gives none back", () => {
  const session = new Session(workflow([
    phase("PLAN", [item("a", { verification: CHECKED.file_exists }), "b"]),
  ]));
  session.do({ kind: "claim", item: "a" }, AGENT);
  session.do({ kind: "claim", item: "b" }, OTHER);
  session.do({
    kind: "complete",
    item: "a",
    outcome: { type: "file_exists", passed: false, path: "docs/plan.md" },
  }, AGENT);
  assert.deepEqual(session.state.phases["PLAN"]?.items["a"]?.claim?.by, AGENT);
  const snapshot = { status: "active", phase: "PLAN", phases: session.state.phases } as const;
  session.do({ kind: "create_checkpoint", checkpoint: "cp", decisions: [], files: [] });
  const checkpointSeq = session.state.seq;
  session.do({ kind: "release", item: "a", force: false }, AGENT);
  session.do({ kind: "restore_checkpoint", checkpoint: "cp", checkpointSeq, snapshot });
  const items = session.state.phases["PLAN"]?.items;
  assert.equal(items?.["a"]?.claim, undefined);
  assert.deepEqual(items?.["b"]?.claim?.by, OTHER);
});

Deno.test("a claim is given back by its agent; another one's by a person, by force, and recorded so", () => {
  const session = claimed();
  const release = (force: boolean): Command => ({ kind: "release", item: "a", force });
  assert.equal(refusal(session, release(false), OTHER)?.code, "item_blocked");
  assert.equal(refusal(session, release(false), PERSON)?.code, "item_blocked");
  assert.equal(refusal(session, release(true), OTHER)?.code, "agent_refused");
  const own = decide(session.state, release(true), { actor: AGENT }).value?.events[0]?.data;
  assert.deepEqual(own, { phase: "PLAN", item: "a" });
  session.do(release(true), PERSON);
  assert.deepEqual(session.journal.at(-1)?.data, { phase: "PLAN", item: "a", forced: true });
  assert.equal(refusal(session, complete, OTHER), undefined);
  assert.match(decide(session.state, release(false), { actor: AGENT }).value?.already ?? "", /not/);
});

Deno.test("an old claim is taken over, which is recorded; an audit notices one that was not old", () => {
  const session = claimed();
  session.do({ kind: "claim", item: "a", lapsed: true }, OTHER);
  const { data } = session.journal.at(-1) ?? {};
  assert.deepEqual(data, { phase: "PLAN", item: "a", lapsed: true });
  const at = (ms: number) => {
    const [first, second, third] = session.journal;
    const time = new Date(Date.parse(second?.time ?? "") + ms).toISOString();
    return audited([first, second, { ...third, time }] as readonly SessionEvent[]).contradictions;
  };
  assert.deepEqual(at(CLAIM_MS), []);
  assert.match(at(CLAIM_MS - 1)[0]?.instead ?? "", /too short before/);
});

Deno.test("what is done, or in another phase, cannot be claimed", () => {
  const session = claimed();
  session.do(complete, AGENT);
  assert.equal(refusal(session, { kind: "claim", item: "a" }, AGENT)?.code, "item_blocked");
  assert.equal(refusal(session, { kind: "claim", item: "c" }, AGENT)?.code, "item_blocked");
  assert.equal(refusal(session, { kind: "claim", item: "zzz" }, AGENT)?.code, "item_unknown");
});

Deno.test("the claim of an agent whose binding is gone ends, which is recorded; an audit notices one that had none", () => {
  const session = new Session(workflow([phase("PLAN", ["a", "b"])]));
  session.do({ kind: "claim", item: "a", bound: "0123456789abcdef" }, AGENT);
  session.do({ kind: "claim", item: "b" }, AGENT);
  assert.equal(session.state.phases["PLAN"]?.items["a"]?.claim?.bound, "0123456789abcdef");
  // Without a binding to lose, only time ends it.
  for (const item of ["b"]) {
    assert.equal(
      refusal(session, { kind: "claim", item, ended: true }, OTHER)?.code,
      "item_blocked",
    );
    const release: Command = { kind: "release", item, force: false, ended: true };
    assert.equal(refusal(session, release, OTHER)?.code, "item_blocked");
  }
  session.do({ kind: "release", item: "a", force: false, ended: true }, OTHER);
  assert.deepEqual(session.journal.at(-1)?.data, { phase: "PLAN", item: "a", ended: true });
  assert.deepEqual(audited(session.journal).contradictions, []);
  const forged = session.journal.map((event) =>
    event.type === "item_claimed" && event.data.item === "a"
      ? { ...event, data: { phase: "PLAN", item: "a" } }
      : event
  );
  assert.match(audited(forged).contradictions[0]?.instead ?? "", /had no binding to lose/);
});

Deno.test("the next step is never another one's item while there is other work", () => {
  const session = new Session(workflow([
    phase("PLAN", ["a", item("b", { needs: ["a"] }), "c", item("o", { required: false })]),
  ]));
  const next = (actor?: Actor) => describe(session.state, actor).next;
  session.do({ kind: "claim", item: "a" }, AGENT);
  assert.deepEqual(next().argv, ["complete", "a"]);
  assert.deepEqual(next(AGENT).argv, ["complete", "a"]);
  assert.deepEqual(next(OTHER).argv, ["complete", "c"]);
  assert.deepEqual(next(PERSON).argv, ["complete", "c"]);
  session.do({ kind: "complete", item: "c" }, OTHER);
  assert.deepEqual(next(OTHER).argv, ["complete", "o"]);
  session.do({ kind: "complete", item: "o" }, OTHER);
  const held = next(OTHER);
  assert.deepEqual(held.argv, ["wait", "--for", "change"]);
  assert.match(held.why, /^claude-code#0a1b2c3d \(ada\) has claimed "a" since 20.*nothing else/);
  assert.deepEqual(next(PERSON).argv, ["complete", "a"]);
  assert.match(next(PERSON).why, /claude-code#0a1b2c3d \(ada\) has claimed "a" since 20/);
});

Deno.test("a person who is refused for a claim is told the exact command that ends it, an agent is not", () => {
  const session = claimed();
  const line = "`orchestrator claim a --release --force`";
  assert.doesNotMatch(refusal(session, complete, OTHER)?.hint ?? "", /--force/);
  const own = refusal(session, { kind: "claim", item: "a" }, PERSON);
  assert.equal(own?.hint, `Run ${line} to end the claim`);
});
