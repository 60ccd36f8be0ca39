/**
 * What the four feedback commands share.
 * @module
 */
import { addFeedbackLine, type FeedbackKind, readFeedback } from "../../../session/feedback.ts";
import { TEXT_LIMITS } from "../../../workflow/commands.ts";
import type { Answer } from "../../command.ts";
import type { Context } from "../../context.ts";
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

/** Lists the feedback of the chosen session. */
export async function listFeedback(context: Context, kind: FeedbackKind): Promise<Answer> {
  const choice = await context.choose();
  if (choice === null) throw context.noSession();
  const entries = await readFeedback(context.manager, choice.id, kind);
  return {
    data: { session: choice.id, kind, entries },
    text: (style) =>
      entries.length === 0
        ? style.dim(`No ${kind} feedback yet.`)
        : columns(entries.map((entry) => [
          style.dim(printable(String(entry["time"] ?? entry["timestamp"] ?? ""))),
          typeof entry["text"] === "string"
            ? printable(entry["text"])
            : oneLine(JSON.stringify(entry), style.width * 2, style),
        ])),
  };
}
