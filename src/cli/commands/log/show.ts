/**
 * `orchestrator log show <seq>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { chainError } from "../../../session/journal.ts";
import { eventAt } from "../../../session/read_events.ts";
import { isRedactedText } from "../../../workflow/redacted_text.ts";
import { type TextField, textFields } from "../../../workflow/text_fields.ts";
import { chooseToRead } from "../../../app/choose_session.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { legacyData } from "../../legacy/status.ts";
import { withoutRedacted } from "../../../session/without_redacted.ts";
import { readSeq } from "../../event_number.ts";
import { eventRecord } from "../../output/event_record.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"log show">> {
  const seq = readSeq(input.required("seq"), "show");
  const { choice, view } = await chooseToRead(context);
  const redactor = await context.redactor();
  const redact = (text: string) => redactor.redact(text);
  if (choice === null) {
    const event = view.events.find((entry) => entry.seq === seq);
    if (event === undefined) throw unknownEvent(seq, view.events.length);
    return {
      data: { session: view.state.session, legacy: legacyData(view), event, hash: null },
      text: (style) => eventRecord(event, { hash: null, redact }, style),
    };
  }
  const { lines, bad, lost, undone } = await context.manager.verify(choice.id);
  // What is missing at the end makes nothing that is there less true.
  if (bad !== null && lost === null && seq >= bad.line) throw chainError(choice.id, bad);
  const found = seq > lines ? null : await eventAt(context.manager.backend, choice.id, seq);
  if (found === null) throw unknownEvent(seq, lines);
  const { hash } = found;
  const instead = undone?.includes(seq) === true
    ? await withoutRedacted(context.manager.backend, choice.id)
    : new Map<number, never>();
  const event = instead.get(seq) ?? found.event;
  const fields = textFields(event).filter(isListed).map(({ name }) => name);
  const redactable = fields.length === 0 ? {} : { redactable: fields };
  return {
    data: { session: choice.id, event, hash, ...redactable },
    text: (style) => eventRecord(event, { hash, redact, redactable: fields }, style),
  };
}

/** What a checkpoint has is a copy: it goes with the text that it is a copy of. */
function isListed({ name, value }: TextField): boolean {
  return !isRedactedText(value) && !name.startsWith("snapshot.");
}

function unknownEvent(seq: number, last: number): OrchestratorError {
  return new OrchestratorError(
    "event_unknown",
    `Cannot show event ${seq}: the journal has ${last === 1 ? "1 event" : `${last} events`}`,
    { hint: "Run `orchestrator log` to see the numbers" },
  );
}
