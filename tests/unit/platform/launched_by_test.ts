/** Which programs and which terminal this process was started from. */
import assert from "node:assert/strict";
import process from "node:process";
import {
  launchedBy,
  namesAbove,
  parseListing,
  parseStat,
} from "../../../src/platform/launched_by.ts";

Deno.test("a process on Linux may be named anything", () => {
  assert.deepEqual(parseStat("12 (bash) S 3 12 12 0 -1"), { parent: 3, name: "bash" });
  assert.deepEqual(parseStat("12 (a) S 99 (b) S 3 12"), { parent: 3, name: "a) S 99 (b" });
  assert.deepEqual(parseStat("12 () S 0 1"), { parent: 0, name: "" });
  for (const text of ["", "12 bash S 3", "12 (bash", "12 (bash) S"]) {
    assert.equal(parseStat(text), undefined, text);
  }
});

Deno.test("what ps lists on macOS: names without their folders and the dash of a login shell", () => {
  const listing = parseListing(
    "    1     0 ??       /sbin/launchd\n  501     1 ttys003  -zsh\n" +
      "  777   501 ttys003  /Applications/My App.app/Contents/MacOS/My App\nno line\n\n",
  );
  assert.deepEqual([...listing], [
    [1, { parent: 0, name: "launchd", terminal: "??" }],
    [501, { parent: 1, name: "zsh", terminal: "ttys003" }],
    [777, { parent: 501, name: "My App", terminal: "ttys003" }],
  ]);
});

Deno.test("programs are named up to a number, and a circle of parents ends", () => {
  const chain = (pid: number) => ({ parent: pid - 1, name: `p${pid}` });
  assert.deepEqual(namesAbove(20, 3, chain), ["p20", "p19", "p18"]);
  assert.deepEqual(namesAbove(2, 8, chain), ["p2", "p1"]);
  assert.deepEqual(namesAbove(5, 8, () => ({ parent: 5, name: "self" })), ["self"]);
  assert.deepEqual(namesAbove(3, 8, (pid) => pid === 3 ? chain(3) : undefined), ["p3"]);
  assert.equal(namesAbove(3, 8, () => undefined), "unknown");
});

Deno.test({
  name: "the programs of this process are found, without their arguments",
  ignore: process.platform === "win32",
  fn: async () => {
    const { terminal, programs } = await launchedBy(false);
    assert.equal(terminal, "none");
    assert.ok(Array.isArray(programs) && programs.length > 0 && programs.length <= 8);
    assert.ok(programs.every((name) => !name.includes("/")));
  },
});
