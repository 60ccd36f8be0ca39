/**
 * A session's workflow as a Markdown document.
 * @module
 */
import { describe, describeItems, type ItemProgress } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { noticeText } from "./status_text.ts";
import { commandLine, printable } from "./text.ts";

const BOX = { completed: "[x]", skipped: "[-]", failed: "[!]", pending: "[ ]" } as const;

/** Writes the document. The same state gives the same text. */
export function workflowMarkdown(state: SessionState): string {
  const progress = describe(state);
  const lines = [
    `# ${escape(state.definition.name)}`,
    "",
    `- **Task:** ${escape(state.task)}`,
    ...(state.project === null ? [] : [`- **Project:** ${escape(state.project)}`]),
    `- **Session:** \`${state.session}\`${state.name === null ? "" : ` (${escape(state.name)})`}`,
    `- **Status:** ${state.status}${state.phase === null ? "" : `, phase ${escape(state.phase)}`}`,
    `- **Progress:** ${progress.done} of ${progress.total} items`,
    `- **Started:** ${state.createdAt}, **last change:** ${state.updatedAt}`,
  ];
  if (state.constraints.length > 0) {
    lines.push("", "## Constraints", "", ...state.constraints.map((text) => `- ${escape(text)}`));
  }
  for (const phase of state.definition.phases) {
    const numbers = progress.phases.find((entry) => entry.id === phase.id);
    lines.push(
      "",
      `## ${escape(phase.id)}: ${escape(phase.name)} (${numbers?.done}/${numbers?.total})`,
    );
    if (phase.description !== undefined) lines.push("", escape(phase.description));
    if (numbers !== undefined && numbers.approval !== "not_needed") {
      lines.push("", `Approval: ${numbers.approval}`);
    }
    lines.push("", ...describeItems(state, phase.id).flatMap(itemLines));
  }
  if (progress.bypasses.length > 0) {
    lines.push("", "## Not as the workflow says", "");
    lines.push(...progress.bypasses.map((notice) => `- ${escape(noticeText(notice))}`));
  }
  if (state.notes.count > 0) {
    const { count, recent } = state.notes;
    const title = count > recent.length ? `Notes (last ${recent.length} of ${count})` : "Notes";
    lines.push("", `## ${title}`, "", ...recent.map((note) => `- ${escape(note.text)}`));
  }
  if (state.status === "active") {
    lines.push("", `**Next:** \`${commandLine(["orchestrator", ...progress.next.argv])}\``);
  }
  return lines.join("\n") + "\n";
}

function itemLines(item: ItemProgress): string[] {
  const tags = [
    ...(item.required ? [] : ["optional"]),
    ...(item.stepType === "flexible" ? [] : [item.stepType]),
  ];
  const proof = item.proof.inWords.length === 0
    ? ""
    : `; proof: ${escape(item.proof.inWords.join(", "))}`;
  const head = `- ${BOX[item.status]} **${escape(item.name)}** (\`${item.id}\`${
    tags.length === 0 ? "" : `, ${tags.join(", ")}`
  })${proof}`;
  const more: string[] = [];
  if (item.description !== undefined) more.push(item.description);
  if (item.notes !== undefined) more.push(`Notes: ${item.notes}`);
  if (item.skipReason !== undefined) {
    more.push(`${item.forced ? "Skipped by force" : "Skipped"}: ${item.skipReason}`);
  }
  if (item.blocked !== undefined && item.status === "failed") more.push(`Failed: ${item.blocked}`);
  return [head, ...more.map((text) => `  - ${escape(text)}`)];
}

/** One line that Markdown takes for text. */
function escape(text: string): string {
  return printable(text).replace(/\s*\n\s*/g, " ").replace(/([\\`*_<>|[\]])/g, "\\$1");
}
