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
import type { Answer } from "../../command.ts";
import type { Context } from "../../context.ts";
import { chooseToRead, legacyProject } from "../../legacy/view.ts";
import { columns, oneLine, printable } from "../../output/text.ts";
import { requireText } from "../../texts.ts";

/** Adds feedback to the chosen session. */
export async function addFeedback(
  context: Context,
  kind: FeedbackKind,
  given: string,
): Promise<Answer> {
  const doing = `add ${kind} feedback`;
  const said = requireText(given, { doing, what: "text", max: TEXT_LIMITS.note });
  const text = (await context.redactor()).known(said);
  const session = await context.sessionToChange();
  const entry = { time: context.io.now().toISOString(), actor: context.actor, text };
  await addFeedbackLine(context.manager, session, kind, entry);
  return {
    data: { session, kind, ...entry },
    text: (style) => `${style.green(style.symbols.done)} Recorded ${kind} feedback`,
  };
}

/** Lists the feedback of the chosen session, or of the old workflow that is none yet. */
export async function listFeedback(context: Context, kind: FeedbackKind): Promise<Answer> {
  const { choice, view } = await chooseToRead(context);
  const session = choice?.id ?? view?.state.session ?? "";
  // In this order: whoever moves them over gives them to the session before they leave their files.
  const old = await oldFeedback(context, session, kind);
  const own = choice === null ? [] : await readFeedback(context.manager, session, kind);
  const known = new Set(own.map((entry) => JSON.stringify(entry)));
  const entries = [...old.filter((entry) => !known.has(JSON.stringify(entry))), ...own];
  return {
    data: { session, kind, ...(view === null ? {} : { legacy: view.file }), entries },
    text: (style) => {
      const list = entries.length === 0
        ? style.dim(`No ${kind} feedback yet.`)
        : columns(entries.map((entry) => [
          style.dim(printable(String(entry["time"] ?? entry["timestamp"] ?? ""))),
          typeof entry["text"] === "string"
            ? printable(entry["text"])
            : oneLine(JSON.stringify(entry), style.width * 2, style),
        ]));
      return view === null ? list : `${style.yellow(view.remark)}\n${list}`;
    },
  };
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
