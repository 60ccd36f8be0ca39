/** Texts and evidence that programs took before there were rules about what can be seen in them. */
import assert from "node:assert/strict";
import { exampleEvidence } from "../../../../src/workflow/evidence.ts";
import type { NewEvent } from "../../../../src/workflow/events.ts";
import { item, phase, Session, skip, workflow } from "../session_builder.ts";
import { audited } from "./forged_fields_test.ts";

function journal() {
  const session = new Session(workflow([
    phase("A", [
      item("read", { step_type: "documented", evidence_schema: "CodeAnalysisEvidence" }),
      item("free", { step_type: "documented" }),
      item("skipped"),
    ]),
  ]));
  const done = (id: string, evidence: unknown): NewEvent => ({
    type: "item_completed",
    data: {
      phase: "A",
      item: id,
      evidence,
      verification: { type: "none", passed: true },
      basis: 0,
    },
  });
  session.append(done("read", JSON.parse(exampleEvidence("CodeAnalysisEvidence"))));
  session.append(done("free", "\u200b..."));
  const { reason } = skip("skipped", "\u200b".repeat(20)) as { readonly reason: string };
  session.append({ type: "item_skipped", data: { phase: "A", item: "skipped", reason } });
  return session.journal;
}

Deno.test("lines without rules are judged as they were made", () => {
  assert.deepEqual(audited(journal(), 0).contradictions, []);
});

Deno.test("the same lines, claimed to be of today's rules, are impossible", () => {
  assert.deepEqual(audited(journal()).contradictions.map(({ line }) => line), [2, 3, 4]);
});
