/** Agents that share a repository: whose the current session is, and for how long. */
import assert from "node:assert/strict";
import { bindToSession } from "../../../src/app/bind_agent.ts";
import { AT_WORK_MS, otherAgent } from "../../../src/app/other_agents.ts";
import { bindAgent, readBinding } from "../../../src/session/bindings.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { A, abandon, act, managed, refusal, start } from "../session/sessions.ts";

const FIRST = { variable: "CLAUDE_CODE_SESSION_ID", value: "one" };
const SECOND = { variable: "CLAUDE_CODE_SESSION_ID", value: "two" };
const BEGUN = Date.UTC(2026, 0, 1);

/** Session A, to which the first agent is bound, as an agent sees it some time later. */
async function seen(by: typeof FIRST | null, laterMs = 0) {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager, A);
  await manager.withRepositoryLock("start", () => bindAgent(manager, FIRST, A));
  const io = { now: () => new Date(BEGUN + laterMs) };
  return { manager, agentBinding: by, io, operation: "note" };
}

Deno.test("another agent is named by its binding where the journal does not name it", async () => {
  assert.match(await otherAgent(await seen(SECOND), A) ?? "", /^agent #[0-9a-f]{8}$/);
});

Deno.test("an agent is no other one to itself, and a person is told of none", async () => {
  assert.equal(await otherAgent(await seen(FIRST), A), null);
  assert.equal(await otherAgent(await seen(null), A), null);
});

Deno.test("it is at work until so long after the last change, and while the session is active", async () => {
  assert.notEqual(await otherAgent(await seen(SECOND, AT_WORK_MS), A), null);
  assert.equal(await otherAgent(await seen(SECOND, AT_WORK_MS + 1), A), null);
  const ended = await seen(SECOND);
  await act(ended.manager, A, abandon);
  assert.equal(await otherAgent(ended, A), null);
});

Deno.test("an agent is bound to the current session only where no other one is at work in it", async () => {
  const current = { id: A, origin: "current" } as const;
  const busy = await seen(SECOND);
  await refusal("session_ambiguous", bindToSession(busy, current));
  assert.equal(await readBinding(busy.manager, SECOND), null);
  const left = await seen(SECOND, AT_WORK_MS + 1);
  await bindToSession(left, current);
  assert.equal(await readBinding(left.manager, SECOND), A);
});
