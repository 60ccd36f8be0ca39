import assert from "node:assert/strict";
import { findSession, resolveSession } from "../../../src/session/resolve.ts";
import { bindAgent, readBinding } from "../../../src/session/bindings.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { A, abandon, act, B, inFiles, managed, refusal, start } from "./sessions.ts";

const C = "abcdefghijklm";
const CLAUDE = { variable: "CLAUDE_CODE_SESSION_ID", value: "one" };
const OTHER_CLAUDE = { variable: "CLAUDE_CODE_SESSION_ID", value: "two" };
const CODEX = { variable: "CODEX_THREAD_ID", value: "one" };

/** Sessions A (named login), B (no name) and C (named b). */
async function three() {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager, A, { name: "login" });
  await start(manager, B);
  await start(manager, C, { name: "b" });
  return { backend, manager };
}

Deno.test("find: by id, unique prefix and name", async () => {
  const { manager } = await three();
  for (
    const [value, id] of [
      [A, A],
      [B, B],
      ["bbbb", B],
      ["bb", B],
      ["abc", C],
      ["aa", A],
      ["login", A],
    ] as const
  ) {
    assert.equal(await findSession(manager, value), id, value);
  }
});

Deno.test("find: a name counts before a prefix, an id before a name", async () => {
  const { manager } = await three();
  assert.equal(await findSession(manager, "b"), C, "b is C's name and begins B");
  await act(manager, B, { kind: "rename", name: A });
  assert.equal(await findSession(manager, A), A);
});

Deno.test("find: several are ambiguous, and named", async () => {
  const { manager } = await three();
  const error = await refusal("session_ambiguous", findSession(manager, "a"));
  assert.equal(error.exitCode, 5);
  assert.deepEqual(error.details?.["sessions"], [A, C]);
  assert.match(error.message, new RegExp(`${A}, ${C}`));
  await act(manager, B, { kind: "rename", name: "login" });
  await refusal("session_ambiguous", findSession(manager, "login"));
});

Deno.test("find: nothing fits", async () => {
  const { manager } = await three();
  for (
    const value of [
      "",
      "x",
      "../x",
      "..",
      "/etc/passwd",
      "aaaaaaaaaaaab",
      `${A}x`,
      "LOGIN",
      "a/b",
      "a\\b",
      "\0",
      "%",
      "__proto__",
    ]
  ) {
    const error = await refusal("session_unknown", findSession(manager, value));
    assert.equal(error.exitCode, 4);
    assert.ok(error.message.includes(JSON.stringify(value)), error.message);
    assert.equal(error.hint, "Run `orchestrator session list`");
  }
});

Deno.test("find: a task that one session has is suggested, and never taken", async () => {
  const { manager } = await three();
  const task = `Task of ${B}`;
  const error = await refusal("session_unknown", findSession(manager, task));
  assert.equal(error.hint, `Did you mean session ${B}? That is its task`);
  await start(manager, "ccccccccccccc", { task });
  const two = await refusal("session_unknown", findSession(manager, task));
  assert.equal(two.hint, "Run `orchestrator session list`");
});

Deno.test("find: an id of the old tool means what it was imported into", async () => {
  const { manager } = await three();
  const imported = { "1a2b3c4d": A, "deadbeef": "ggggggggggggg" };
  assert.equal(await findSession(manager, "1a2b3c4d", { imported }), A);
  await refusal("session_unknown", findSession(manager, "deadbeef", { imported }));
});

Deno.test("resolve: the flag, then the variable, then the agent, then current", async () => {
  const { manager } = await three();
  await manager.setCurrentSession(A);
  await bindAgent(manager, CLAUDE, B);
  assert.deepEqual(await resolveSession(manager, {}), { id: A, origin: "current" });
  assert.deepEqual(await resolveSession(manager, { agent: CLAUDE }), { id: B, origin: "agent" });
  assert.deepEqual(await resolveSession(manager, { agent: CLAUDE, variable: "login" }), {
    id: A,
    origin: "environment",
  });
  assert.deepEqual(
    await resolveSession(manager, { agent: CLAUDE, variable: "login", flag: "abc" }),
    { id: C, origin: "flag" },
  );
  assert.equal((await resolveSession(manager, { variable: "" }))?.origin, "current");
  await refusal("session_unknown", resolveSession(manager, { flag: "" }));
  await refusal("session_unknown", resolveSession(manager, { variable: "nothing" }));
});

Deno.test("resolve: two agents never trip over current, nor over each other", async () => {
  const { manager } = await three();
  await bindAgent(manager, CLAUDE, A);
  await bindAgent(manager, CODEX, B);
  for (const current of [A, B, C]) {
    await manager.setCurrentSession(current);
    assert.equal((await resolveSession(manager, { agent: CLAUDE }))?.id, A);
    assert.equal((await resolveSession(manager, { agent: CODEX }))?.id, B);
    assert.deepEqual(await resolveSession(manager, { agent: OTHER_CLAUDE }), {
      id: current,
      origin: "current",
    });
  }
  assert.equal(await readBinding(manager, CLAUDE), A);
  assert.equal(await readBinding(manager, OTHER_CLAUDE), null);
});

Deno.test("resolve: an agent's own session id does not appear on disk", async () => {
  const { backend, manager } = await three();
  await bindAgent(manager, { variable: "CODEX_THREAD_ID", value: "very-secret/../id" }, A);
  for (const key of await backend.listBlobs("bindings/")) {
    assert.match(key, /^bindings\/[0-9a-f]{32}$/);
    assert.equal(await backend.readText(key), `${A}\n`);
  }
});

Deno.test("resolve: a binding to a session that is gone falls back to current", async () => {
  const { manager } = await three();
  await bindAgent(manager, CLAUDE, B);
  await manager.setCurrentSession(A);
  await act(manager, B, abandon);
  await manager.withRepositoryLock("remove", () => manager.remove(B));
  assert.deepEqual(await resolveSession(manager, { agent: CLAUDE }), { id: A, origin: "current" });
  assert.equal(await readBinding(manager, CLAUDE), B, "what it says is still told");
});

Deno.test("resolve: a current that is missing, empty, gone or nonsense is none", async () => {
  const { backend, manager } = await three();
  assert.equal(await resolveSession(manager, {}), null);
  assert.equal(await manager.currentSession(), null);
  for (
    const content of [
      "",
      "\n",
      " ",
      "ggggggggggggg\n",
      "../x",
      "1a2b3c4d",
      "x".repeat(10_000),
      "\0",
    ]
  ) {
    await backend.writeBlob("current", content);
    assert.equal(await resolveSession(manager, {}), null, JSON.stringify(content.slice(0, 20)));
  }
  await backend.writeBlob("current", ` ${A}\r\n`);
  assert.equal((await resolveSession(manager, {}))?.id, A);
});

Deno.test("resolve: a current of the old tool means what it was imported into", async () => {
  const { backend, manager } = await three();
  await backend.writeBlob("current", "1a2b3c4d");
  const imported = { "1a2b3c4d": B };
  assert.deepEqual(await resolveSession(manager, { imported }), { id: B, origin: "current" });
  assert.equal(await resolveSession(manager, { imported: { "1a2b3c4d": "../x" } }), null);
});

Deno.test("find: a session whose meta.json is damaged or unreadable does not block finding others", () =>
  inFiles(async ({ manager, file }) => {
    await start(manager, A);
    await start(manager, B, { name: "login" });
    await Deno.writeTextFile(file("meta.json"), "{");
    assert.equal(await findSession(manager, "login"), B);
    await Deno.remove(file("meta.json"));
    await Deno.mkdir(file("meta.json"));
    assert.equal(await findSession(manager, "login"), B);
    assert.equal(await findSession(manager, "aa"), A);
  }));

Deno.test("find: a name that only the journal knows, and a mistyped one without reading journals", () =>
  inFiles(async ({ backend, manager, file }) => {
    await start(manager, A, { name: "before" });
    await start(manager, B);
    const visit = backend.visitJournal.bind(backend);
    const reads: string[] = [];
    backend.visitJournal = (id, visitor) => {
      reads.push(id);
      return visit(id, visitor);
    };
    await refusal("session_unknown", findSession(manager, "mistyped"));
    assert.deepEqual(reads, [], "state.json knows all names");
    // Renaming is cut off behind the append: meta.json and state.json are what they were.
    const names = ["meta.json", "state.json"];
    const old = new Map(names.map((name) => [name, Deno.readTextFileSync(file(name))]));
    for (const name of ["first", "second", null]) {
      for (const [name, text] of old) Deno.writeTextFileSync(file(name), text);
      await act(manager, A, { kind: "rename", name });
      for (const [name, text] of old) Deno.writeTextFileSync(file(name), text);
      reads.length = 0;
      if (name === null) await refusal("session_unknown", findSession(manager, "second"));
      else assert.equal(await findSession(manager, name), A);
      assert.deepEqual(reads, [A], "only the journal that state.json is not in step with");
    }
    Deno.writeTextFileSync(file("meta.json"), "{");
    await act(manager, A, { kind: "rename", name: "third" });
    Deno.writeTextFileSync(file("meta.json"), "{");
    Deno.removeSync(file("state.json"));
    assert.equal(await findSession(manager, "third"), A);
  }));
