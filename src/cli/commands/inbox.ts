/**
 * `orchestrator inbox`
 * @module
 */
import { inbox, type InboxItem } from "../../app/inbox.ts";
import { placeData, placeText } from "../../app/work_place.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { actorText } from "../output/event_text.ts";
import { lines, say, type Shown, shown } from "../output/shown.ts";
import type { Style } from "../output/style.ts";
import { ago, commandLine, hang, oneLine } from "../output/text.ts";

export async function run(context: Context): Promise<AnswerTo<"inbox">> {
  const items = await inbox(context);
  return {
    data: { items: items.map(itemData) },
    text: (style) => {
      if (items.length === 0) return style.dim(say`Nothing waits for a person.`);
      return lines(items.map((item) => itemText(item, context.io.now(), style)));
    },
  };
}

function itemData({ what, isPhase, title, path, by, since, argv, ...item }: InboxItem) {
  const { session, name, task, phase, branch, why, description, work } = item;
  return {
    session,
    name,
    task,
    phase,
    ...(isPhase ? {} : { item: what }),
    title,
    why,
    since,
    actor: by,
    ...(description === undefined ? {} : { description }),
    ...(path === undefined ? {} : { read: path }),
    branch,
    ...(work === undefined ? {} : { work: placeData(work) }),
    argv,
    command: commandLine(["orchestrator", ...argv]),
  };
}

/** Columns in front of what is said of an item. */
const INDENT = 2;

function itemText(item: InboxItem, now: Date, style: Style): Shown {
  const { what, isPhase, title, session, name, task, branch, since, by, argv } = item;
  const text = (value: string) => hang(value, style, INDENT);
  const where = branch === null ? say`` : say`, on branch ${shown(branch)}`;
  const called = name === null ? say`` : say` (${shown(name)})`;
  return lines([
    say`${style.bold(isPhase ? say`Phase ${shown(what)}` : shown(what))}  ${text(title)}`,
    say`  ${oneLine(task, style.width - INDENT, style)}`,
    say`  session ${style.cyan(shown(session))}${called}${where}`,
    ...(item.work === undefined ? [] : [say`  work in ${text(placeText(item.work))}`]),
    say`  asked ${ago(since, now)} by ${actorText(by)}`,
    ...(item.description === undefined ? [] : [say`  ${text(item.description)}`]),
    ...(item.path === undefined ? [] : [say`  read ${shown(item.path)}`]),
    say`  ${style.cyan(shown(commandLine(["orchestrator", ...argv])))}`,
  ]);
}
