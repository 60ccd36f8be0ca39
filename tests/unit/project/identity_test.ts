import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { OrchestratorError } from "../../../src/errors.ts";
import {
  copiedWarning,
  parseRepositoryMeta,
  readRepositoryMeta,
} from "../../../src/project/identity.ts";
import { writeRepositoryMeta } from "../../../src/project/write_identity.ts";
import { newRepositoryMeta } from "../../../src/project/new_identity.ts";

const ID = "abcdefghijklmnopqrstuvwxyz";
const META = {
  format: 1,
  id: ID,
  created: "2026-02-03T04:05:06.000Z",
  mode: "normal",
  remote: "https://h/o/r",
  rootCommit: "0123456789abcdef0123456789abcdef01234567",
  tool: "0.1.0",
} as const;

function codeOf(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    assert.ok(error instanceof OrchestratorError);
    assert.ok(error.hint !== undefined && error.hint !== "");
    return error.code;
  }
  return "none";
}

Deno.test("identity: a fresh one is random and says when, where from and by what", () => {
  const from = {
    mode: "portable",
    remote: null,
    now: new Date("2026-02-03T04:05:06Z"),
    toolVersion: "9.9.9",
  } as const;
  const meta = newRepositoryMeta(from);
  assert.match(meta.id, /^[a-z2-7]{26}$/);
  assert.notEqual(meta.id, newRepositoryMeta(from).id);
  assert.deepEqual({ ...meta, id: ID }, {
    format: 1,
    id: ID,
    created: "2026-02-03T04:05:06.000Z",
    mode: "portable",
    remote: null,
    rootCommit: null,
    tool: "9.9.9",
  });
  const rootCommit = "a".repeat(40);
  assert.equal(newRepositoryMeta({ ...from, rootCommit }).rootCommit, rootCommit);
});

Deno.test("identity: unknown fields survive reading and writing", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/meta.json`;
    assert.equal(readRepositoryMeta(path), null);
    assert.equal(readRepositoryMeta(`${path}/below`), null);
    const whole = { future: { a: [1, null] }, ...META, imported: { generation: "G4" } };
    writeFileSync(path, "\uFEFF" + JSON.stringify(whole));
    const read = readRepositoryMeta(path);
    assert.ok(read !== null);
    writeRepositoryMeta(path, { ...read, mode: "portable" });
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), { ...whole, mode: "portable" });
    assert.deepEqual(readdirSync(directory), ["meta.json"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("identity: fields that only inform may be missing or odd", () => {
  const { created: _created, remote: _remote, tool: _tool, ...rest } = META;
  const bare = parseRepositoryMeta(JSON.stringify(rest), "meta.json");
  assert.deepEqual([bare.created, bare.remote, bare.tool], ["", null, ""]);
  const odd = parseRepositoryMeta(JSON.stringify({ ...META, remote: 7, tool: [] }), "meta.json");
  assert.deepEqual([odd.remote, odd.tool], [null, ""]);
});

Deno.test("identity: a remote with credentials or escapes is not handed on", () => {
  const remoteOf = (remote: string) =>
    parseRepositoryMeta(JSON.stringify({ ...META, remote }), "meta.json").remote;
  assert.equal(remoteOf("https://u:p@h/r"), "https://h/r");
  assert.equal(remoteOf("https://h/\u001b[2Jr"), null);
});

for (
  const [title, text] of [
    ["empty", ""],
    ["cut off", '{"format":1,"id":"abc'],
    ["a list", "[]"],
    ["null", "null"],
    ["without format", JSON.stringify({ ...META, format: undefined })],
    ["with format 0", JSON.stringify({ ...META, format: 0 })],
    ["with format 1.5", JSON.stringify({ ...META, format: 1.5 })],
    ["with format as text", JSON.stringify({ ...META, format: "1" })],
    ["without id", JSON.stringify({ ...META, id: undefined })],
    ["with a hostile id", JSON.stringify({ ...META, id: "../../../../etc/passwd.aaaa" })],
    ["with an unknown mode", JSON.stringify({ ...META, mode: "public" })],
  ] as const
) {
  Deno.test(`identity: a file that is ${title} is corrupt`, () => {
    assert.equal(codeOf(() => parseRepositoryMeta(text, "meta.json")), "state_corrupt");
  });
}

Deno.test("identity: a newer format is refused, whatever else the file says", () => {
  assert.equal(codeOf(() => parseRepositoryMeta('{"format":3}', "meta.json")), "format_too_new");
});

Deno.test("identity: a copy is told by its remote", () => {
  assert.equal(copiedWarning(META, "git@h:o/r.git"), null);
  assert.equal(copiedWarning(META, null), null);
  assert.equal(copiedWarning({ ...META, remote: null }, "https://h/o/other"), null);
  const warning = copiedWarning(META, "https://h/o/other");
  assert.match(warning ?? "", /"https:\/\/h\/o\/r".*"https:\/\/h\/o\/other"/);
});
