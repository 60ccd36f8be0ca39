/**
 * The model of the disk itself: what a power cut may leave, and what it may not.
 */
import assert from "node:assert/strict";
import type { DiskCall } from "./call_log.ts";
import { Disk } from "./disk.ts";
import type { FileTree, TreeEntry } from "./moment.ts";
import { momentsOf } from "./recording.ts";
import { diskStates } from "./states.ts";

const ROOT = "/disk";
const bytes = (text: string) => new TextEncoder().encode(text);

function file(text: string, node = 1): TreeEntry {
  return { kind: "file", version: { bytes: bytes(text), mode: 0o644, time: 1 }, node };
}

const folder = { kind: "directory", mode: 0o755 } as const;

const open = (path: string): DiskCall => ({
  kind: "open",
  path: `${ROOT}/${path}`,
  mode: 0o666,
  creates: true,
  empties: false,
});
const write = (path: string, text: string, at: number | "end" = "end"): DiskCall => ({
  kind: "write",
  path: `${ROOT}/${path}`,
  at,
  data: bytes(text),
});
const sync = (path: string): DiskCall => ({ kind: "sync", path: `${ROOT}${path}`, thread: 1 });
const rename = (path: string, to: string): DiskCall => ({
  kind: "rename",
  path: `${ROOT}/${path}`,
  to: `${ROOT}/${to}`,
});
const mkdir = (path: string): DiskCall => ({ kind: "mkdir", path: `${ROOT}/${path}`, mode: 0o777 });
const remove = (path: string): DiskCall => ({ kind: "remove", path: `${ROOT}/${path}` });
const ANSWER: DiskCall = { kind: "answer" };

/** All states as one line each: `path=text` of the files, `path/` of empty folders. */
function statesOf(
  before: FileTree,
  calls: readonly DiskCall[],
  { answered = false }: { readonly answered?: boolean } = {},
): ReadonlySet<string> {
  const moments = momentsOf(new Disk(ROOT, before, { umask: 0o022 }), calls, ROOT);
  const found = new Set<string>();
  for (const state of diskStates(moments, { most: 5000, seed: 1 })) {
    if (!answered || state.answered) found.add(textOf(state.tree));
  }
  return found;
}

function textOf(tree: FileTree): string {
  return [...tree].flatMap(([path, entry]) =>
    entry.kind === "file"
      ? [`${path}=${new TextDecoder().decode(entry.version.bytes).replaceAll("\0", "0")}`]
      : entry.kind === "directory"
      ? [`${path}/`]
      : [`${path}->${entry.target}`]
  ).sort().join(" ");
}

const empty: FileTree = new Map();

Deno.test("bytes that were not synced may be lost, zeros or cut; synced ones are there", () => {
  const before = new Map([["a", file("old")]]);
  const states = statesOf(before, [write("a", "new")]);
  assert.deepEqual(
    [...states].sort(),
    ["a=old", "a=old0", "a=old000", "a=oldn", "a=oldn00", "a=oldne", "a=oldne0", "a=oldnew"]
      .filter((text) => states.has(text)).sort(),
  );
  for (const text of ["a=old", "a=old000", "a=oldn", "a=oldn00", "a=oldnew"]) {
    assert.ok(states.has(text), text);
  }
  assert.deepEqual([
    ...statesOf(before, [write("a", "new"), sync("/a"), ANSWER], { answered: true }),
  ], ["a=oldnew"]);
});

Deno.test("pages reach the disk in any order", () => {
  const line = "x".repeat(6000);
  const states = statesOf(new Map([["a", file("1234")]]), [write("a", line)]);
  const behind = "1234" + "0".repeat(4092) + "x".repeat(6004 - 4096);
  const before = "1234" + "x".repeat(4092) + "0".repeat(6004 - 4096);
  assert.ok(states.has(`a=${behind}`), "the second page without the first");
  assert.ok(states.has(`a=${before}`), "the first page without the second");
});

Deno.test("what was overwritten is old or new, page by page", () => {
  const [old, fresh] = ["o".repeat(5000), "n".repeat(5000)];
  const states = statesOf(new Map([["a", file(old)]]), [write("a", fresh, 0)]);
  assert.ok(states.has(`a=${"o".repeat(4096)}${"n".repeat(904)}`));
  assert.ok(states.has(`a=${"n".repeat(4096)}${"o".repeat(904)}`));
});

Deno.test("a file that takes a name unsynced may be empty under it", () => {
  const before = new Map([["a", file("old")]]);
  const calls = [open("t"), write("t", "new"), rename("t", "a"), sync("")];
  assert.ok(statesOf(before, calls).has("a="));
  const safe = [open("t"), write("t", "new"), sync("/t"), rename("t", "a"), sync("")];
  for (const state of statesOf(before, safe)) {
    assert.match(state, /^a=(old|new)( t=(0|n|new|n00|000|ne|ne0|00)?)?$/);
  }
  assert.deepEqual([...statesOf(before, [...safe, ANSWER], { answered: true })], ["a=new"]);
});

Deno.test("a name lasts once its directory is synced, whatever became of the file", () => {
  const calls = [open("a"), write("a", "text"), sync("/a")];
  assert.ok(statesOf(empty, [...calls, ANSWER], { answered: true }).has(""));
  assert.deepEqual([
    ...statesOf(empty, [...calls, sync(""), ANSWER], { answered: true }),
  ], ["a=text"]);
});

Deno.test("names are lost one by one, in whatever order they were made", () => {
  const states = statesOf(empty, [mkdir("a"), mkdir("b"), mkdir("c")]);
  for (const state of ["", "a/", "b/", "c/", "a/ b/", "a/ c/", "b/ c/", "a/ b/ c/"]) {
    assert.ok(states.has(state), state);
  }
});

Deno.test("a directory whose name is lost takes along what is in it, though that is synced", () => {
  const calls = [mkdir("d"), open("d/a"), write("d/a", "text"), sync("/d/a"), sync("/d"), ANSWER];
  assert.deepEqual(
    [...statesOf(empty, calls, { answered: true })].sort(),
    ["", "d/ d/a=text"],
  );
});

Deno.test("a move between directories leaves one name at least, unless the old one's is synced first", () => {
  const before = new Map([["from", folder], ["from/a", file("text")], ["to", folder]]);
  const move = rename("from/a", "to/a");
  const both = ["from/ from/a=text to/", "from/ from/a=text to/ to/a=text", "from/ to/ to/a=text"];
  assert.deepEqual([...statesOf(before, [move])].sort(), both);
  assert.deepEqual([...statesOf(before, [move, sync("/to"), ANSWER], { answered: true })].sort(), [
    ...both.slice(1),
  ]);
  assert.ok(statesOf(before, [move, sync("/from"), ANSWER], { answered: true }).has("from/ to/"));
});

Deno.test("a directory is moved in one step", () => {
  const before = new Map([["from", folder], ["from/d", folder], ["to", folder]]);
  assert.deepEqual([...statesOf(before, [rename("from/d", "to/d")])].sort(), [
    "from/ from/d/ to/",
    "from/ to/ to/d/",
  ]);
});

Deno.test("a removal may be taken back until it is synced", () => {
  const before = new Map([["a", file("text")]]);
  assert.deepEqual([...statesOf(before, [remove("a"), ANSWER], { answered: true })].sort(), [
    "",
    "a=text",
  ]);
  assert.deepEqual([
    ...statesOf(before, [remove("a"), sync(""), ANSWER], { answered: true }),
  ], [""]);
});

Deno.test("a sync covers what was written before it began", () => {
  const before = new Map([["a", file("")]]);
  const begins: DiskCall = { kind: "sync begins", path: `${ROOT}/a`, thread: 1 };
  const calls = [write("a", "1"), begins, write("a", "2"), sync("/a"), ANSWER];
  const states = statesOf(before, calls, { answered: true });
  assert.ok(states.has("a=1"), "the second may be lost");
  assert.ok(!states.has("a="), "the first may not");
});

Deno.test("two names of one file have one content", () => {
  const link: DiskCall = { kind: "link", path: `${ROOT}/a`, to: `${ROOT}/b` };
  const states = statesOf(new Map([["a", file("1")]]), [link, sync(""), write("b", "2"), ANSWER], {
    answered: true,
  });
  assert.ok(states.has("a=12 b=12"));
  for (const state of states) assert.match(state, /^a=(\S*) b=\1$/);
});

Deno.test("another machine's directory loses nothing, and keeps nothing half done", () => {
  const tree = new Map([["server", folder]]);
  const disk = new Disk(ROOT, tree, { umask: 0o022, elsewhere: "server" });
  const calls = [open("server/ref.lock"), write("server/ref.lock", "x"), open("server/kept")];
  const moments = momentsOf(disk, calls, ROOT);
  const states = [...diskStates(moments, { most: 100, seed: 1 })].map(({ tree }) => textOf(tree));
  assert.deepEqual(new Set(states), new Set(["server/", "server/ server/kept="]));
});
