import assert from "node:assert/strict";
import fc from "fast-check";
import type { LayoutEntry } from "../../../src/state_layout/entry.ts";
import { LIMITS, readLimit } from "../../../src/state_layout/limits.ts";
import { isNeverCommitted } from "../../../src/state_layout/git_files.ts";
import { folderMeaning, meaningOf, takes } from "../../../src/state_layout/lookup.ts";
import { CARRIERS, LAYOUT } from "../../../src/state_layout/table.ts";
import { isReserved } from "../../../src/storage/keys.ts";
import { pathsOf } from "../../harness/layout_names.ts";

/** Checks something of many names of every row. */
function ofEveryRow(check: (entry: LayoutEntry, path: string) => void): void {
  for (const entry of LAYOUT) {
    fc.assert(fc.property(pathsOf(entry), (path) => check(entry, path)), { numRuns: 50 });
  }
}

Deno.test("a name that a row's grammar makes means that row, or one before it", () => {
  ofEveryRow((entry, path) => {
    const found = meaningOf(path)?.entry;
    if (entry.kind === "unfinished" && found === undefined) return;
    assert.ok(found !== undefined, `${path} is in no row`);
    const isBefore = found.kind === "unfinished" || LAYOUT.indexOf(found) < LAYOUT.indexOf(entry);
    assert.ok(found === entry || isBefore, `${path} of ${entry.path} means ${found.path}`);
  });
});

Deno.test("every row is met by names of its own", () => {
  for (const entry of LAYOUT) {
    const paths = fc.sample(pathsOf(entry), { numRuns: 50, seed: 1 });
    assert.ok(paths.some((path) => meaningOf(path)?.entry === entry), entry.path);
  }
});

Deno.test("a row says why it stays exactly where a carrier does not take it", () => {
  for (const { path, carriers, stays } of LAYOUT) {
    assert.equal(stays === null, carriers.length === CARRIERS.length, path);
  }
});

Deno.test("what may be read of a file is told without the table, and the same", () => {
  ofEveryRow((_entry, path) => {
    const found = meaningOf(path)?.entry;
    if (found === undefined || found.kind === "unfinished") return;
    // Of files that nothing reads but to copy them the larger limit is fine.
    if (readLimit(path) === LIMITS.file && found.kind === "file") return;
    assert.equal(readLimit(path), found.limit, path);
  });
});

Deno.test("storage keeps journals of sessions, locks and unfinished work for itself", () => {
  ofEveryRow((_entry, path) => {
    const found = meaningOf(path)?.entry;
    if (found === undefined) return;
    const reserved = found.kind === "unfinished" || found.kind === "lock" ||
      found.kind === "journal" && found.owner === "session";
    assert.equal(isReserved(path), reserved, path);
  });
});

Deno.test("no name is in the table that leaves the state directory or is spelled oddly", () => {
  for (
    const name of ["", ".", "..", "../meta.json", "/meta.json", "sessions//x", "a\\b", "META.JSON"]
  ) assert.equal(meaningOf(name), null, JSON.stringify(name));
});

Deno.test("git ignores exactly what it must never carry", () => {
  ofEveryRow((_entry, path) => {
    const found = meaningOf(path)?.entry;
    if (found !== undefined) assert.equal(isNeverCommitted(path), !takes("git", found), path);
  });
});

Deno.test("a folder of a known name is known, or all in it is of one row", () => {
  ofEveryRow((entry, path) => {
    if (meaningOf(path)?.entry !== entry || entry.kind === "unfinished") return;
    const names = path.split("/");
    for (let length = 1; length < names.length; length++) {
      const folder = names.slice(0, length).join("/");
      assert.match(folderMeaning(folder), /^(?:known|opaque)$/, folder);
    }
  });
  for (const folder of ["nothing", "secrets/deep", "sessions/mine", "bindings/x"]) {
    assert.equal(folderMeaning(folder), "unknown", folder);
  }
  assert.equal(folderMeaning("sessions/.staging-abc"), "unfinished");
});
