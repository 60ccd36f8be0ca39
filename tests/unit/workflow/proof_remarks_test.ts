/** What is said of the proofs of a session. */
import assert from "node:assert/strict";
import type { ShellRecord } from "../../../src/workflow/recorded.ts";
import type { VerificationOutcome } from "../../../src/workflow/events.ts";
import { describeWithProofs } from "../../../src/workflow/proof_remarks.ts";
import { AGENT, CHECKED, item, outcomeOf, phase, Session, workflow } from "./session_builder.ts";

const STRICT = { verification: CHECKED.command, shell: "strict" } as const;
const BASH: ShellRecord = { name: "bash", path: "/bin/bash", version: "5.2.15", strict: true };

function ranBy(shell: ShellRecord): VerificationOutcome {
  const outcome = outcomeOf(CHECKED.command);
  assert.ok(outcome.type === "command");
  return { ...outcome, shell };
}

function remarks(...shells: readonly ShellRecord[]): readonly string[] {
  const items = shells.map((_, index) => item(`i${index}`, STRICT));
  const session = new Session(workflow([
    phase("A", [...items, item("other", { verification: CHECKED.command })]),
  ]));
  for (const [index, shell] of shells.entries()) {
    const outcome = ranBy(shell);
    session.do({ kind: "complete", item: `i${index}`, outcome }, AGENT);
  }
  const dash = { name: "dash", path: "/bin/sh", strict: false };
  session.do({
    kind: "complete",
    item: "other",
    outcome: ranBy(dash),
  }, AGENT);
  return describeWithProofs(session.state).remarks ?? [];
}

Deno.test("nothing is said where each choice was run by one shell, wherever it is", () => {
  assert.deepEqual(remarks(BASH, { ...BASH, path: "/usr/bin/bash", version: "5.2.21" }), []);
});

Deno.test("different shells, and releases, for the same choice are named with their items", () => {
  assert.deepEqual(remarks(BASH, { ...BASH, version: "3.2.57" }, BASH), [
    "Different shells ran the commands: bash 5.2 (A/i0, A/i2), bash 3.2 (A/i1)",
  ]);
  assert.deepEqual(remarks({ name: "busybox", path: "/bin/sh", strict: true }, BASH), [
    "Different shells ran the commands: busybox (A/i0), bash 5.2 (A/i1)",
  ]);
});

Deno.test("a strict choice that nothing strict could run is said", () => {
  assert.deepEqual(remarks({ name: "cmd", path: "cmd.exe", strict: false }), [
    "No strict shell was there to run A/i0: cmd reports only how its last command ended",
  ]);
});
