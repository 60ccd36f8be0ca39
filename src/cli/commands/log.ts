/**
 * `orchestrator log`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { parseEvent, walkChain } from "../../session/journal.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../legacy/view.ts";
import { eventText } from "../output/event_text.ts";
import { jsonLine } from "../output/json.ts";
import { oldEventText } from "../output/old_event_text.ts";
import { lines, say, type Shown, shown } from "../output/shown.ts";
import type { Style } from "../output/style.ts";
import { styleFor } from "../output/style_for.ts";

const POLL_MS = 200;

export async function run(context: Context, input: Input): Promise<Answer> {
  const since = readSince(input.option("since"));
  const { choice, view } = await chooseToRead(context);
  if (choice === null) {
    const events = view.events.filter((event) => event.seq > since);
    return answer(view.state.session, events, { legacy: view.file }, view.remark);
  }
  if (input.has("follow")) return await follow(context, input, choice.id, since);
  const events = await trustedEvents(context, choice.id);
  return answer(choice.id, events.filter((event) => event.seq > since), {});
}

/** The events up to where the journal's chain holds. */
async function trustedEvents(context: Context, id: string): Promise<readonly SessionEvent[]> {
  const { bad } = await context.manager.verify(id);
  if (bad === null) return await context.manager.events(id);
  context.warn(`Line ${bad.line} of the journal ${bad.reason}; what follows cannot be trusted`);
  const lines = await context.manager.backend.readFrom(id, 1);
  return walkChain(lines).events.slice(0, bad.line - 1);
}

/** @param remark says that these are the events of an old workflow, which is not imported yet. */
function answer(
  session: string,
  events: readonly SessionEvent[],
  more: Readonly<Record<string, unknown>>,
  remark?: string,
): Answer {
  return {
    data: { session, ...more, events },
    text: (style) => {
      const rows = events.flatMap((event) => {
        if (event.type !== "session_imported") return [eventText(event, style)];
        const old = event.data.history.map((entry) => historyText(entry, style));
        return remark === undefined ? [...old, eventText(event, style)] : old;
      });
      if (rows.length === 0) rows.push(style.dim(say`No such events.`));
      return lines([...(remark === undefined ? [] : [style.yellow(shown(remark))]), ...rows]);
    },
  };
}

/** A line from before the session began: of the old tool's log, or of the session it came from. */
function historyText(entry: unknown, style: Style): Shown {
  const event = parseEvent(JSON.stringify(entry));
  return event === null ? oldEventText(entry, style) : eventText(event, style, say`-`);
}

/** Shows events as they come, until interrupted. With `--json`, one event a line. */
async function follow(
  context: Context,
  input: Input,
  id: string,
  since: number,
): Promise<Answer> {
  const { io, manager } = context;
  const style = styleFor("stdout", input, io);
  let seen = since;
  for (;;) {
    for (const event of await manager.events(id, seen + 1)) {
      const line = input.has("json") ? jsonLine(event) : say`${eventText(event, style)}\n`;
      if (!io.out(line)) return { data: null, text: () => say`` };
      seen = event.seq;
    }
    if (io.interrupted.aborted) {
      throw new OrchestratorError("interrupted", "Stopped following the log", {
        details: { signal: String(io.interrupted.reason) },
      });
    }
    await sleep(POLL_MS, io.interrupted);
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

function readSince(text: string | undefined): number {
  if (text === undefined) return 0;
  const since = Number(text);
  if (Number.isSafeInteger(since) && since >= 0) return since;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot show the log since "${text}": --since takes the seq of an event`,
  );
}
