/** What is said of the program that a verification command was. */
import assert from "node:assert/strict";
import { describeWithProofs } from "../../../src/workflow/proof_remarks.ts";
import { oddCheckLines } from "../../../src/workflow/work_remarks.ts";
import type { VerificationOutcome } from "../../../src/workflow/recorded.ts";
import { audited } from "./audit/forged_fields_test.ts";
import { item, phase, Session, workflow } from "./session_builder.ts";

const command = (text: string) =>
  ({ type: "command", command: text, expect_exit_code: 0 }) as const;

function session(): Session {
  return new Session(workflow([
    phase("A", [item("lint", { verification: command("make lint") })]),
    phase("B", [
      item("tests", { verification: command("make test") }),
      item("own", { verification: command("./tools/make all") }),
    ]),
  ]));
}

function ran(text: string, program: string, exitCode = 0): VerificationOutcome {
  return {
    type: "command",
    passed: exitCode === 0,
    command: text,
    expectedExitCode: 0,
    exitCode,
    durationMs: 5,
    outputTail: "",
    program,
  };
}

const USUAL = "/usr/bin/make";
const OTHER = "/opt/other/bin/make";

function remarkOf(on: Session): string | undefined {
  const { verification } = on.item("B", "tests");
  return verification?.type === "command" ? verification.remark : undefined;
}

function inB(lint = USUAL): Session {
  return session().complete("lint", ran("make lint", lint)).do({ kind: "advance" });
}

Deno.test("another program of the same name than before is said, by item or by session", () => {
  const same = inB().complete("tests", ran("make test", USUAL));
  assert.equal(remarkOf(same), undefined);
  assert.equal(same.state.odd, undefined);
  // Another item was checked by it.
  const other = inB().complete("tests", ran("make test", OTHER));
  assert.equal(remarkOf(other), `"make" was ${OTHER}, and ${USUAL} before`);
  // The same item was.
  const failed = inB(OTHER).complete("tests", ran("make test", USUAL, 1));
  failed.complete("tests", ran("make test", OTHER));
  assert.equal(remarkOf(failed), `"make" was ${OTHER}, and ${USUAL} before`);
  for (const one of [other, failed]) {
    assert.deepEqual(describeWithProofs(one.state).remarks, [
      `B/tests: "make" was ${OTHER}, and ${USUAL} before`,
    ]);
    assert.match(oddCheckLines(one.state)[0]?.remark ?? "", /^records a check in which "make" was/);
    assert.deepEqual(audited(one.journal).contradictions, []);
    const last = one.journal.at(-1);
    assert.ok(last?.type === "item_completed" && last.data.verification.type === "command");
    const { remark: _, ...silent } = last.data.verification;
    const forged = { ...last, data: { ...last.data, verification: silent } };
    assert.equal(audited([...one.journal.slice(0, -1), forged]).contradictions.length, 1);
  }
});

Deno.test("a program in a folder for temporary files is said, and stays said", () => {
  for (const folder of ["/tmp", "/private/tmp/x", "/var/tmp/a/b", "/dev/shm"]) {
    const path = `${folder}/make`;
    const alone = session().complete("lint", ran("make lint", path, 1));
    alone.complete("lint", ran("make lint", path));
    const { verification } = alone.item("A", "lint");
    assert.ok(verification?.type === "command");
    assert.equal(verification.remark, `"make" was ${path}, in a folder for temporary files`);
  }
  const again = inB().complete("tests", ran("make test", OTHER, 1));
  again.complete("tests", ran("make test", OTHER));
  assert.equal(remarkOf(again), `"make" was ${OTHER}, and ${USUAL} before`);
});

Deno.test("a command that names its program by a path is as the workflow has it", () => {
  const own = inB().complete("own", ran("./tools/make all", "/tmp/project/tools/make"));
  const { verification } = own.item("B", "own");
  assert.ok(verification?.type === "command");
  assert.equal(verification.remark, undefined);
});
