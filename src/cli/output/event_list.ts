/**
 * The events of a session, printed one by one: a journal may be too long to be held.
 * @module
 */
import type { AnswerData } from "../../answers/table.ts";
import { isNestedDeeper } from "../../session/json_limits.ts";
import type { HistoryValue } from "../../session/history.ts";
import { parseEvent } from "../../session/journal.ts";
import { DEPTH_LIMIT } from "../../state_layout/limits.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import type { Printer } from "../command.ts";
import { eventText } from "./event_text.ts";
import { jsonAround, jsonText } from "./json.ts";
import { oldEventText } from "./old_event_text.ts";
import { joined, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";

/** What `log` answers besides its events. */
type LogData = Omit<AnswerData<"log">, "events">;

/** Characters that are printed at once. */
const CHUNK = 64 * 1024;

/** Prints a list of events in one of the two forms. */
export interface EventList {
  /** @returns false when the reader has gone. */
  event(event: SessionEvent): boolean;
  /** Begins an event that has a history; its values follow. */
  open(event: SessionEvent): void;
  value(value: HistoryValue): void;
  /** Ends what {@link open} began. */
  close(event: SessionEvent): void;
  end(): void;
}

/**
 * Begins a list.
 * @param input.data the answer's other fields.
 * @param input.remark says that these are the events of an old workflow, which is not imported yet.
 */
export function listEvents(
  printer: Printer,
  input: { readonly data: LogData; readonly remark?: string | undefined },
): EventList {
  const out = new Output(printer);
  return printer.style === null
    ? new JsonList(out, printer.envelope, input.data)
    : new TextList(out, printer.style, input.remark);
}

/** Collects what is printed. */
class Output {
  readonly #out: Printer["out"];
  #waiting: Shown[] = [];
  #length = 0;
  #read = true;

  constructor({ out }: Printer) {
    this.#out = out;
  }

  /** @returns false when the reader has gone. */
  add(text: Shown): boolean {
    this.#waiting.push(text);
    this.#length += text.length;
    return this.#length < CHUNK ? this.#read : this.flush();
  }

  flush(): boolean {
    if (this.#read && this.#length > 0) this.#read = this.#out(joined(this.#waiting, say``));
    this.#waiting = [];
    this.#length = 0;
    return this.#read;
  }
}

/** Rows, the values of a history in front of the event that has them. */
class TextList implements EventList {
  readonly #out: Output;
  readonly #style: Style;
  readonly #remark: string | undefined;
  #rows = 0;

  constructor(out: Output, style: Style, remark: string | undefined) {
    this.#out = out;
    this.#style = style;
    this.#remark = remark;
    if (remark !== undefined) out.add(say`${style.yellow(shown(remark))}\n`);
  }

  event(event: SessionEvent): boolean {
    return this.#row(eventText(event, this.#style));
  }

  open(): void {
    // It stands behind its history.
  }

  value(value: HistoryValue): void {
    this.#row(historyText(value, this.#style));
  }

  close(event: SessionEvent): void {
    // The event of an import that was not made says nothing.
    if (this.#remark === undefined) this.event(event);
  }

  end(): void {
    if (this.#rows === 0) this.#row(this.#style.dim(say`No such events.`));
    this.#out.flush();
  }

  #row(text: Shown): boolean {
    this.#rows += 1;
    return this.#out.add(say`${text}\n`);
  }
}

/** One line of JSON, whatever the length of the list. */
class JsonList implements EventList {
  readonly #out: Output;
  readonly #tail: Shown;
  #first = true;
  #firstValue = true;
  #behindHistory = say``;

  constructor(
    out: Output,
    envelope: Printer["envelope"],
    data: LogData,
  ) {
    const [head, tail] = jsonAround((mark) => envelope({ ...data, events: mark }));
    this.#out = out;
    this.#tail = tail;
    out.add(say`${head}[`);
  }

  event(event: SessionEvent): boolean {
    return this.#out.add(say`${this.#comma()}${jsonText(event)}`);
  }

  open(event: SessionEvent): void {
    const [head, tail] = jsonAround((mark) =>
      jsonText({ ...event, data: { ...event.data, history: mark } })
    );
    this.#behindHistory = tail;
    this.#firstValue = true;
    this.#out.add(say`${this.#comma()}${head}[`);
  }

  value(value: HistoryValue): void {
    this.#out.add(say`${this.#firstValue ? say`` : say`,`}${jsonText(valueOf(value))}`);
    this.#firstValue = false;
  }

  close(): void {
    this.#out.add(say`]${this.#behindHistory}`);
  }

  end(): void {
    this.#out.add(say`]${this.#tail}`);
    this.#out.flush();
  }

  #comma(): Shown {
    const comma = this.#first ? say`` : say`,`;
    this.#first = false;
    return comma;
  }
}

/** A value of a history; its text where it is none that can be parsed. */
function valueOf(value: HistoryValue): unknown {
  if (value === null || isNestedDeeper(value, DEPTH_LIMIT)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A line from before the session began: of the old tool's log, or of the session it came from. */
function historyText(value: HistoryValue, style: Style): Shown {
  if (value === null) {
    return oldEventText({ message: "a line that is too long to be shown" }, style);
  }
  const event = parseEvent(value);
  return event === null ? oldEventText(valueOf(value), style) : eventText(event, style, say`-`);
}
