/**
 * A session's workflow as a Markdown document.
 * @module
 */
import { describeItems, type ItemProgress } from "../../workflow/progress.ts";
import { describeWithProofs } from "../../workflow/proof_remarks.ts";
import { type ItemRecord, itemRecords } from "../../workflow/item_records.ts";
import { code, escaped, fenced } from "./markdown.ts";
import { recordParts, type Redact, type ShownRecord } from "./record_text.ts";
import { joined, lines, num, say, type Shown, shown, words } from "./shown.ts";
import { givenText } from "./approval_text.ts";
import { noticeText } from "./notice_text.ts";
import { makeStyle } from "./style.ts";
import { commandLine } from "./text.ts";

const BOX = words({ completed: "[x]", skipped: "[-]", failed: "[!]", pending: "[ ]" });

/** Text in a fenced block is shown as it is. */
const BLOCK = makeStyle({ terminal: false, colour: false, width: Infinity });

/** Writes the document. The same session gives the same text. */
export function workflowMarkdown({ state, notes, changed }: ShownRecord, redact: Redact): Shown {
  const progress = describeWithProofs(state);
  const records = itemRecords(state, changed);
  const name = state.name === null ? say`` : say` (${escaped(state.name)})`;
  const phase = state.phase === null ? say`` : say`, phase ${escaped(state.phase)}`;
  const rows = [
    say`# ${escaped(state.definition.name)}`,
    say``,
    say`- **Task:** ${escaped(state.task)}`,
    ...(state.project === null ? [] : [say`- **Project:** ${escaped(state.project)}`]),
    say`- **Session:** ${code(state.session)}${name}`,
    say`- **Status:** ${shown(state.status)}${phase}${
      progress.revoked === undefined ? say`` : say`; ${escaped(progress.revoked)}`
    }`,
    say`- **Progress:** ${num(progress.done)} of ${num(progress.total)} items`,
    say`- **Started:** ${shown(state.createdAt)}, **last change:** ${shown(state.updatedAt)}`,
    ...(progress.remarks ?? []).map((text) => say`- ${escaped(text)}`),
    ...section(say`Constraints`, state.constraints),
  ];
  for (const phase of state.definition.phases) {
    const numbers = progress.phases.find((entry) => entry.id === phase.id);
    const done = numbers === undefined ? say`` : say` (${num(numbers.done)}/${num(numbers.total)})`;
    rows.push(say``, say`## ${escaped(phase.id)}: ${escaped(phase.name)}${done}`);
    if (phase.description !== undefined) rows.push(say``, say`> ${escaped(phase.description)}`);
    if (numbers !== undefined && numbers.approval !== "not_needed") {
      rows.push(say``, say`Approval: ${shown(numbers.approval)}`);
    }
    rows.push(
      say``,
      ...describeItems(state, phase.id).flatMap((item) => [
        ...itemLines(item),
        ...recordLines(
          records.find((record) => record.phase === phase.id && record.item === item.id),
          redact,
        ),
      ]),
    );
  }
  rows.push(...section(say`Approvals`, progress.approvals.map(givenText)));
  rows.push(...section(say`Deviations from the workflow`, progress.bypasses.map(noticeText)));
  rows.push(...section(say`Notes`, notes.map((note) => note.text)));
  if (state.status === "active") {
    rows.push(say``, say`**Next:** ${code(commandLine(["orchestrator", ...progress.next.argv]))}`);
  }
  return say`${lines(rows)}\n`;
}

function section(title: Shown, entries: readonly string[]): readonly Shown[] {
  if (entries.length === 0) return [];
  return [say``, say`## ${title}`, say``, ...entries.map((entry) => say`- ${escaped(entry)}`)];
}

/** What is recorded of an item that its own lines do not say, in a block that no text of it can end. */
function recordLines(record: ItemRecord | undefined, redact: Redact): readonly Shown[] {
  if (record === undefined) return [];
  const { notes: _notes, skipReason: _reason, ...rest } = record;
  const parts = recordParts(rest, redact, BLOCK, "");
  return parts.length === 0 ? [] : [say``, fenced(lines(parts), say`  `), say``];
}

function itemLines(item: ItemProgress): Shown[] {
  const tags = [
    code(item.id),
    ...(item.required ? [] : [say`optional`]),
    ...(item.stepType === "flexible" ? [] : [shown(item.stepType)]),
  ];
  const proof = item.proof.inWords.length === 0
    ? say``
    : say`; proof: ${escaped(item.proof.inWords.join(", "))}`;
  const head = say`- ${BOX[item.status]} **${escaped(item.name)}** (${
    joined(tags, say`, `)
  })${proof}`;
  const more: string[] = [];
  if (item.description !== undefined) more.push(item.description);
  if (item.notes !== undefined) more.push(`Notes: ${item.notes}`);
  if (item.skipReason !== undefined) {
    more.push(`${item.forced ? "Skipped by force" : "Skipped"}: ${item.skipReason}`);
  }
  if (item.blocked !== undefined && item.status === "failed") more.push(`Failed: ${item.blocked}`);
  more.push(...(item.remarks ?? []));
  return [head, ...more.map((text) => say`  - ${escaped(text)}`)];
}
