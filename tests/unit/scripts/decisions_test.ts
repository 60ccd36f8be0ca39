/** What a decision's file must be, and that those there are are so. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { numbering, readDecision, readDecisions } from "../../../scripts/decisions.ts";
import { pagesOf } from "../../../scripts/docs_pages.ts";

const ROOT = new URL("../../../", import.meta.url);
const GOOD = "# 0007: Locks\n\nDate: 2026-11-22, amended 2026-11-27\n\n" +
  "## Context\n\nWhy.\n\n## Decision\n\nWhat.\n\n## Consequences\n\nThen.\n";

Deno.test("a decision has a number, a title, dates and three parts", () => {
  assert.deepEqual(readDecision("0007-kernel-locks.md", GOOD), {
    number: "0007",
    title: "Locks",
    dates: ["2026-11-22", "2026-11-27"],
    file: "0007-kernel-locks.md",
  });
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["7-locks.md", GOOD, /is not named/],
    ["0008-locks.md", GOOD, /number 0007/],
    ["0007-locks.md", GOOD.replace("Date: 2026", "On 2026"), /does not begin/],
    ["0007-locks.md", GOOD.replace("## Context", "## Why"), /has not the parts/],
    ["0007-locks.md", GOOD.replace("Then.\n", ""), /says nothing under Consequences/],
    ["0007-locks.md", GOOD.replace("Why.\n", ""), /says nothing under Context/],
  ];
  for (const [file, text, problem] of wrong) {
    assert.match(String(readDecision(file, text)), problem);
  }
});

Deno.test("numbers begin at 1 and leave none out", () => {
  const decision = (number: string) => ({ number, title: "", dates: [], file: `${number}-x.md` });
  assert.deepEqual(numbering([decision("0001"), decision("0002")]), []);
  assert.match(numbering([decision("0001"), decision("0001")])[0] ?? "", /number 0002/);
  assert.match(numbering([decision("0001"), decision("0003")])[0] ?? "", /number 0002/);
});

Deno.test("the decisions that there are are in order", () => {
  const { decisions, problems } = readDecisions();
  assert.deepEqual(problems, []);
  assert.ok(decisions.length > 100);
});

Deno.test("every file that a page of the design names by its whole path is there", () => {
  const missing = pagesOf(fileURLToPath(ROOT), "docs/design").flatMap((page) =>
    [
      ...readFileSync(new URL(page, ROOT), "utf8").matchAll(
        /`((?:src|tests|scripts|docs|packaging|examples)\/[^`\s*<>…]*)`/g,
      ),
    ].map(([, path = ""]) => path).filter((path) => !existsSync(new URL(path, ROOT)))
      .map((path) => `${page}: ${path}`)
  );
  assert.deepEqual(missing, []);
});
