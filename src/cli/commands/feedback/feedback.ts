/**
 * What the four feedback commands share.
 * @module
 */
import {
  addFeedbackLine,
  feedbackEntries,
  type FeedbackKind,
  readFeedback,
} from "../../../session/feedback.ts";
import { TEXT_LIMITS } from "../../../workflow/commands.ts";
import type { AnswerTo } from "../../command.ts";
import type { Context } from "../../context.ts";
import { chooseToRead } from "../../../app/choose_session.ts";
import { legacyData } from "../../legacy/status.ts";
import { legacyProject } from "../../../app/legacy/old_workflow.ts";
import { lines, say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";
import { clockTime, hang, lead } from "../../output/text.ts";
import { requireText } from "../../texts.ts";

/** Adds feedback to the chosen session. */
export async function addFeedback(
  context: Context,
  kind: FeedbackKind,
  given: string,
): Promise<AnswerTo<"feedback tool add">> {
  const doing = `add ${kind} feedback`;
  const said = requireText(given, { doing, what: "text", max: TEXT_LIMITS.note });
  const text = (await context.redactor()).known(said);
  const session = await context.sessionToChange();
  const entry = { time: context.io.now().toISOString(), actor: context.actor, text };
  await addFeedbackLine(context.manager, session, kind, entry);
  return {
    data: { session, kind, ...entry },
    text: (style) => say`${style.green(style.symbols.done)} Recorded ${shown(kind)} feedback`,
  };
}

/** Lists the feedback of the chosen session, or of the old workflow that is none yet. */
export async function listFeedback(
  context: Context,
  kind: FeedbackKind,
): Promise<AnswerTo<"feedback tool list">> {
  const { choice, view } = await chooseToRead(context);
  const session = choice?.id ?? view?.state.session ?? "";
  // In this order: a migration gives them to the session before they leave their files.
  const old = await oldFeedback(context, session, kind);
  const own = choice === null ? [] : await readFeedback(context.manager, session, kind);
  const known = new Set(own.map((entry) => JSON.stringify(entry)));
  const entries = [...old.filter((entry) => !known.has(JSON.stringify(entry))), ...own];
  return {
    data: { session, kind, ...(view === null ? {} : { legacy: legacyData(view) }), entries },
    text: (style) => {
      const list = entries.length === 0
        ? style.dim(say`No ${shown(kind)} feedback yet.`)
        : lines(entries.map((entry) => entryText(entry, style)));
      return view === null ? list : lines([style.yellow(shown(view.remark)), list]);
    },
  };
}

function entryText(entry: Readonly<Record<string, unknown>>, style: Style): Shown {
  const stamp = String(entry["time"] ?? entry["timestamp"] ?? "");
  const time = Number.isNaN(Date.parse(stamp)) ? lead(stamp) : clockTime(stamp, style);
  const { text } = entry;
  const said = hang(
    typeof text === "string" ? text : JSON.stringify(entry),
    style,
    4,
    time.length + 2,
  );
  return say`${style.dim(time)}  ${said}`;
}

/** What the old tool's own files say, as long as they have not moved over. */
async function oldFeedback(context: Context, session: string, kind: FeedbackKind) {
  const { hasOldFeedback, readOldFeedback } = await import("../../../legacy/old_feedback.ts");
  if (!hasOldFeedback(context.paths.root)) return [];
  const project = await legacyProject(context);
  if (project === null) return [];
  const salt = context.io.env["WORKFLOW_SALT"];
  return feedbackEntries(readOldFeedback(project, { session, kind, salt }));
}
