/**
 * What a command that moved a session answers.
 * @module
 */
import type { change } from "../../answers/standing.ts";
import type { DataOf } from "../../answers/table.ts";
import type { ItemChange } from "../../app/each_item.ts";
import type { Change } from "../../session/session_manager.ts";
import { type NextStep, nextStep } from "../../workflow/next_step.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Answer, AnswerTo } from "../command.ts";
import { stepData, stepText } from "./next_step.ts";
import { lines, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";

/** A change, and the next step where more than the state is known. */
type WithNext = Change & { readonly next?: NextStep };

/** A change of one item, and how it is told. */
interface ToldChange extends ItemChange {
  readonly change: WithNext;
  readonly happened: (style: Style) => Shown;
}

/** What every change answers. */
export type ChangeData = DataOf<typeof change>;

/** The answer to a change: what happened, and what comes next. */
export function changeAnswer(
  change: WithNext,
  happened: (style: Style) => Shown,
): Answer<ChangeData>;
export function changeAnswer<More extends object>(
  change: WithNext,
  happened: (style: Style) => Shown,
  more: More,
): Answer<ChangeData & More>;
export function changeAnswer(
  change: WithNext,
  happened: (style: Style) => Shown,
  more: object = {},
): Answer<ChangeData> {
  return {
    data: { ...changeData(change), ...more },
    text: (style) =>
      say`${changeLine(change, happened, style)}\n${stepText(stepOf(change), style)}`,
  };
}

/** The answer to changes of several items of one session; of one, the same as {@link changeAnswer}. */
export function changesAnswer(changes: readonly ToldChange[]): AnswerTo<"complete"> {
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) throw new TypeError("there is no change");
  if (changes.length === 1) return changeAnswer(first.change, first.happened);
  const events = changes.flatMap(({ change }) => change.events);
  const { already: _, ...data } = changeData({ ...last.change, events });
  const items = changes.map(({ item, change }) => ({
    item,
    changed: change.events.length > 0,
    ...(change.already === null ? {} : { already: change.already }),
  }));
  return {
    data: { ...data, items },
    text: (style) =>
      lines([
        ...changes.map(({ change, happened }) => changeLine(change, happened, style)),
        stepText(stepOf(last.change), style),
      ]),
  };
}

/** The answer where nothing was to do. */
export function unchangedAnswer(
  state: SessionState,
  already: string,
  next: NextStep,
): Answer<ChangeData> {
  return changeAnswer({ state, events: [], already, next }, () => say``);
}

function stepOf({ state, next, actor }: WithNext): NextStep {
  return next ?? nextStep(state, actor);
}

function changeLine(change: Change, happened: (style: Style) => Shown, style: Style): Shown {
  const mark = change.already === null
    ? style.green(style.symbols.done)
    : style.dim(style.symbols.bullet);
  const line = change.already === null ? happened(style) : shown(sentence(change.already));
  return say`${mark} ${line}`;
}

/** The fields every change reports. */
function changeData(change: WithNext): ChangeData {
  const { state, events, already } = change;
  return {
    session: state.session,
    seq: state.seq,
    status: state.status,
    phase: state.phase,
    changed: events.length > 0,
    ...(already === null ? {} : { already }),
    events: events.map(({ seq, type, data }) => ({ seq, type, ...briefly(data) })),
    next: stepData(stepOf(change)),
  };
}

/** Event data without what is too long for an answer. */
function briefly(data: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => !["snapshot", "definition", "bound"].includes(key)),
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
