import assert from "node:assert/strict";
import { hasOldFeedback, readOldFeedback } from "../../../src/legacy/old_feedback.ts";
import { readLegacyProject } from "../../../src/legacy/project.ts";
import { FEEDBACK_FILES } from "../../../src/legacy/feedback_lines.ts";
import { fixtureValue, withProject } from "./old_project.ts";

const STATE = fixtureValue("states/g4.json");
const about = (id: string, learnings: string) =>
  JSON.stringify({ workflow_id: id, learnings }) + "\n";

Deno.test("old feedback: what is about the workflow, of each kind, from every file", () => {
  const id: string = STATE.workflow_id;
  const [combined = "", tool = "", process = ""] = FEEDBACK_FILES;
  withProject({
    ".workflow_state.json": STATE,
    [combined]: about(id, "one") + about("wf_ffffffff", "two"),
    [tool]: about(id, "three"),
    [process]: about(id, "four"),
  }, (root) => {
    const project = readLegacyProject(root);
    const session = project.workflows[0]?.summary?.session ?? "";
    assert.ok(hasOldFeedback(root));
    const read = (kind: "tool" | "process") => readOldFeedback(project, { session, kind }).join();
    assert.match(read("process"), /^[^,]+,"learnings":"one"},[^,]+,"learnings":"four"}$/);
    assert.match(read("tool"), /^[^,]+,"learnings":"three"}$/);
    assert.deepEqual(readOldFeedback(project, { session: "aaaaaaaaaaaaa", kind: "tool" }), []);
  });
});

Deno.test("old feedback: none where nothing lies, or something else has the name", () => {
  withProject({ ".workflow_feedback.jsonl/x": "" }, (root) => {
    assert.equal(hasOldFeedback(root), false);
    assert.deepEqual(
      readOldFeedback(readLegacyProject(root), { session: "aaaaaaaaaaaaa", kind: "process" }),
      [],
    );
  });
});
