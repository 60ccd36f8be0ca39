import assert from "node:assert/strict";
import { actorFrom } from "../../../src/project/actor.ts";
import { detectEnvironment, type Variables } from "../../../src/project/environment.ts";

const notAsked = (): string => {
  throw new Error("asked");
};
const actor = (env: Variables, userName = notAsked) =>
  actorFrom(detectEnvironment(env), env, userName);

Deno.test("actor: a person, an agent, CI, and an agent in CI", () => {
  assert.deepEqual(actor({ USER: "mo" }), { kind: "person", name: "mo" });
  assert.deepEqual(actor({ USER: "mo", CLAUDECODE: "1" }), {
    kind: "agent",
    name: "mo",
    agent: "claude-code",
  });
  assert.deepEqual(actor({ USER: "runner", CI: "true" }), { kind: "ci", name: "runner" });
  assert.equal(actor({ USER: "runner", CI: "true", COPILOT_AGENT_JOB_ID: "1" }).kind, "agent");
});

Deno.test("actor: the name comes from the first variable that has one", () => {
  const all = { ORCHESTRATOR_ACTOR: "a", USER: "b", LOGNAME: "c", USERNAME: "d" };
  assert.equal(actor(all).name, "a");
  assert.equal(actor({ ...all, ORCHESTRATOR_ACTOR: " " }).name, "b");
  assert.equal(actor({ ...all, ORCHESTRATOR_ACTOR: "", USER: "\u0000" }).name, "c");
  assert.equal(actor({ USERNAME: "d" }).name, "d");
  assert.equal(actor({}, () => "system").name, "system");
});

Deno.test("actor: a system without a user name", () => {
  assert.equal(actor({}).name, "unknown");
  assert.equal(actor({}, () => "").name, "unknown");
});

Deno.test("actor: a name is one printable line of at most 100 characters", () => {
  assert.equal(actor({ USER: "a\u001b[2Jb\r\nc\u202ed\u2028e\u009bf" }).name, "a[2Jbcdef");
  assert.equal(actor({ USER: "x".repeat(500) }).name.length, 100);
  assert.equal(actor({ USER: "x".repeat(99) + "😀" }).name, "x".repeat(99));
  assert.equal(actor({ USER: "Zoë 👩‍💻" }).name, "Zoë 👩‍💻");
  assert.equal(actor({ USER: "a\uD800b" }).name, "ab");
});
