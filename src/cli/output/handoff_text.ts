/**
 * The prompt that hands a session over to another agent or person. Markdown, never coloured.
 *
 * Texts of others stand behind a bullet, in backquotes or in a quotation: none of their lines can be a
 * heading, an instruction or a command of this prompt.
 * @module
 */
import type { PhaseDefinition } from "../../workflow/definition.ts";
import { exampleEvidence } from "../../workflow/evidence.ts";
import type { ItemProgress, Progress } from "../../workflow/progress.ts";
import { describeItems } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { itemRecords } from "../../workflow/item_records.ts";
import type { SessionRecord } from "../../app/session_record.ts";
import { givenText } from "./approval_text.ts";
import { code, fenced, quotation, quoted } from "./markdown.ts";
import { recordParts, type Redact } from "./record_text.ts";
import { joined, lines, num, say, type Shown, shown } from "./shown.ts";
import { noticeText } from "./notice_text.ts";
import { makeStyle } from "./style.ts";
import { commandLine, flat } from "./text.ts";

const BLOCK = makeStyle({ terminal: false, colour: false, width: Infinity });

/** Writes the prompt. */
export function handoffText(
  { state, notes, decisions, changed }: SessionRecord,
  progress: Progress,
  redact: Redact,
): Shown {
  const phase = state.definition.phases.find((entry) => entry.id === state.phase);
  const position = state.definition.phases.findIndex((entry) => entry.id === state.phase) + 1;
  const sections = [
    say`# Take over: ${flat(state.task)}`,
    state.status !== "active" ? say`This workflow has ended; there is nothing left to do.` : lines([
      say`You are continuing a workflow that \`orchestrator\` manages. Work in this repository, do the open`,
      say`items below, and prove each one with its command. The journal records`,
      say`what was done, skipped and forced. Run \`orchestrator status\` whenever you are unsure.`,
    ]),
    facts(state, progress, phase?.name, position),
    bullets(say`Constraints`, state.constraints),
    bullets(say`Notes of this phase`, [
      ...(phase?.description ? [phase.description] : []),
      ...(phase?.notes ?? []),
    ]),
    open(progress, phase),
    bullets(
      say`Done in this phase`,
      progress.items.filter((item) => item.status === "completed").map(doneText),
    ),
    bullets(
      say`Skipped`,
      progress.skips.map((skip) => `${skip.phase}/${skip.item}: ${skip.reason}`),
    ),
    bullets(say`Approvals`, progress.approvals.map(givenText)),
    bullets(say`Deviations from the workflow`, progress.bypasses.map(noticeText)),
    bullets(say`Decisions`, decisions),
    bullets(say`Notes`, notes.map((note) => note.text)),
    records({ state, changed }, redact),
    later(state, position),
    next(state, progress),
  ];
  return say`${joined(sections.filter((section) => section !== ""), say`\n\n`)}\n`;
}

function facts(
  state: SessionState,
  progress: Progress,
  phaseName: string | undefined,
  position: number,
): Shown {
  const end = state.status === "completed" ? say`finished` : say`abandoned`;
  const phase = say`Phase ${num(position)} of ${num(progress.phases.length)}`;
  const name = phaseName === undefined ? say`` : say` (${flat(phaseName)})`;
  const where = state.phase === null
    ? say`The workflow is ${end}${
      progress.revoked === undefined ? say`` : say`; ${flat(progress.revoked)}`
    }.`
    : say`${phase}: ${flat(state.phase)}${name}.`;
  return lines([
    say`- Session: ${code(state.session)}${
      state.name === null ? say`` : say` (${flat(state.name)})`
    }`,
    say`- Workflow: ${flat(state.definition.name)}`,
    ...(progress.remarks ?? []).map((text) => say`- ${flat(text)}`),
    ...(state.project === null ? [] : [say`- Project: ${flat(state.project)}`]),
    say`- ${where} ${num(progress.done)} of ${num(progress.total)} items are done.`,
  ]);
}

function open(progress: Progress, phase: PhaseDefinition | undefined): Shown {
  const items = progress.items.filter((item) =>
    item.status === "pending" || item.status === "failed"
  );
  if (items.length === 0) return say``;
  return joined(
    [say`## Open in this phase`, ...items.map((item) => itemText(item, phase))],
    say`\n\n`,
  );
}

/** How strictly an item binds, for who does not know the words of a definition. */
const BINDS: Readonly<Record<ItemProgress["stepType"], string>> = {
  gate: "gate: must pass",
  required: "must be done",
  documented: "evidence, or a skip with a reason",
  flexible: "can be skipped with a reason",
};

function itemText(item: ItemProgress, phase: PhaseDefinition | undefined): Shown {
  const { proof } = item;
  const tags = [...(item.required ? [] : ["optional"]), BINDS[item.stepType]];
  const notes = phase?.items.find((entry) => entry.id === item.id)?.notes ?? [];
  const rows = [
    say`### ${code(item.id)}: ${flat(item.name)} (${flat(tags.join(", "))})`,
    ...(item.description === undefined ? [] : [quotation(item.description), say``]),
    ...notes.map((note) => say`- ${flat(note)}`),
    proof.inWords.length === 0
      ? say`- Proof: none required`
      : say`- Proof: ${flat(proof.inWords.join("; "))}`,
  ];
  if (proof.evidencePrompt !== undefined) {
    rows.push(say`- Evidence should describe: ${flat(proof.evidencePrompt)}`);
  }
  if (proof.evidence) {
    rows.push(say`- Example evidence: ${code(exampleEvidence(proof.evidenceSchema))}`);
  }
  const { remarks = [] } = item;
  rows.push(...remarks.map((text) => say`- ${quoted(text)}`));
  if (item.blocked !== undefined && !remarks.includes(item.blocked)) {
    rows.push(say`- Blocked: ${flat(item.blocked)}`);
  }
  if (item.next !== undefined) {
    const who = item.next.byPerson ? say` (a person runs this, not an agent)` : say``;
    rows.push(say`- Command: ${code(commandLine(["orchestrator", ...item.next.argv]))}${who}`);
  }
  return lines(rows);
}

/** Evidence and what verifications gave, of all phases, in blocks that no text of them can end. */
function records(
  { state, changed }: Pick<SessionRecord, "state" | "changed">,
  redact: Redact,
): Shown {
  const blocks = itemRecords(state, changed).flatMap((record) => {
    const parts = recordParts(record, redact, BLOCK, "");
    if (parts.length === 0) return [];
    const head = say`### ${code(`${record.phase}/${record.item}`)}: ${
      shown(record.status)
    }, event ${num(record.seq)}`;
    return [lines([head, say``, fenced(lines(parts))])];
  });
  if (blocks.length === 0) return say``;
  return joined([say`## Evidence and results`, ...blocks], say`\n\n`);
}

function doneText(item: ItemProgress): string {
  return item.notes === undefined ? item.id : `${item.id}: ${item.notes}`;
}

function later(state: SessionState, position: number): Shown {
  if (position === 0) return say``;
  const phases = state.definition.phases.slice(position);
  if (phases.length === 0) return say``;
  const rows = phases.map((phase) => {
    const items = describeItems(state, phase.id).map((item) => code(item.id));
    return say`- ${flat(phase.id)}${items.length === 0 ? say`` : say`: ${joined(items, say`, `)}`}`;
  });
  return lines([say`## Later phases`, say``, ...rows]);
}

function next(state: SessionState, progress: Progress): Shown {
  if (state.status !== "active") return say``;
  const { argv, why, byPerson } = progress.next;
  return lines([
    say`## Next`,
    say``,
    say`\`\`\`sh`,
    shown(commandLine(["orchestrator", ...argv])),
    say`\`\`\``,
    say``,
    say`${flat(why)}${byPerson ? say`; a person runs this, not an agent` : say``}.`,
  ]);
}

function bullets(title: Shown, entries: readonly string[]): Shown {
  if (entries.length === 0) return say``;
  return lines([say`## ${title}`, say``, ...entries.map((entry) => say`- ${quoted(entry)}`)]);
}
