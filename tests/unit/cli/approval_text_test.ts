/** How an approval was given, as people read it. */
import assert from "node:assert/strict";
import { approvalText } from "../../../src/cli/output/approval_text.ts";
import { type Approval, IMPORTED_APPROVAL } from "../../../src/workflow/recorded.ts";

const PLACE = { terminal: "/dev/pts/3", programs: ["bash"] } as const;

const TEXTS: readonly (readonly [Approval, string])[] = [
  [IMPORTED_APPROVAL, "in the old tool, before the import"],
  [{ how: "terminal", detection: "none", place: PLACE }, "on /dev/pts/3, no agent detected"],
  [{ how: "flag", detection: "none" }, "with --yes, no agent detected"],
  // What is no import does not pass for one.
  [
    { ...IMPORTED_APPROVAL, byAgent: true },
    "with --yes, by an agent, imported detected",
  ],
  [{ ...IMPORTED_APPROVAL, place: PLACE }, "with --yes on /dev/pts/3, imported detected"],
];

for (const [approval, text] of TEXTS) {
  Deno.test(`an approval is said to be given ${text}`, () => {
    assert.equal(approvalText(approval), text);
  });
}
