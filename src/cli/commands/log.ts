/**
 * `orchestrator log`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { visitHistory, visitHistoryFile } from "../../session/history.ts";
import { withoutRedacted } from "../../session/without_redacted.ts";
import { visitEvents } from "../../session/read_events.ts";
import { type HistoryFile, isHistoryFile, type SessionEvent } from "../../workflow/events.ts";
import type { AnswerTo, Input, LongAnswer, Printer } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../../app/choose_session.ts";
import { readLimit } from "../limit.ts";
import { legacyData } from "../legacy/status.ts";
import { type LegacyView } from "../../app/legacy/view.ts";
import { listEvents } from "../output/event_list.ts";
import { contradictionText } from "../../workflow/audit/finding.ts";
import { eventText } from "../output/event_text.ts";
import { jsonLine } from "../output/json.ts";
import { say } from "../output/shown.ts";
import { styleFor } from "../output/style_for.ts";

const POLL_MS = 200;

export async function run(context: Context, input: Input): Promise<AnswerTo<"log"> | LongAnswer> {
  if (input.has("repository")) {
    return await (await import("./log_repository.ts")).repositoryLog(context, input);
  }
  const since = readSince(input.option("since"));
  const limit = readLimit(input.option("limit"), "show", "events");
  const { choice, view } = await chooseToRead(context);
  if (choice === null) return { print: (printer) => printView(view, { since, limit }, printer) };
  if (input.has("follow")) {
    return await follow(context, input, choice.id, await sinceOf(context, choice.id, since, limit));
  }
  const verified = await context.manager.verify(choice.id, { frozen: false });
  const { bad, lost, lines, history, contradictions } = verified;
  if (bad !== null) {
    const consequence = lost === null
      ? "the following events cannot be trusted"
      : "the rest is shown";
    context.warn(`Line ${bad.line} of the journal ${bad.reason}; ${consequence}`);
  }
  for (const found of contradictions.slice(0, 3)) {
    context.warn(`In the journal, ${contradictionText(found)}`);
  }
  if (contradictions.length > 3) {
    context.warn(
      `${contradictions.length - 3} more lines contradict: see \`orchestrator log verify\``,
    );
  }
  if (history !== null && since === 0) {
    context.warn(`The file of the session's history ${history}`);
  }
  const hasHistory = history === null || !/^is missing|^is longer/.test(history);
  const range = { from: firstOf(lines, since, limit), to: lines };
  const instead = verified.undone === undefined
    ? new Map<number, never>()
    : await withoutRedacted(context.manager.backend, choice.id);
  const shown = { range, hasHistory, instead };
  return { print: (printer) => printSession(context, choice.id, shown, printer) };
}

/** Events of a session up to where its journal can be trusted. */
async function printSession(
  { manager: { backend } }: Context,
  session: string,
  { range: { from, to }, hasHistory, instead }: {
    readonly range: { readonly from: number; readonly to: number };
    readonly hasHistory: boolean;
    /** What is shown in place of some events. */
    readonly instead: ReadonlyMap<number, SessionEvent>;
  },
  printer: Printer,
): Promise<void> {
  const list = listEvents(printer, { data: { session } });
  const opened: { readonly event: SessionEvent; readonly file: HistoryFile }[] = [];
  if (from <= 1) {
    await visitEvents(backend, session, { to: Math.min(to, 1) }, (read, line) => {
      const event = instead.get(read.seq) ?? read;
      const history = event.type === "session_imported" ? event.data.history : null;
      if (history === null) return list.event(event);
      list.open(event);
      visitHistory(history, line, (value) => list.value(value));
      if (isHistoryFile(history) && hasHistory) opened.push({ event, file: history });
      else list.close(event);
      return true;
    });
  }
  for (const { event, file } of opened) {
    await visitHistoryFile(backend, session, file, (value) => list.value(value));
    list.close(event);
  }
  await visitEvents(
    backend,
    session,
    { from: Math.max(from, 2), to },
    (event) => list.event(instead.get(event.seq) ?? event),
  );
  list.end();
}

/** The events that an old workflow would begin with. */
function printView(
  view: LegacyView,
  { since, limit }: { readonly since: number; readonly limit: number | undefined },
  printer: Printer,
): Promise<void> {
  const data = { session: view.state.session, legacy: legacyData(view) };
  const list = listEvents(printer, { data, remark: view.remark });
  for (const event of view.events) {
    if (event.seq < firstOf(view.events.length, since, limit)) continue;
    if (event.type !== "session_imported") {
      list.event(event);
      continue;
    }
    list.open(event);
    view.visitHistory((value) => list.value(JSON.stringify(value)));
    list.close(event);
  }
  list.end();
  return Promise.resolve();
}

/** Shows events as they come, until interrupted. With `--json`, one event a line. */
async function follow(
  context: Context,
  input: Input,
  id: string,
  since: number,
): Promise<LongAnswer> {
  const { io, manager } = context;
  const style = styleFor("stdout", input, io);
  const instead = await withoutRedacted(manager.backend, id);
  let seen = since;
  for (;;) {
    let isRead = true;
    await visitEvents(manager.backend, id, { from: seen + 1 }, (read) => {
      const event = instead.get(read.seq) ?? read;
      const line = input.has("json") ? jsonLine(event) : say`${eventText(event, style)}\n`;
      seen = event.seq;
      return isRead = io.out(line);
    });
    // The reader has gone: what would be printed now is lost.
    if (!isRead || await io.lostReader()) return { print: () => Promise.resolve() };
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

/** Number of the first event to show. */
function firstOf(last: number, since: number, limit: number | undefined): number {
  return Math.max(since + 1, limit === undefined ? 1 : last - limit + 1);
}

/** The number behind which following begins. */
async function sinceOf(
  { manager }: Context,
  id: string,
  since: number,
  limit: number | undefined,
): Promise<number> {
  if (limit === undefined) return since;
  const { state } = await manager.load(id);
  return firstOf(state.seq, since, limit) - 1;
}

function readSince(text: string | undefined): number {
  if (text === undefined) return 0;
  const since = Number(text);
  if (Number.isSafeInteger(since) && since >= 0) return since;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot show the log since "${text}": --since needs the seq of an event`,
  );
}
