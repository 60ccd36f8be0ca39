import assert from "node:assert/strict";
import fc from "fast-check";
import { OrchestratorError } from "../../../src/errors.ts";
import { formatSums, parseSums } from "../../../src/release/sums.ts";

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const map = (name: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(name, hash)).map((pairs) => new Map(pairs));

Deno.test("what is written is read back", () => {
  fc.assert(fc.property(
    map(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/)),
    map(fc.stringMatching(/^[a-z0-9-]{1,20}$/)),
    (files, executables) => {
      const sums = { version: "1.2.3", files, executables };
      assert.deepEqual(parseSums(formatSums(sums)), sums);
    },
  ));
});

Deno.test("a list that was cut off, or has anything else in it, is refused", () => {
  const good = formatSums({
    version: "1.2.3",
    files: new Map([["a.gz", "0".repeat(64)]]),
    executables: new Map([["linux-x64", "1".repeat(64)]]),
  });
  const bad = [
    "",
    good.slice(0, -1),
    good.slice(0, -30),
    good.replace("# orchestrator", "# conductor"),
    good.replace("1.2.3", "latest"),
    good.replace("a.gz", "../a.gz"),
    good.replace("  a.gz", " a.gz"),
    good.replace("0000", "000"),
    `${good}\n`,
    `${good}${good.split("\n")[2]}\n`,
    good.replaceAll("\n", "\r\n"),
  ];
  for (const text of bad) {
    assert.throws(
      () => parseSums(text),
      (error) => error instanceof OrchestratorError && error.code === "release_invalid",
      JSON.stringify(text),
    );
  }
});
