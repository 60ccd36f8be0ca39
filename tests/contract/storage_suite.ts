/**
 * What `src/storage/backend.ts` promises, as cases that every backend must pass.
 * @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { OrchestratorError } from "../../src/errors.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { linesFrom } from "../harness/journal_lines.ts";
import { replacingCases } from "./replacing_cases.ts";
import {
  A,
  accidentsOf,
  all,
  appended,
  B,
  gate,
  GONE,
  headOf,
  linesOf,
  made,
  never,
  NONE,
  refused,
  removed,
  request,
  type StorageCase,
} from "./storage_case.ts";

const sessionCases: readonly StorageCase[] = [
  {
    name: "an empty place has no sessions, no blobs, and no lock holder",
    async run({ backend }) {
      assert.deepEqual(await backend.sessions(), []);
      assert.equal(await backend.hasSession(A), false);
      assert.equal(await backend.readBlob("current"), null);
      assert.equal(await backend.readText("current"), null);
      assert.deepEqual(await backend.listBlobs("sessions/"), []);
      assert.deepEqual(await backend.holder("repository"), { state: "free" });
      assert.deepEqual(await backend.holder({ session: A }), { state: "free" });
    },
  },
  {
    name: "its kind is a short name",
    run({ backend }) {
      assert.match(backend.kind, /^[a-z][a-z0-9]{1,12}$/);
      return Promise.resolve();
    },
  },
  {
    name: "a session appears with its lines and blobs",
    async run({ backend, other }) {
      const { etag } = await backend.withLock(
        "repository",
        request(),
        () =>
          backend.createSession(A, {
            lines: ["first", "second"],
            blobs: {
              "meta.json": "{}",
              "feedback/tool.jsonl": '{"a":1}\n',
              "deep/er/still": new Uint8Array([0, 255, 10]),
            },
            derived: (etag) => ({ "state.json": etag }),
          }),
      );
      for (const each of [backend, other]) {
        assert.deepEqual(await each.sessions(), [A]);
        assert.equal(await each.hasSession(A), true);
        assert.deepEqual(await linesOf(each, A), ["first", "second"]);
        assert.equal(await each.readText(`sessions/${A}/meta.json`), "{}");
        assert.equal(await each.readText(`sessions/${A}/state.json`), etag);
        assert.deepEqual(
          [...await each.readBlob(`sessions/${A}/deep/er/still`) ?? []],
          [0, 255, 10],
        );
        assert.deepEqual(await each.listBlobs(`sessions/${A}/`), [
          `sessions/${A}/deep/er/still`,
          `sessions/${A}/feedback/tool.jsonl`,
          `sessions/${A}/meta.json`,
          `sessions/${A}/state.json`,
        ]);
      }
    },
  },
  {
    name: "a session appears with a journal given in pieces, and its journal is read in pieces",
    async run({ backend, other }) {
      const lines = Array.from({ length: 700 }, (_, index) => `${index} ${"é".repeat(index)}`);
      const bytes = (from: number, to: number) =>
        new TextEncoder().encode(lines.slice(from, to).map((line) => `${line}\n`).join(""));
      const { etag } = await backend.withLock(
        "repository",
        request(),
        () =>
          backend.createSession(A, {
            lines: { pieces: [bytes(0, 3), bytes(3, 699), new Uint8Array(), bytes(699, 700)] },
            blobs: {},
            derived: (etag) => ({ "state.json": etag }),
          }),
      );
      assert.equal(await backend.readText(`sessions/${A}/state.json`), etag);
      assert.deepEqual(await other.readJournal(A, headOf(lines, etag)), { unchanged: true });
      assert.deepEqual(await linesOf(other, A), lines);
      for (const each of [backend, other]) {
        const pieces = await all(each.journalPieces(A));
        assert.ok(pieces.every((piece) => piece.at(-1) === 10), "a piece ends in a line");
        assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes(0, 700)));
      }
      await appended(backend, A, headOf(lines, etag), ["more"]);
      const longer = Buffer.concat(await all(other.journalPieces(A)));
      assert.equal(longer.toString(), `${Buffer.from(bytes(0, 700))}more\n`);
      await refused("session_unknown", all(backend.journalPieces(B)));
      await refused("session_unknown", all(backend.journalPieces("../x")));
    },
  },
  {
    name: "a journal in pieces ends before what was cut off",
    accidents: true,
    async run(place) {
      const { backend } = place;
      await made(backend, A);
      accidentsOf(place).tear(A, '{"torn":');
      assert.equal(Buffer.concat(await all(backend.journalPieces(A))).toString(), "one\ntwo\n");
    },
  },
  {
    name: "a creation whose journal cannot be read to its end leaves nothing",
    async run({ backend, accidents }) {
      function* failing() {
        yield new TextEncoder().encode("one\n");
        throw new OrchestratorError("io_failed", "Cannot read");
      }
      const creating = backend.withLock(
        "repository",
        request(),
        () => backend.createSession(A, { lines: { pieces: failing() }, blobs: {} }),
      );
      await refused("io_failed", creating);
      assert.deepEqual(await backend.sessions(), []);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "a blob is read in pieces",
    async run({ backend, other }) {
      const data = new Uint8Array(1_000_000).map((_, index) => index * 7);
      await backend.withLock("repository", request(), () => backend.writeBlob("big", data));
      assert.deepEqual(Buffer.concat(await all(other.blobPieces("big"))), Buffer.from(data));
      await backend.withLock("repository", request(), () => backend.writeBlob("empty", ""));
      assert.equal(Buffer.concat(await all(other.blobPieces("empty"))).length, 0);
      await refused("file_unknown", all(backend.blobPieces("none")));
      await refused("invalid_argument", all(backend.blobPieces("../x")));
    },
  },
  {
    name: "the etag of a creation proves the journal unchanged, also to others",
    async run({ backend, other }) {
      const head = await made(backend, A);
      assert.deepEqual(await backend.readJournal(A, head), { unchanged: true });
      assert.deepEqual(await other.readJournal(A, head), { unchanged: true });
    },
  },
  {
    name: "a session with no lines is a session",
    async run({ backend }) {
      const head = await made(backend, A, []);
      assert.deepEqual(await backend.sessions(), [A]);
      assert.deepEqual(await linesOf(backend, A), []);
      await appended(backend, A, head, ["first"]);
      assert.deepEqual(await linesOf(backend, A), ["first"]);
    },
  },
  {
    name: "an id is taken once, and the second creation changes nothing",
    async run({ backend, other }) {
      await made(backend, A);
      await refused("already_exists", made(other, A, ["other"]));
      assert.deepEqual(await linesOf(backend, A), ["one", "two"]);
      assert.equal(await backend.readText(`sessions/${A}/meta.json`), `{"id":"${A}"}`);
    },
  },
  {
    name: "a creation that is refused leaves nothing",
    async run({ backend, accidents }) {
      const bad: readonly (readonly [readonly string[], Record<string, string>])[] = [
        [["ok"], { "good": "1", "../bad": "1" }],
        [["ok"], { "good": "1", "log.jsonl": "1" }],
        [["ok"], { "good": "1", "lock": "1" }],
        [["ok", "two\nlines"], { "good": "1" }],
      ];
      for (const [lines, blobs] of bad) {
        await refused(
          "invalid_argument",
          backend.withLock(
            "repository",
            request(),
            () => backend.createSession(A, { lines, blobs }),
          ),
        );
        await refused(
          "invalid_argument",
          backend.withLock("repository", request(), () =>
            backend.createSession(A, {
              lines: lines.slice(0, 1),
              blobs: {},
              derived: () => ({ ...blobs, "..": "" }),
            })),
        );
        assert.deepEqual(await backend.sessions(), []);
        assert.equal(await backend.readBlob(`sessions/${A}/good`), null);
        assert.deepEqual(accidents?.leftovers() ?? [], []);
      }
      await refused("session_unknown", made(backend, "../escape"));
      await refused("session_unknown", made(backend, "TOO-LOUD-FOR-US"));
    },
  },
  {
    name: "a creation whose derived blobs fail leaves nothing",
    async run({ backend, accidents }) {
      const failing = backend.withLock("repository", request(), () =>
        backend.createSession(A, {
          lines: ["one"],
          blobs: { "meta.json": "{}" },
          derived: () => {
            throw new OrchestratorError("io_failed", "Cannot derive");
          },
        }));
      await refused("io_failed", failing);
      assert.deepEqual(await backend.sessions(), []);
      assert.equal(await backend.readText(`sessions/${A}/meta.json`), null);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
      await made(backend, A);
    },
  },
  {
    name: "what dead creations left is no session, and the next creation sweeps it",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const accidents = accidentsOf(place);
      accidents.killCreation(A);
      accidents.killCreation(B);
      assert.deepEqual(await backend.sessions(), []);
      assert.equal(await backend.hasSession(A), false);
      assert.deepEqual(await backend.listBlobs("sessions/"), []);
      await refused("session_unknown", backend.readJournal(A));
      await made(backend, A);
      assert.deepEqual(await backend.sessions(), [A]);
      assert.deepEqual(accidents.leftovers(), []);
    },
  },
  {
    name: "a removed session is gone, with its blobs, for everyone; others stay",
    async run({ backend, other, accidents }) {
      await made(backend, A);
      await made(backend, B);
      await removed(backend, A);
      for (const each of [backend, other]) {
        assert.deepEqual(await each.sessions(), [B]);
        assert.equal(await each.hasSession(A), false);
        assert.equal(await each.readBlob(`sessions/${A}/meta.json`), null);
        assert.deepEqual(await each.listBlobs("sessions/"), [`sessions/${B}/meta.json`]);
        await refused("session_unknown", each.readJournal(A));
        await refused("session_unknown", linesFrom(each, A, 1));
        await refused("session_unknown", each.append(A, NONE, ["x"]));
        await refused("session_unknown", each.withLock({ session: A }, request(), never));
      }
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "removing what is absent is fine, and a removed id can be created again",
    async run({ backend }) {
      await backend.withLock("repository", request(), () => backend.removeSession(A));
      const before = await made(backend, A);
      await removed(backend, A);
      await made(backend, A, ["new", "two"]);
      assert.deepEqual(await linesOf(backend, A), ["new", "two"]);
      const read = await backend.readJournal(A, before);
      assert.equal(read.unchanged, false, "it is another journal");
    },
  },
  {
    name: "what a removal cannot remove while the session is held goes with the hold",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const accidents = accidentsOf(place);
      await made(backend, A);
      await made(backend, B);
      await backend.withLock(
        "repository",
        request(),
        () =>
          backend.withLock({ session: A }, request(), async () => {
            await backend.removeSession(A);
            accidents.leaveRest(A);
            assert.equal(await backend.hasSession(A), false);
          }),
      );
      assert.deepEqual(accidents.leftovers(), []);
      assert.deepEqual(await backend.sessions(), [B]);
    },
  },
  {
    name: "a removal that died is finished by the next creation, without harm to others",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const accidents = accidentsOf(place);
      await made(backend, A);
      accidents.killRemoval(A);
      assert.deepEqual(await backend.sessions(), []);
      assert.equal(await backend.hasSession(A), false);
      await refused("session_unknown", backend.withLock({ session: A }, request(), never));
      await refused("session_unknown", backend.writeBlob(`sessions/${A}/state.json`, "{}"));
      await made(backend, B);
      assert.deepEqual(accidents.leftovers(), []);
      assert.deepEqual(await backend.listBlobs("sessions/"), [`sessions/${B}/meta.json`]);
      await made(backend, A, ["again"]);
      accidents.killRemoval(B);
      await removed(backend, A);
      await made(backend, B, ["new"]);
      assert.deepEqual(await linesOf(backend, B), ["new"]);
      assert.deepEqual(accidents.leftovers(), []);
    },
  },
];

const journalCases: readonly StorageCase[] = [
  {
    name: "the last line of an untouched journal is read alone",
    async run({ backend, other }) {
      for (const last of ["second", "", "é".repeat(9), "x".repeat(200_000)]) {
        const id = last.length < 9 ? A : B;
        if (await backend.hasSession(id)) {
          await backend.withLock(
            "repository",
            request(),
            () => backend.withLock({ session: id }, request(), () => backend.removeSession(id)),
          );
        }
        const lines = ["first", last];
        const { etag } = await backend.withLock(
          "repository",
          request(),
          () => backend.createSession(id, { lines, blobs: {} }),
        );
        const bytes = new TextEncoder().encode(`first\n${last}\n`).length;
        for (const each of [backend, other]) {
          assert.equal(await each.lastLine(id, headOf(lines, etag), 0), last);
          assert.equal(await each.lastLine(id, headOf(lines, etag), bytes), last);
          assert.equal(await each.lastLine(id, headOf(lines, etag), bytes + 1), null);
          assert.equal(await each.lastLine(id, headOf(lines, ""), 0), null);
        }
        await appended(backend, id, headOf(lines, etag), ["third"]);
        for (const each of [backend, other]) {
          assert.equal(await each.lastLine(id, headOf(lines, etag), 0), null, "it has changed");
        }
      }
    },
  },
  {
    name: "lines come back as they were appended, whatever they say",
    async run({ backend, other }) {
      const lines = ["", " ", "ä🌊\u2028", "\t", '{"a":"\\n"}', "x".repeat(100_000), "\uFEFFb"];
      const head = await made(backend, A, ["first"]);
      const behind = await appended(backend, A, head, lines);
      for (const each of [backend, other]) {
        assert.deepEqual(await linesOf(each, A), ["first", ...lines]);
        assert.deepEqual(await each.readJournal(A, behind), { unchanged: true });
        assert.deepEqual(await linesFrom(each, A, 8), ["\uFEFFb"]);
      }
      await appended(backend, A, behind, ["after"]);
      assert.equal((await linesOf(backend, A)).length, 9);
    },
  },
  {
    name: "a visitor is told the size of a journal, and may end the visit before anything is read",
    async run({ backend, other }) {
      await made(backend, A, ["one", "zwölf"]);
      for (const each of [backend, other]) {
        for (const isWanted of [true, false]) {
          const seen: (string | number)[] = [];
          const { lines, behindBytes } = await each.visitJournal(A, {
            begin: (bytes) => seen.push(bytes) > 0 && isWanted,
            line: (line) => seen.push(String(line)) > 0,
            behind: (line) => void seen.push(String(line)),
          });
          assert.deepEqual(seen, isWanted ? [11, "one", "zwölf"] : [11]);
          assert.equal(lines, isWanted ? 2 : 0);
          assert.equal(behindBytes, isWanted ? 0 : 11);
        }
      }
    },
  },
  {
    name: "a line with a line break is refused, and nothing is appended",
    async run({ backend }) {
      const head = await made(backend, A);
      await refused("invalid_argument", appended(backend, A, head, ["ok", "not\nok"]));
      await refused("invalid_argument", appended(backend, A, head, ["not\rok"]));
      assert.deepEqual(await linesOf(backend, A), ["one", "two"]);
    },
  },
  {
    name: "an append behind a line that is not the last is refused, and nothing is appended",
    async run({ backend, other }) {
      const head = await made(backend, A);
      const behind = await appended(other, A, head, ["three"]);
      const error = await refused("state_moved", appended(backend, A, head, ["mine"]));
      assert.notEqual(error.hint, undefined);
      await refused("state_moved", appended(backend, A, { ...head, etag: "" }, ["mine"]));
      assert.deepEqual(await linesOf(backend, A), ["one", "two", "three"]);
      await appended(backend, A, behind, ["mine"]);
      assert.deepEqual(await linesOf(backend, A), ["one", "two", "three", "mine"]);
    },
  },
  {
    name: "an append behind a line that is not there yet is refused",
    async run({ backend, other }) {
      await made(backend, B, ["one", "two", "three"]);
      const longer = await made(other, A, ["one", "two", "three"]);
      await removed(backend, A);
      await made(backend, A);
      await refused("state_moved", appended(backend, A, longer, ["mine"]));
      await refused("state_moved", appended(backend, A, { ...longer, etag: "" }, ["mine"]));
      assert.deepEqual(await linesOf(backend, A), ["one", "two"]);
    },
  },
  {
    name: "an append behind a line that says something else is refused",
    async run({ backend }) {
      const head = await made(backend, A);
      const hash = sha256Hex("forged");
      await refused("state_moved", appended(backend, A, { ...head, hash }, ["mine"]));
      await refused("state_moved", appended(backend, A, { ...head, hash, etag: "" }, ["mine"]));
      assert.deepEqual(await linesOf(backend, A), ["one", "two"]);
    },
  },
  {
    name: "a redacted line counts as the line that it was, and with no other hash",
    async run({ backend }) {
      const original = "a".repeat(64);
      const line = `{"v":3,"data":{"text":"gone"},"prev":"${
        "0".repeat(64)
      }","original":"${original}"}`;
      await made(backend, A, ["first", line]);
      const bytes = { seq: 2, hash: sha256Hex(line), etag: "" };
      await refused(
        "state_moved",
        backend.withLock({ session: A }, request(), () => backend.append(A, bytes, ["third"])),
      );
      const { etag } = await backend.withLock(
        { session: A },
        request(),
        () => backend.append(A, { seq: 2, hash: original, etag: "" }, ["third"]),
      );
      await backend.withLock(
        { session: A },
        request(),
        () => backend.append(A, { seq: 3, hash: sha256Hex("third"), etag }, [line]),
      );
      await backend.withLock(
        { session: A },
        request(),
        () => backend.append(A, { seq: 4, hash: original, etag: "" }, ["fifth"]),
      );
      assert.deepEqual(await linesOf(backend, A), ["first", line, "third", line, "fifth"]);
    },
  },
  {
    name: "an empty etag is fine",
    async run({ backend }) {
      const head = await made(backend, A);
      const behind = await appended(backend, A, { ...head, etag: "" }, ["three"]);
      assert.deepEqual(await backend.readJournal(A, behind), { unchanged: true });
      const read = await backend.readJournal(A, { ...behind, etag: "" });
      assert.deepEqual(read.unchanged || read.lines, ["one", "two", "three"]);
      await made(backend, B, []);
      await appended(backend, B, NONE, ["first"]);
      await refused("state_moved", appended(backend, B, NONE, ["first"]));
    },
  },
  {
    name: "a head in the middle reads all from the beginning, with an etag that serves",
    async run({ backend }) {
      const head = await made(backend, A);
      await appended(backend, A, head, ["three", "four"]);
      const read = await backend.readJournal(A, head);
      assert.ok(!read.unchanged);
      assert.deepEqual(read.lines, ["one", "two", "three", "four"]);
      assert.equal(read.tornBytes, 0);
      const now = headOf(read.lines, read.etag);
      assert.deepEqual(await backend.readJournal(A, now), { unchanged: true });
      await appended(backend, A, now, ["five"]);
      assert.equal((await linesOf(backend, A)).length, 5);
    },
  },
  {
    name: "reading gives the lines from a number on, and none beyond the end",
    async run({ backend }) {
      await made(backend, A, ["one", "two", "three"]);
      assert.deepEqual(await linesFrom(backend, A, 1), ["one", "two", "three"]);
      assert.deepEqual(await linesFrom(backend, A, 0), ["one", "two", "three"]);
      assert.deepEqual(await linesFrom(backend, A, 3), ["three"]);
      assert.deepEqual(await linesFrom(backend, A, 4), []);
      assert.deepEqual(await linesFrom(backend, A, 99), []);
    },
  },
  {
    name: "two who append at once: one wins, the other is told",
    async run({ backend, other }) {
      const head = await made(backend, A);
      const results = await Promise.allSettled([
        appended(backend, A, head, ["mine"]),
        appended(other, A, head, ["yours"]),
      ]);
      assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      assert.equal((await linesOf(backend, A)).length, 3);
    },
  },
  {
    name: "journals that are not there are unknown",
    async run({ backend }) {
      await made(backend, A);
      for (const id of [GONE, "", "..", "../../x", `${A}/..`, "AAAAAAAAAAAAA"]) {
        await refused("session_unknown", backend.readJournal(id));
        await refused("session_unknown", linesFrom(backend, id, 1));
        await refused("session_unknown", backend.append(id, NONE, ["x"]));
        assert.equal(await backend.hasSession(id), false);
      }
    },
  },
  {
    name: "a torn tail is ignored, told, and replaced by the next append",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const head = await made(backend, A);
      for (const [torn, behind] of [["half a li", "three"], ["x", "four"]] as const) {
        const before = await linesOf(backend, A);
        accidentsOf(place).tear(A, torn);
        const read = await backend.readJournal(A, head);
        assert.ok(!read.unchanged, "something lies behind the head");
        assert.deepEqual(read.lines, before);
        assert.equal(read.tornBytes, torn.length);
        assert.deepEqual(await linesFrom(backend, A, before.length), [before.at(-1)]);
        assert.deepEqual(await linesFrom(backend, A, before.length + 1), []);
        await appended(backend, A, headOf(read.lines, read.etag), [behind]);
        assert.deepEqual(await linesOf(backend, A), [...before, behind]);
      }
    },
  },
  {
    name: "a torn tail is replaced also when the head is from before it, or has no etag",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const head = await made(backend, A);
      accidentsOf(place).tear(A, "half");
      const behind = await appended(backend, A, head, ["three"]);
      accidentsOf(place).tear(A, "half");
      await appended(backend, A, { ...behind, etag: "" }, ["four"]);
      assert.deepEqual(await linesOf(backend, A), ["one", "two", "three", "four"]);
    },
  },
  {
    name: "a journal that holds nothing but a torn line is empty",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const head = await made(backend, A, []);
      accidentsOf(place).tear(A, "half");
      const read = await backend.readJournal(A, head);
      assert.deepEqual(read, { ...read, unchanged: false, lines: [], tornBytes: 4 });
      assert.deepEqual(await linesFrom(backend, A, 1), []);
      await appended(backend, A, head, ["first"]);
      assert.deepEqual(await linesOf(backend, A), ["first"]);
    },
  },
  {
    name:
      "an edit of the same length is not unchanged, and a head from before it cannot be appended to",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const head = await made(backend, A, ["one", "two", "three"]);
      accidentsOf(place).edit(A, 2);
      const read = await backend.readJournal(A, head);
      assert.ok(!read.unchanged);
      assert.deepEqual([read.lines[0], read.lines[2]], ["one", "three"]);
      assert.notEqual(read.lines[1], "two");
      accidentsOf(place).edit(A, 3);
      await refused("state_moved", appended(backend, A, head, ["four"]));
    },
  },
];

const BAD_KEYS: readonly string[] = [
  "",
  ".",
  "..",
  "../x",
  "a/../b",
  "a/./b",
  "a//b",
  "/etc/passwd",
  "a/",
  "/",
  "a\\b",
  "..\\x",
  "C:/x",
  "c:x",
  "a/b:c",
  "a\0b",
  "lock",
  `sessions/${A}/lock`,
  `sessions/${A}/log.jsonl`,
  ".tmp-1",
  `sessions/${A}/.tmp-1`,
  "sessions/.staging-x/meta.json",
  "sessions/.removed-x",
  `sessions/.replacing-${A}/meta.json`,
];

const blobCases: readonly StorageCase[] = [
  {
    name: "a blob is what was written last, bytes or text, in any folder",
    async run({ backend, other }) {
      await made(backend, A);
      const bytes = new Uint8Array([0, 1, 254, 255, 13, 10]);
      for (const key of ["current", "bindings/x", "a/b/c/d", `sessions/${A}/deep/file`]) {
        await backend.writeBlob(key, "first");
        await backend.writeBlob(key, bytes, { durable: false });
        assert.deepEqual(new Uint8Array(await other.readBlob(key) ?? []), bytes);
        await backend.writeBlob(key, "\uFEFFä🌊\n", { durable: true });
        assert.equal(await other.readText(key), "\uFEFFä🌊\n");
        await backend.writeBlob(key, "");
        assert.equal(await other.readText(key), "");
      }
    },
  },
  {
    name: "changing bytes after a write or a read does not change the blob",
    async run({ backend }) {
      const bytes = new Uint8Array([1, 2, 3]);
      await backend.writeBlob("x", bytes);
      bytes[0] = 9;
      const read = await backend.readBlob("x");
      assert.ok(read);
      assert.equal(read[0], 1);
      read[1] = 9;
      assert.equal((await backend.readBlob("x"))?.[1], 2);
    },
  },
  {
    name: "keys that would leave the place, or that the place keeps for itself, are refused",
    async run({ backend, accidents }) {
      await made(backend, A);
      for (const key of BAD_KEYS) {
        await refused("invalid_argument", backend.readBlob(key));
        await refused("invalid_argument", backend.readText(key));
        await refused("invalid_argument", backend.writeBlob(key, "x"));
        await refused("invalid_argument", backend.appendLine(key, "x"));
        await refused("invalid_argument", backend.removeBlob(key));
        await refused("invalid_argument", backend.listBlobs(`${key}/`));
      }
      await refused("invalid_argument", backend.listBlobs("a"));
      await refused("invalid_argument", backend.listBlobs(""));
      assert.deepEqual(accidents?.leftovers() ?? [], []);
      assert.deepEqual(await linesOf(backend, A), ["one", "two"]);
    },
  },
  {
    name: "a blob of a session that is not there is not written",
    async run({ backend }) {
      for (const id of [GONE, "x", "AAAAAAAAAAAAA"]) {
        const key = `sessions/${id}/state.json`;

        await refused("session_unknown", backend.writeBlob(key, "x"));
        await refused("session_unknown", backend.appendLine(key, "x"));
        assert.equal(await backend.readBlob(key), null);
      }
      await refused("session_unknown", backend.writeBlob("sessions/stray", "x"));
      assert.deepEqual(await backend.listBlobs("sessions/"), []);
      await made(backend, GONE);
    },
  },
  {
    name: "a removed blob is gone; removing one that is absent is fine",
    async run({ backend, other }) {
      await backend.writeBlob("a/b", "x");
      await backend.removeBlob("a/b");
      assert.equal(await other.readBlob("a/b"), null);
      await backend.removeBlob("a/b");
      await backend.removeBlob("never/was");
      assert.deepEqual(await backend.listBlobs("a/"), []);
    },
  },
  {
    name: "a listing has the blobs below the prefix only, sorted",
    async run({ backend }) {
      for (const key of ["ab/x", "a/z", "a/b/c", "top"]) await backend.writeBlob(key, "x");
      assert.deepEqual(await backend.listBlobs("a/"), ["a/b/c", "a/z"]);
      assert.deepEqual(await backend.listBlobs("a/b/"), ["a/b/c"]);
      assert.deepEqual(await backend.listBlobs("none/"), []);
    },
  },
  {
    name: "lines are appended to a blob one by one",
    async run({ backend, other }) {
      await made(backend, A);
      const key = `sessions/${A}/feedback/tool.jsonl`;
      for (const line of ["1", "ä🌊", ""]) await backend.appendLine(key, line);
      assert.equal(await other.readText(key), "1\nä🌊\n\n");
      await refused("invalid_argument", backend.appendLine(key, "a\nb"));
      assert.equal(await other.readText(key), "1\nä🌊\n\n");
      await backend.appendLine("notes", "x");
      assert.equal(await other.readText("notes"), "x\n");
    },
  },
  {
    name: "a cut-off last line of a blob is replaced",
    accidents: true,
    async run(place) {
      const { backend } = place;
      await made(backend, A);
      const key = `sessions/${A}/feedback/tool.jsonl`;
      await backend.appendLine(key, "one");
      accidentsOf(place).tearBlob(key, "tw");
      await backend.appendLine(key, "two");
      assert.equal(await backend.readText(key), "one\ntwo\n");
    },
  },
  {
    name: "what killed writers of blobs left is no blob, and is swept",
    accidents: true,
    async run(place) {
      const { backend } = place;
      const accidents = accidentsOf(place);
      await made(backend, A);
      await backend.writeBlob("bindings/x", "x");
      await backend.writeBlob("removed/x", "x");
      await backend.writeBlob(`sessions/${A}/deep/x`, "x");
      accidents.killWrite("current");
      accidents.killWrite("bindings/x");
      accidents.killWrite("removed/x");
      accidents.killWrite(`sessions/${A}/state.json`);
      accidents.killWrite(`sessions/${A}/deep/x`);
      assert.equal(accidents.leftovers().length, 5);
      assert.deepEqual(await backend.listBlobs("bindings/"), ["bindings/x"]);
      assert.equal((await backend.listBlobs("sessions/")).length, 2);
      await backend.withLock("repository", request(), () => backend.writeBlob("bindings/y", "y"));
      await backend.withLock(
        { session: A },
        request(),
        () => backend.writeBlob(`sessions/${A}/deep/x`, "y"),
      );
      assert.deepEqual(accidents.leftovers(), []);
    },
  },
];

const holdCases: readonly StorageCase[] = [
  {
    name: "a hold gives back what its task gives, and is free again",
    async run({ backend, other }) {
      await made(backend, A);
      for (const scope of ["repository", { session: A }] as const) {
        assert.equal(await backend.withLock(scope, request(), () => Promise.resolve(42)), 42);
        assert.equal(
          await other.withLock(scope, request({ timeoutMs: 0 }), () => Promise.resolve(7)),
          7,
        );
      }
    },
  },
  {
    name: "one holds, the others wait their turn",
    async run({ backend, other }) {
      await made(backend, A);
      for (const scope of ["repository", { session: A }] as const) {
        let inside = 0;
        let turns = 0;
        await Promise.all(
          Array.from(
            { length: 8 },
            (_, index) =>
              (index % 2 === 0 ? backend : other).withLock(scope, request(), async () => {
                assert.equal(++inside, 1);
                await new Promise((resolve) => setTimeout(resolve, 1));
                inside -= 1;
                turns += 1;
              }),
          ),
        );
        assert.equal(turns, 8);
      }
    },
  },
  {
    name: "who waits in vain is told who holds it",
    async run({ backend, other }) {
      await made(backend, A);
      for (const scope of ["repository", { session: A }] as const) {
        const { opened, open } = gate();
        const entered = gate();
        const holding = backend.withLock(
          scope,
          request({ operation: "complete", actor: "grace" }),
          async () => {
            entered.open();
            await opened;
          },
        );
        await entered.opened;
        const started = performance.now();
        const error = await refused(
          "lock_held",
          other.withLock(scope, request({ timeoutMs: 30 }), never),
        );
        assert.ok(performance.now() - started >= 29, "it has waited");
        assert.match(error.message, /complete.* by grace/);
        await refused("lock_held", other.withLock(scope, request({ timeoutMs: 0 }), never));
        open();
        await holding;
        await other.withLock(scope, request({ timeoutMs: 0 }), () => Promise.resolve());
      }
    },
  },
  {
    name: "a hold is free again when its task throws",
    async run({ backend, other }) {
      await made(backend, A);
      for (const scope of ["repository", { session: A }] as const) {
        const failure = new OrchestratorError("item_blocked", "Cannot");
        const error = await refused(
          "item_blocked",
          backend.withLock(scope, request(), () => Promise.reject(failure)),
        );
        assert.equal(error, failure, "the task's own error comes through");
        await assert.rejects(
          backend.withLock(scope, request(), () => {
            throw new TypeError("at once");
          }),
          TypeError,
        );
        assert.deepEqual(await other.holder(scope), { state: "free" });
        await other.withLock(scope, request({ timeoutMs: 0 }), () => Promise.resolve());
      }
    },
  },
  {
    name: "the holder is known while it holds, and only then",
    async run({ backend, other }) {
      await made(backend, A);
      await made(backend, B);
      const scope = { session: A };
      assert.deepEqual(await other.holder(scope), { state: "free" });
      await backend.withLock(scope, request({ operation: "advance", actor: "grace" }), async () => {
        const holding = await other.holder(scope);
        assert.equal(holding.state, "held");
        const holder = "by" in holding ? holding.by : null;
        assert.equal(holder?.operation, "advance");
        assert.equal(holder.actor, "grace");
        assert.equal(new Date(holder.since).toISOString(), holder.since);
        assert.equal(typeof holder.pid, "number");
        assert.equal(typeof holder.host, "string");
        assert.deepEqual(await other.holder({ session: B }), { state: "free" });
        assert.deepEqual(await other.holder("repository"), { state: "free" });
      });
      assert.deepEqual(await other.holder(scope), { state: "free" });
    },
  },
  {
    name: "scopes do not exclude each other",
    async run({ backend, other }) {
      await made(backend, A);
      await made(backend, B);
      const at = request({ timeoutMs: 0 });
      const result = await backend.withLock(
        "repository",
        at,
        () =>
          backend.withLock(
            { session: A },
            at,
            () => other.withLock({ session: B }, at, () => Promise.resolve("all")),
          ),
      );
      assert.equal(result, "all");
    },
  },
  {
    name: "a session that does not exist cannot be locked, and has no lock holder",
    async run({ backend, accidents }) {
      await refused("session_unknown", backend.withLock({ session: GONE }, request(), never));
      await refused("session_unknown", backend.withLock({ session: "../x" }, request(), never));
      assert.deepEqual(await backend.holder({ session: GONE }), { state: "free" });
      await refused("session_unknown", backend.holder({ session: "../x" }));
      assert.deepEqual(await backend.sessions(), []);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "who waits for a session that is removed meanwhile is told so",
    async run({ backend, other, accidents }) {
      await made(backend, A);
      const entered = gate();
      const { opened, open } = gate();
      const removal = backend.withLock(
        "repository",
        request(),
        () =>
          backend.withLock({ session: A }, request(), async () => {
            entered.open();
            await opened;
            await backend.removeSession(A);
          }),
      );
      await entered.opened;
      const waiting = refused("session_unknown", other.withLock({ session: A }, request(), never));
      open();
      await removal;
      await waiting;
      assert.equal(await backend.hasSession(A), false);
      await made(backend, A);
      assert.deepEqual(accidents?.leftovers() ?? [], []);
    },
  },
  {
    name: "reading needs no hold and never waits",
    async run({ backend, other }) {
      const head = await made(backend, A);
      await backend.withLock(
        "repository",
        request(),
        () =>
          backend.withLock({ session: A }, request(), async () => {
            assert.deepEqual(await other.sessions(), [A]);
            assert.deepEqual(await other.readJournal(A, head), { unchanged: true });
            assert.deepEqual(await linesFrom(other, A, 2), ["two"]);
            assert.notEqual(await other.readText(`sessions/${A}/meta.json`), null);
            assert.equal((await other.listBlobs("sessions/")).length, 1);
          }),
      );
    },
  },
];

/** The whole contract. */
export const storageCases: readonly StorageCase[] = [
  ...sessionCases,
  ...replacingCases,
  ...journalCases,
  ...blobCases,
  ...holdCases,
];
