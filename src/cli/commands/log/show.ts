/**
 * `orchestrator log show <seq>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { chainError } from "../../../session/journal.ts";
import { eventAt } from "../../../session/read_events.ts";
import { chooseToRead } from "../../../app/choose_session.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { legacyData } from "../../legacy/status.ts";
import { eventRecord } from "../../output/event_record.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"log show">> {
  const seq = readSeq(input.required("seq"));
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
  const { lines, bad, lost } = await context.manager.verify(choice.id);
  // What is missing at the end makes nothing that is there less true.
  if (bad !== null && lost === null && seq >= bad.line) throw chainError(choice.id, bad);
  const found = seq > lines ? null : await eventAt(context.manager.backend, choice.id, seq);
  if (found === null) throw unknownEvent(seq, lines);
  const { event, hash } = found;
  return {
    data: { session: choice.id, event, hash },
    text: (style) => eventRecord(event, { hash, redact }, style),
  };
}

/** The number of an event; `#7` is how texts name it. */
function readSeq(text: string): number {
  const seq = /^#?\d{1,15}$/.test(text) ? Number(text.replace("#", "")) : NaN;
  if (seq >= 1) return seq;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot show event "${text}": an event is named by its number, from 1`,
    { hint: "Run `orchestrator log` to see the numbers" },
  );
}

function unknownEvent(seq: number, last: number): OrchestratorError {
  return new OrchestratorError(
    "event_unknown",
    `Cannot show event ${seq}: the journal has ${last === 1 ? "1 event" : `${last} events`}`,
    { hint: "Run `orchestrator log` to see the numbers" },
  );
}
