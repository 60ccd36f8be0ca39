/**
 * What `replaceSession` promises.
 * @module
 */
import assert from "node:assert/strict";
import { OrchestratorError } from "../../src/errors.ts";
import type { StorageBackend } from "../../src/storage/backend.ts";
import {
  A,
  accidentsOf,
  appended,
  B,
  copyOf,
  gate,
  GONE,
  headOf,
  linesOf,
  made,
  never,
  refused,
  removed,
  replaced,
  type ReplacingCopy,
  request,
  type StorageCase,
} from "./storage_case.ts";

const OLD: ReplacingCopy = {
  lines: ["one", "two", "three"],
  blobs: { "meta.json": "old", "feedback/tool.jsonl": "old\n", "legacy/a/b": "old" },
};
const NEW: ReplacingCopy = {
  lines: ["eins", "zwei"],
  blobs: { "meta.json": "new", "feedback/process.jsonl": "new\n", "deep/er/still": "new" },
};

async function madeFrom(backend: StorageBackend, id: string, copy: ReplacingCopy): Promise<void> {
  await backend.withLock("repository", request(), () => backend.createSession(id, copy));
}

export const replacingCases: readonly StorageCase[] = [
  {
    name: "a session is replaced with all its blobs, for everyone, and goes on from there",
    async run({ backend, other, accidents }) {
      await madeFrom(backend, A, OLD);
      await made(backend, B);
      const etag = await replaced(backend, A, {
        ...NEW,
        derived: (etag) => ({ "state.json": etag }),
      });
      for (const each of [backend, other]) {
        assert.deepEqual([...await each.sessions()].sort(), [A, B]);
        assert.equal(await each.hasSession(A), true);
        assert.deepEqual(await copyOf(each, A), {
          lines: NEW.lines,
          blobs: { ...NEW.blobs, "state.json": etag },
        });
        assert.equal(await each.readBlob(`sessions/${A}/legacy/a/b`), null);
        assert.deepEqual(await each.readJournal(A, headOf(NEW.lines, etag)), { unchanged: true });
      }
      await refused("state_moved", appended(other, A, headOf(OLD.lines), ["four"]));
      await appended(other, A, headOf(NEW.lines, etag), ["drei"]);
      assert.deepEqual(await linesOf(backend, A), [...NEW.lines, "drei"]);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "a session is replaced by a journal in pieces, by its own beginning, and by itself",
    async run({ backend, other }) {
      await madeFrom(backend, A, OLD);
      const pieces = [new TextEncoder().encode("a\nb\n"), new TextEncoder().encode("c\n")];
      await replaced(backend, A, { lines: { pieces }, blobs: {} });
      assert.deepEqual(await copyOf(other, A), { lines: ["a", "b", "c"], blobs: {} });
      await replaced(backend, A, { lines: ["a", "b"], blobs: NEW.blobs });
      await replaced(other, A, { lines: ["a", "b"], blobs: NEW.blobs });
      assert.deepEqual(await copyOf(backend, A), { lines: ["a", "b"], blobs: NEW.blobs });
      await replaced(other, A, { lines: [], blobs: {} });
      assert.deepEqual(await copyOf(backend, A), { lines: [], blobs: {} });
    },
  },
  {
    name: "a session that is not there is not replaced",
    async run({ backend, accidents }) {
      await made(backend, B);
      for (const id of [A, "../x"]) {
        await refused(
          "session_unknown",
          backend.withLock("repository", request(), () => backend.replaceSession(id, NEW)),
        );
      }
      assert.deepEqual(await backend.sessions(), [B]);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "a replacement that is refused, or fails, leaves the old copy",
    async run({ backend, accidents }) {
      await madeFrom(backend, A, OLD);
      const failing = () => {
        throw new OrchestratorError("io_failed", "Cannot derive");
      };
      await refused("invalid_argument", replaced(backend, A, { lines: ["a\nb"], blobs: {} }));
      await refused("invalid_argument", replaced(backend, A, { lines: [], blobs: { "../x": "" } }));
      await refused("invalid_argument", replaced(backend, A, { lines: [], blobs: { lock: "" } }));
      await refused("io_failed", replaced(backend, A, { ...NEW, derived: failing }));
      assert.deepEqual(await copyOf(backend, A), OLD);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "who waits for a session that is replaced meanwhile holds it afterwards",
    async run({ backend, other }) {
      await madeFrom(backend, A, OLD);
      const entered = gate();
      const { opened, open } = gate();
      const replacing = backend.withLock(
        "repository",
        request(),
        () =>
          backend.withLock({ session: A }, request(), async () => {
            await backend.replaceSession(A, NEW);
            entered.open();
            await opened;
            await refused(
              "lock_held",
              other.withLock({ session: A }, request({ timeoutMs: 0 }), never),
            );
          }),
      );
      await entered.opened;
      const waiting = other.withLock({ session: A }, request(), () => copyOf(other, A));
      open();
      await replacing;
      assert.deepEqual(await waiting, NEW);
    },
  },
  ...(["staged", "committed", "alone", "halfway", "placed", "ended"] as const).map((
    moment,
  ): StorageCase => ({
    name: `a replacement that died, ${moment}: readers see one whole copy, the next writer ends it`,
    accidents: true,
    async run(place) {
      const { backend, other } = place;
      const accidents = accidentsOf(place);
      await madeFrom(backend, A, OLD);
      accidents.killReplacement(A, NEW, moment);
      const counts = moment === "staged" ? OLD : NEW;
      const requireWhole = async () => {
        assert.deepEqual(await other.sessions(), [A]);
        assert.equal(await other.hasSession(A), true);
        assert.deepEqual(await copyOf(other, A), counts);
        const keys = Object.keys(counts.blobs).map((name) => `sessions/${A}/${name}`).sort();
        assert.deepEqual(await other.listBlobs("sessions/"), keys);
      };
      await requireWhole();
      await refused("already_exists", made(backend, A));
      await requireWhole();
      await backend.withLock({ session: A }, request(), requireWhole);
      await requireWhole();
      if (moment !== "staged") {
        accidents.killReplacement(A, NEW, "committed");
        await made(backend, GONE);
        assert.deepEqual(accidents.leftovers(), [], "a creation ends it too");
        await removed(backend, GONE);
      }
      await appended(backend, A, headOf(counts.lines), ["more"]);
      assert.deepEqual(await linesOf(other, A), [...counts.lines, "more"]);
      await made(backend, B);
      assert.deepEqual(accidents.leftovers(), []);
      await replaced(backend, A, OLD);
      assert.deepEqual(await copyOf(other, A), OLD);
      assert.deepEqual(accidents.leftovers(), []);
    },
  })),
  {
    name: "a session whose replacement died is removed whole",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const accidents = accidentsOf(place);
      for (const moment of ["committed", "alone", "halfway", "placed"] as const) {
        await madeFrom(backend, A, OLD);
        accidents.killReplacement(A, NEW, moment);
        await removed(backend, A);
        assert.deepEqual(await backend.sessions(), []);
        assert.deepEqual(await backend.listBlobs("sessions/"), []);
        assert.deepEqual(accidents.leftovers(), []);
      }
    },
  },
];
