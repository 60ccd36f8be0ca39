import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import { loadSession, SHOW_BELOW } from "../../../src/session/load.ts";
import type { SessionManager } from "../../../src/session/session_manager.ts";
import { rowOf, type SessionSummary, summarise } from "../../../src/session/summary.ts";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import { A, act, complete, forged, inFiles, managed, note, start } from "./sessions.ts";

/** A backend, and the names of the methods that are called. */
function watched(backend: StorageBackend): { backend: StorageBackend; calls: string[] } {
  const calls: string[] = [];
  const proxy = new Proxy(backend, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target);
      if (typeof found !== "function") return found;
      calls.push(String(name));
      return found.bind(target);
    },
  });
  return { backend: proxy, calls };
}

/** The row of session A. */
async function row(manager: SessionManager): Promise<Partial<SessionSummary>> {
  const [summary, ...others] = await summarise(manager);
  assert.deepEqual(others, []);
  const { lock: _, heldBy: _by, ...rest } = summary ?? assert.fail("no session is listed");
  return rest;
}

/** What the row must say, by reading the session as every other command does. */
async function expected(backend: StorageBackend): Promise<Partial<SessionSummary>> {
  try {
    const { state } = await loadSession(backend, A);
    return { id: A, seq: state.seq, ...rowOf(state) };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { id: A, status: "unreadable", problem: error.message };
  }
}

Deno.test("a list believes the journal, whatever a short one's state.json says", async () => {
  await inFiles(async ({ manager, backend, edit, file }) => {
    await start(manager);
    await act(manager, A, complete("a"));
    const honest = await row(manager);
    assert.equal(honest.done, 1);
    assert.deepEqual(honest, await expected(backend));
    edit("state.json", (text) =>
      forged(text, (content) => {
        const state = content["state"] as Record<string, unknown>;
        Object.assign(state, { task: "Forged", status: "completed", phase: "BUILD" });
      }));
    assert.deepEqual(await row(manager), honest);
    Deno.removeSync(file("state.json"));
    const watching = watched(backend);
    assert.deepEqual(await row(managed(watching.backend).manager), honest);
    assert.ok(!watching.calls.includes("readText"), watching.calls.join(" "));
  });
});

Deno.test("a long journal is not read where state.json can be trusted", async () => {
  await inFiles(async ({ manager, backend, edit }) => {
    await start(manager);
    for (let count = 0; count < SHOW_BELOW / 4000 + 1; count++) {
      await act(manager, A, note(`${count} ${"long ".repeat(800)}`));
    }
    const taken: number[] = [];
    const watching = watched(backend);
    const visit = backend.visitJournal.bind(backend);
    watching.backend.visitJournal = async (id, visitor) => {
      const found = await visit(id, visitor);
      taken.push(found.lines);
      return found;
    };
    const honest = await row(managed(watching.backend).manager);
    assert.deepEqual(taken, [0]);
    assert.deepEqual(honest, await expected(backend));
    edit("state.json", (text) =>
      forged(text, (content) => {
        Object.assign(content["state"] as Record<string, unknown>, { task: "Forged" });
      }));
    assert.deepEqual(await row(manager), honest);
  });
});

Deno.test("a list says of a cut or edited journal what every other command says", async () => {
  await inFiles(async ({ manager, backend, file }) => {
    await start(manager);
    await act(manager, A, complete("a"));
    await act(manager, A, note("remember"));
    const whole = Deno.readTextFileSync(file("log.jsonl"));
    const step = Math.max(1, Math.floor(whole.length / 60));
    const problems = new Set<string | undefined>();
    const texts = [whole + "half a l", whole.replace("remember", "remembeR")];
    for (let length = 0; length < whole.length; length += step) {
      texts.push(whole.slice(0, length), whole.slice(0, length) + "x" + whole.slice(length));
    }
    for (const text of texts) {
      Deno.writeTextFileSync(file("log.jsonl"), text);
      const [is, must] = [await row(manager), await expected(backend)];
      if (must.status === "unreadable") {
        assert.equal(is.status, "unreadable");
        assert.equal(is.problem, must.problem);
      } else assert.deepEqual(is, must);
      problems.add(is.problem);
    }
    assert.ok(problems.size > 3 && problems.has(undefined), [...problems].join("\n"));
  });
});
