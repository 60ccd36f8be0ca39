/**
 * What `status` and `finish` say of events and sessions that were here and are not, and of a session that
 * was split off another one: remarks, by which nothing is refused.
 * @module
 */
import { sayAhead } from "../app/state/ahead.ts";
import { splitTexts } from "../app/state/split.ts";
import { goneFromHere, lostHere } from "../app/witness.ts";
import type { LoadedSession } from "../session/load.ts";
import { goneText, lostText } from "../session/witness_text.ts";
import type { Progress } from "../workflow/progress.ts";
import type { Context } from "./context.ts";

/** So many sessions are named. */
const MOST_NAMED = 3;

/** Sentences without a full stop. */
export async function seenBefore(
  context: Context,
  loaded: Pick<LoadedSession, "state" | "head">,
): Promise<readonly string[]> {
  const lost = await lostHere(context, loaded);
  const gone = (await goneFromHere(context))
    .filter(({ status, told }) => status === "active" && told !== true);
  const texts = [
    ...await splitTexts(context, loaded.state),
    ...(lost === null ? [] : [lostText(lost, loaded.head.seq)]),
    ...gone.slice(-MOST_NAMED).map((head) => `Gone without a removal: session ${goneText(head)}`),
    ...(gone.length > MOST_NAMED
      ? [`${gone.length - MOST_NAMED} more sessions are gone; \`orchestrator doctor\` names them`]
      : []),
  ];
  if (texts.length === 0) return [];
  const redactor = await context.redactor();
  return texts.map((text) => redactor.redact(text));
}

/** Adds it to the remarks of a session's progress, in front, and warns of a branch that is further. */
export async function withSeenBefore(
  context: Context,
  loaded: Pick<LoadedSession, "state" | "head">,
  progress: Progress,
): Promise<Progress> {
  await sayAhead(context, loaded.state);
  const texts = await seenBefore(context, loaded);
  return texts.length === 0
    ? progress
    : { ...progress, remarks: [...texts, ...progress.remarks ?? []] };
}
