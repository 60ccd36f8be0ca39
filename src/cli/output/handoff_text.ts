/**
 * The prompt that lets somebody else take a session over. Markdown, never coloured.
 * @module
 */
import type { PhaseDefinition } from "../../workflow/definition.ts";
import { exampleEvidence } from "../../workflow/evidence.ts";
import type { ItemProgress, Progress } from "../../workflow/progress.ts";
import { describeItems } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { noticeText } from "./status_text.ts";
import { commandLine, printable } from "./text.ts";

/** Writes the prompt. */
export function handoffText(
  state: SessionState,
  progress: Progress,
  notes: readonly string[],
  decisions: readonly string[],
): string {
  const phase = state.definition.phases.find((entry) => entry.id === state.phase);
  const position = state.definition.phases.findIndex((entry) => entry.id === state.phase) + 1;
  const sections = [
    `# Take over: ${printable(state.task)}`,
    state.status !== "active" ? "This workflow has ended; nothing is left to do in it." : [
      "You are continuing a workflow that `orchestrator` keeps. Work in this repository, do what is",
      "open below, and prove each item with the command that stands with it. Nothing may be skipped",
      "unseen: the journal records every step. Ask `orchestrator status` whenever you are unsure.",
    ].join("\n"),
    facts(state, progress, phase?.name, position),
    bullets("Constraints", state.constraints),
    bullets("What this phase says", [
      ...(phase?.description ? [phase.description] : []),
      ...(phase?.notes ?? []),
    ]),
    open(progress, phase),
    bullets(
      "Done in this phase",
      progress.items.filter((item) => item.status === "completed").map(doneText),
    ),
    bullets(
      "Skipped",
      progress.skips.map((skip) => `${skip.phase}/${skip.item}: ${skip.reason}`),
    ),
    bullets("Not as the workflow says", progress.bypasses.map(noticeText)),
    bullets("Decisions", decisions),
    bullets("Notes", notes),
    later(state, position),
    next(state, progress),
  ];
  return sections.filter((section) => section !== "").join("\n\n") + "\n";
}

function facts(
  state: SessionState,
  progress: Progress,
  phaseName: string | undefined,
  position: number,
): string {
  const where = state.phase === null
    ? `The workflow is ${state.status === "completed" ? "finished" : "abandoned"}.`
    : `Phase ${position} of ${progress.phases.length}: ${printable(state.phase)}${
      phaseName === undefined ? "" : ` (${printable(phaseName)})`
    }.`;
  return [
    `- Session: \`${state.session}\`${state.name === null ? "" : ` (${printable(state.name)})`}`,
    `- Workflow: ${printable(state.definition.name)}`,
    ...(state.project === null ? [] : [`- Project: ${printable(state.project)}`]),
    `- ${where} ${progress.done} of ${progress.total} items are done.`,
  ].join("\n");
}

function open(progress: Progress, phase: PhaseDefinition | undefined): string {
  const items = progress.items.filter((item) =>
    item.status === "pending" || item.status === "failed"
  );
  if (items.length === 0) return "";
  return ["## Open in this phase", ...items.map((item) => itemText(item, phase))].join("\n\n");
}

function itemText(item: ItemProgress, phase: PhaseDefinition | undefined): string {
  const { proof } = item;
  const tags = [item.required ? "required" : "optional"];
  if (item.stepType !== "required") tags.push(item.stepType);
  const notes = phase?.items.find((entry) => entry.id === item.id)?.notes ?? [];
  const lines = [
    `### \`${item.id}\`: ${printable(item.name)} (${tags.join(", ")})`,
    ...(item.description === undefined ? [] : [printable(item.description), ""]),
    ...notes.map((note) => `- ${oneParagraph(note)}`),
    proof.inWords.length === 0
      ? "- Proof: none but your word"
      : `- Proof: ${oneParagraph(proof.inWords.join("; "))}`,
  ];
  if (proof.evidencePrompt !== undefined) {
    lines.push(`- Evidence asked for: ${oneParagraph(proof.evidencePrompt)}`);
  }
  if (proof.evidence) {
    lines.push(`- Evidence looks like: \`${exampleEvidence(proof.evidenceSchema)}\``);
  }
  if (item.blocked !== undefined) lines.push(`- In the way: ${oneParagraph(item.blocked)}`);
  if (item.next !== undefined) {
    const who = item.next.byPerson ? " (a person runs this, not an agent)" : "";
    lines.push(`- Command: \`${commandLine(["orchestrator", ...item.next.argv])}\`${who}`);
  }
  return lines.join("\n");
}

/** Text that stays inside its list entry. */
function oneParagraph(text: string): string {
  return printable(text).replace(/\s*\n\s*/g, " ");
}

function doneText(item: ItemProgress): string {
  return item.notes === undefined ? item.id : `${item.id}: ${item.notes}`;
}

function later(state: SessionState, position: number): string {
  if (position === 0) return "";
  const phases = state.definition.phases.slice(position);
  if (phases.length === 0) return "";
  const lines = phases.map((phase) => {
    const items = describeItems(state, phase.id).map((item) => `\`${item.id}\``).join(", ");
    return `- ${printable(phase.id)}${items === "" ? "" : `: ${items}`}`;
  });
  return ["## Phases after this one", "", ...lines].join("\n");
}

function next(state: SessionState, progress: Progress): string {
  if (state.status !== "active") return "";
  return [
    "## Next",
    "",
    "```sh",
    commandLine(["orchestrator", ...progress.next.argv]),
    "```",
    "",
    `${printable(progress.next.why)}${
      progress.next.byPerson ? "; a person runs this, not an agent" : ""
    }.`,
  ].join("\n");
}

function bullets(title: string, entries: readonly string[]): string {
  if (entries.length === 0) return "";
  return [
    `## ${title}`,
    "",
    ...entries.map((entry) => `- ${printable(entry).replace(/\n/g, "\n  ")}`),
  ].join("\n");
}
