import assert from "node:assert/strict";
import type { Verification } from "../../../src/workflow/definition.ts";
import { planVerification } from "../../../src/workflow/verification_plan.ts";
import {
  approve,
  CHECKED,
  item,
  LONG_REASON,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

function planOf(verification: Verification, settings = {}) {
  const definition = workflow([phase("A", [item("x", { verification, timeout: 42 })])], settings);
  return planVerification(new Session(definition).state, "x");
}

Deno.test("a plan has the verification with settings in place, its time and its basis", () => {
  assert.deepEqual(
    planOf({ type: "file_exists", path: "{{docs_dir}}/plan-{{ n }}.md" }, {
      docs_dir: "doc",
      n: 2,
    }),
    {
      value: {
        plan: {
          verification: { type: "file_exists", path: "doc/plan-2.md" },
          timeout: 42,
          basis: 0,
        },
      },
    },
  );
  assert.deepEqual(
    planOf({ type: "command", command: "{{t}} --ci", expect_exit_code: 3 }, { t: "make" }),
    {
      value: {
        plan: {
          verification: {
            type: "command",
            command: "make --ci",
            expect_exit_code: 3,
            setup: { shell: "sh" },
          },
          timeout: 42,
          basis: 0,
        },
      },
    },
  );
  assert.deepEqual(planOf({ type: "none" }), {
    value: { plan: { verification: { type: "none" }, timeout: 42, basis: 0 } },
  });
});

Deno.test("only settings are substituted, and what is missing is named", () => {
  const facts = planOf({
    type: "command",
    command: "echo {{task}} {{phase}}",
    expect_exit_code: 0,
  });
  assert.ok(facts.error !== undefined);
  assert.equal(facts.error.code, "workflow_invalid");
  assert.deepEqual(facts.error.details?.missing, ["task", "phase"]);
  const list = planOf({ type: "file_exists", path: "{{l}}" }, { l: ["a"] });
  assert.ok(list.error !== undefined);
});

Deno.test("the basis is where the item stands now", () => {
  const session = new Session(
    workflow([phase("A", [item("x", { verification: CHECKED.command })])]),
  );
  session.append({
    type: "item_failed",
    data: {
      phase: "A",
      item: "x",
      verification: { type: "file_exists", passed: false, path: "docs/plan.md" },
    },
  });
  const result = planVerification(session.state, "x");
  assert.ok(result.value !== undefined && "plan" in result.value);
  assert.equal(result.value.plan.basis, 2);
});

Deno.test("a manual gate has nothing to run: refused, or nothing without supervision", () => {
  const refused = planOf(CHECKED.manual_gate);
  assert.ok(refused.error !== undefined && refused.error.code === "approval_needed");
  const free = planOf(CHECKED.manual_gate, { supervision_mode: "zero_human" });
  assert.ok(free.value !== undefined && "plan" in free.value);
  assert.equal(free.value.plan.verification.type, "none");
});

Deno.test("it refuses as decide does, so that no command runs in vain", () => {
  const session = new Session(workflow([
    phase("A", [
      item("done"),
      item("skipped"),
      item("gate", { verification: CHECKED.manual_gate }),
      item("doc", { step_type: "documented", verification: CHECKED.command }),
      item("open", { verification: CHECKED.command, required: false }),
    ]),
    phase("B", ["later"]),
  ]));
  session.complete("done").do(skip("skipped", LONG_REASON));
  assert.deepEqual(planVerification(session.state, "done"), {
    value: { already: '"done" is already completed' },
  });
  const same = (id: string, given?: { notes?: string; evidence?: unknown }) => {
    const planned = planVerification(session.state, id, given);
    assert.ok(planned.error !== undefined, id);
    const decided = session.refusal({ kind: "complete", item: id, ...given });
    assert.deepEqual(
      [planned.error.code, planned.error.message, planned.error.hint],
      [decided.code, decided.message, decided.hint],
    );
    return decided.code;
  };
  assert.equal(same("skipped"), "item_blocked");
  assert.equal(same("later"), "item_blocked");
  assert.equal(same("nothing"), "item_unknown");
  assert.equal(same("gate"), "approval_needed");
  assert.equal(same("doc", {}), "evidence_needed");
  assert.equal(same("doc", { evidence: {} }), "evidence_invalid");
  assert.equal(same("open", { notes: "n".repeat(2001) }), "too_long");
  assert.ok("plan" in (planVerification(session.state, "doc").value ?? {}));
  assert.ok("plan" in (planVerification(session.state, "doc", { evidence: ["seen"] }).value ?? {}));
  session.do(approve("gate")).do({ kind: "abandon", reason: "no longer wanted" });
  assert.equal(same("open"), "workflow_ended");
});
