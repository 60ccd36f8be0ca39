/**
 * The screen people and agents live in: where the session stands, what blocks, what comes next.
 *
 * It reads from top to bottom and ends with the command to run, so that the end is what is left on a
 * small terminal. On a pipe it has the same lines with plain marks.
 * @module
 */
import type { PhaseProgress, Progress } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { checklist, sameWord } from "./checklist_text.ts";
import { stepText } from "./next_step.ts";
import { joined, lines, num, OWN, type Shown, shown, words } from "./shown.ts";
import type { Style } from "./style.ts";
import {
  ago,
  bar,
  clockTime,
  flat,
  GUTTER_WIDTH,
  hang,
  oneLine,
  pad,
  padLeft,
  wrap,
} from "./text.ts";
import { visibleLength } from "./width.ts";

/** What the screen shows besides the state. */
export interface StatusScreen {
  readonly now: Date;
  /** The progress' deviations, as `notice_text.ts` says them. */
  readonly notices: readonly string[];
  /** The progress' approvals, as `approval_text.ts` says them. */
  readonly approvals: readonly string[];
  /** Said behind the session's id, e.g. `old layout, G4`. */
  readonly remark?: string | undefined;
  /** All that is recorded, where it is asked for: with it no list is shortened. */
  readonly records?: Shown | undefined;
  /** What has become of the definition's file since the start, as a sentence. */
  readonly changed?: string | null;
  /** What of the session would be lost with this machine. */
  readonly risk?: { readonly events?: number; readonly why: string } | null;
  /** In a linked worktree: whose the state is, and where the work is. */
  readonly where?: string | undefined;
}

const NOTES_SHOWN = 3;
const SKIPS_SHOWN = 6;
const BLOCKERS_SHOWN = 6;

/** Draws the screen. */
export function statusText(
  state: SessionState,
  progress: Progress,
  screen: StatusScreen,
  style: Style,
): Shown {
  const phase = state.definition.phases.find((entry) => entry.id === progress.phase);
  const most = (usual: number) => screen.records === undefined ? usual : Infinity;
  const parts: readonly Shown[] = [
    head(state, progress, screen, style),
    phases(progress, style),
    ...(phase === undefined ? [] : [checklist(phase, progress, style)]),
    list(CONSTRAINTS, state.constraints, style),
    ...(screen.records === undefined ? [notes(state, style)] : [screen.records]),
    list(OWN.concat("Approvals"), firstFew(screen.approvals, most(SKIPS_SHOWN)), style),
    list(
      style.yellow(OWN.concat("Deviations from the workflow")),
      firstFew(screen.notices, most(SKIPS_SHOWN)),
      style,
    ),
    ...(state.status === "active"
      ? []
      : [skips(progress, most(SKIPS_SHOWN), style), ending(state, screen, style)]),
    lines(
      [blockers(state, progress, most(BLOCKERS_SHOWN), style), stepText(progress.next, style)]
        .filter((part) => part !== ""),
    ),
  ];
  return joined(parts.filter((part) => part !== ""), GAP);
}

const GAP = OWN.concat("\n\n");
const CONSTRAINTS = OWN.concat("Constraints");
const BAR_WIDTH = 24;

function head(
  state: SessionState,
  progress: Progress,
  screen: StatusScreen,
  style: Style,
): Shown {
  const name = state.name === null ? OWN : OWN.concat(" (", shown(state.name), ")");
  const room = style.width - style.symbols.dot.length - 1;
  const facts = [
    OWN.concat("session ", style.cyan(shown(state.session)), name),
    ...(screen.remark === undefined ? [] : [shown(screen.remark)]),
    oneLine(state.definition.name, room, style),
    ...(state.project === null ? [] : [oneLine(state.project, room, style)]),
    ago(state.updatedAt, screen.now),
  ];
  const items = progress.total === 1 ? OWN.concat("item") : OWN.concat("items");
  const share = OWN.concat(num(progress.done), " of ", num(progress.total), " ", items, " done");
  // A bar says nothing that the numbers do not: without a terminal it is left out.
  const end = standing(state, progress.revoked, style);
  const wide = Math.min(BAR_WIDTH, style.width - share.length - visibleLength(end) - 1);
  const drawn = style.terminal
    ? OWN.concat(bar(progress.done, progress.total, wide, style), " ")
    : OWN;
  return lines([
    style.bold(OWN.concat("Task: ", hang(state.task, style, GUTTER_WIDTH, "Task: ".length))),
    ...factLines(facts, style),
    OWN.concat(drawn, share, end),
    ...[screen.where ?? [], progress.remarks ?? [], screen.changed ?? []].flat()
      .map((text) => style.dim(hang(text, style, GUTTER_WIDTH))),
    ...(screen.risk?.events === undefined ? [] : [style.yellow(shown(screen.risk.why))]),
  ]);
}

/** Facts behind each other, broken between two of them. */
function factLines(facts: readonly Shown[], style: Style): readonly Shown[] {
  const { dot } = style.symbols;
  const rows: Shown[] = [];
  let line = OWN;
  for (const fact of facts) {
    const longer = line === "" ? fact : OWN.concat(line, " ", dot, " ", fact);
    if (line !== "" && visibleLength(longer) > style.width) {
      rows.push(line);
      line = OWN.concat(dot, " ", fact);
    } else {
      line = longer;
    }
  }
  return [...rows, line];
}

function standing({ status }: SessionState, revoked: string | undefined, style: Style): Shown {
  if (status === "active") return OWN;
  const end = status === "completed"
    ? style.green(OWN.concat("finished"))
    : style.yellow(OWN.concat("abandoned"));
  const since = revoked === undefined
    ? OWN
    : OWN.concat("; ", style.yellow(hang(revoked, style, GUTTER_WIDTH)));
  return OWN.concat(", ", end, since);
}

function phases(progress: Progress, style: Style): Shown {
  const longest = Math.max(...progress.phases.map((phase) => visibleLength(phase.id)), 0);
  const width = Math.min(longest, Math.floor(style.width / 2));
  const digits = String(Math.max(...progress.phases.map((phase) => phase.total), 0)).length;
  return lines(
    progress.phases.map((phase) => phaseLine(phase, progress, { width, digits }, style)),
  );
}

const REMARKS = words({
  stopped: "stopped here",
  approved: "approved",
  missing: "needs approval",
  none: "",
});

/** Whether something of an ended phase does not hold any more: an approval, or what was checked again. */
function isUndone({ id }: PhaseProgress, { bypasses, blockers }: Progress): boolean {
  return bypasses.some((notice) => notice.kind === "approval_revoked" && notice.phase === id) ||
    blockers.some((blocker) => blocker.kind === "item_open" && blocker.phase === id);
}

function phaseLine(
  phase: PhaseProgress,
  progress: Progress,
  { width, digits }: { readonly width: number; readonly digits: number },
  style: Style,
): Shown {
  const { symbols } = style;
  const active = phase.id === progress.phase;
  // The phase in which an abandoned workflow ended is still active.
  const stopped = progress.phase === null && phase.status === "active";
  const mark = active
    ? style.cyan(symbols.active)
    : phase.status === "completed" && isUndone(phase, progress)
    ? style.red(symbols.failed)
    : phase.status === "completed"
    ? style.green(symbols.done)
    : stopped
    ? style.yellow(symbols.skipped)
    : style.dim(symbols.open);
  const remark = stopped
    ? REMARKS.stopped
    : phase.approval === "given"
    ? REMARKS.approved
    : phase.approval === "missing" && active
    ? REMARKS.missing
    : REMARKS.none;
  const id = pad(oneLine(phase.id, width, style), width);
  const numbers = OWN.concat(padLeft(num(phase.done), digits), "/", num(phase.total));
  const text = OWN.concat(id, "  ", numbers);
  const room = style.width - symbols.done.length - 3 - width - 3 - 2 * digits -
    (remark === "" ? 0 : remark.length + 2);
  const name = sameWord(phase.name, phase.id) || room < 8 ? OWN : oneLine(phase.name, room, style);
  const paint = active ? style.bold : phase.status === "completed" ? undefined : style.dim;
  const line = name === "" ? text : OWN.concat(pad(text, width + 3 + 2 * digits), "  ", name);
  const paintRemark = remark === REMARKS.approved ? style.dim : style.yellow;
  return OWN.concat(
    mark,
    " ",
    paint === undefined ? line : paint(line),
    remark === "" ? OWN : OWN.concat("  ", paintRemark(remark)),
  );
}

function list(title: Shown, entries: readonly string[], style: Style): Shown {
  if (entries.length === 0) return OWN;
  const { bullet } = style.symbols;
  return lines([
    style.bold(title),
    ...entries.map((entry) => OWN.concat("  ", bullet, " ", hang(entry, style, LIST_INDENT))),
  ]);
}

/** Columns in front of an entry of a list, its bullet included. */
const LIST_INDENT = 4;

function notes(state: SessionState, style: Style): Shown {
  const { count, recent } = state.notes;
  const newest = recent.slice(-NOTES_SHOWN).map((note) =>
    note.phase === null ? note.text : `[${note.phase}] ${note.text}`
  );
  const title = count > newest.length
    ? OWN.concat("Notes (last ", num(newest.length), " of ", num(count), ")")
    : OWN.concat("Notes");
  return list(title, newest, style);
}

function skips(progress: Progress, most: number, style: Style): Shown {
  const entries = progress.skips.map((skip) => `${skip.phase}/${skip.item}: ${skip.reason}`);
  return list(OWN.concat("Skipped"), firstFew(entries, most), style);
}

function firstFew(entries: readonly string[], most: number): readonly string[] {
  return entries.length <= most
    ? entries
    : [...entries.slice(0, most), `and ${entries.length - most} more`];
}

function ending(state: SessionState, screen: StatusScreen, style: Style): Shown {
  const why = state.abandonReason ?? state.endNotes;
  const when = state.endedAt ?? state.updatedAt;
  const by = state.endedBy === undefined ? OWN : OWN.concat(" by ", shown(state.endedBy.name));
  const how = state.status === "completed" ? OWN.concat("Finished") : OWN.concat("Abandoned");
  const line = OWN.concat(how, " ", clockTime(when, style), " (", ago(when, screen.now), ")", by);
  return why === undefined ? line : OWN.concat(line, "\n", style.dim(wrap(why, style, "  ")));
}

/** Items by their ids, for the checklist says the rest of them; everything else in words. */
function blockers(
  state: SessionState,
  progress: Progress,
  most: number,
  style: Style,
): Shown {
  if (progress.blockers.length === 0) return OWN;
  const last = state.definition.phases.at(-1)?.id === progress.phase;
  const words = progress.blockers.map((blocker) =>
    blocker.kind === "item_stale"
      ? `${blocker.item} (again)`
      : blocker.kind !== "item_open"
      ? blocker.message
      : blocker.phase !== progress.phase
      ? `${blocker.phase}/${blocker.item}`
      : blocker.item
  );
  const title = last ? OWN.concat("Blocking finish:") : OWN.concat("Blocking advance:");
  const text = flat(firstFew(words, most).join(", "));
  return OWN.concat(style.bold(title), " ", hang(text, style, GUTTER_WIDTH, title.length + 1));
}
