/**
 * The old tool's feedback about one workflow, read where it lies.
 * @module
 */
import { FEEDBACK_FILES, readFeedbackLines } from "./feedback_lines.ts";
import { Look } from "./find.ts";
import { readForgotten } from "./forgotten.ts";
import type { LegacyProject } from "./project.ts";

/** Whose feedback to read. */
export interface OldFeedbackQuery {
  /** Id of the session the workflow is, or becomes. */
  readonly session: string;
  readonly kind: "tool" | "process";
  /** What `WORKFLOW_SALT` says, when the old tool was run with one. */
  readonly salt?: string | undefined;
}

/** Whether the old tool left feedback. */
export function hasOldFeedback(root: string): boolean {
  const look = new Look(root);
  return FEEDBACK_FILES.some((path) => look.at(path, "file") !== null);
}

/** No real feedback is longer. */
const MAX_FEEDBACK_BYTES = 64 * 1024 * 1024;

/** The lines about that workflow, as they were written: what `migrate` gives to its session. */
export function readOldFeedback(
  project: LegacyProject,
  { session, kind, salt }: OldFeedbackQuery,
): readonly string[] {
  const look = new Look(project.places.root);
  const files = FEEDBACK_FILES.filter((path) => look.at(path, "file") !== null);
  const ids = new Map<string, string>();
  for (const { summary } of [...project.workflows, ...readForgotten(project).workflows]) {
    if (summary !== null && !ids.has(summary.session)) ids.set(summary.session, summary.workflowId);
  }
  const wanted = [...ids.keys()].indexOf(session);
  if (wanted < 0) return [];
  return files
    .flatMap((path) => {
      const text = look.text(path, MAX_FEEDBACK_BYTES) ?? "";
      return readFeedbackLines(path, text, [...ids.values()], salt);
    })
    .filter((line) => line.kind === kind && line.workflow === wanted)
    .map((line) => line.text);
}
