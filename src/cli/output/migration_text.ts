/**
 * How plans and results of moving over look.
 * @module
 */
import type { Plan } from "../../migration/plan.ts";
import type { RollbackResult } from "../../migration/rollback.ts";
import { joined, lines, num, say, type Shown, shown, words } from "./shown.ts";
import { sizeText } from "./size_text.ts";
import type { Style } from "./style.ts";
import { columns, count, flat, prose } from "./text.ts";

/** The plan for programs. */
export function planData(plan: Plan) {
  const { moves, copies, files, sessions, feedback, settings, settingsFile, settingsStay } = plan;
  const { current, stays, conflicts, total, space, tracked, scripts } = plan;
  return {
    moves,
    copies,
    files: files.map(({ path, to, bytes }) => ({ from: path, to, bytes })),
    sessions: sessions.map(({ id, workflow, ...session }) => ({
      session: id,
      workflowId: workflow,
      ...session,
    })),
    feedback: feedback.map(({ session, kind, lines }) => ({ session, kind, lines: lines.length })),
    settings,
    settingsFile,
    settingsStay,
    current,
    stays: stays.map(({ path, why }) => ({ path, why })),
    tracked,
    scripts,
    conflicts,
    total,
    space,
  };
}

function none({ settingsStay }: Plan): Shown {
  return settingsStay
    ? say`Nothing to migrate: the old tool's settings stay where they are.`
    : say`Nothing to migrate: there are no files of the old tool here.`;
}

/** The answer where there is nothing to move, for people. */
export function nothingText(plan: Plan, style: Style): Shown {
  return lines([none(plan), ...namedText(plan, style)]);
}

/** Free space is worth a word when it is less than this many times what is needed. */
const TIGHT = 20;

/** The plan for people. */
export function planText(plan: Plan, style: Style): Shown {
  if (plan.files.length === 0 && plan.moves.length === 0) {
    return lines([none(plan), ...staysText(plan.stays, style)]);
  }
  const { arrow } = style.symbols;
  const rows = [
    ...movesText(say`Would move`, plan.moves, style),
    ...movesText(say`Would copy, original stays`, plan.copies, style),
  ];
  if (plan.sessions.length > 0) {
    rows.push(say``, style.bold(say`Sessions`));
    rows.push(columns(plan.sessions.map(({ id, task, status, action, name, from }) => [
      say`  ${style.cyan(shown(id))}${name === null ? say`` : say` (${shown(name)})`}`,
      ACTIONS[action],
      shown(status),
      say`${flat(task)} ${style.dim(say`from ${shown(from)}`)}`,
    ])));
  }
  for (const { session, kind, lines: found } of plan.feedback) {
    rows.push(
      say`  ${count(found.length, say`line`)} of ${shown(kind)} feedback ${arrow} ${
        shown(session)
      }`,
    );
  }
  const settings = Object.keys(plan.settings);
  if (settings.length > 0) {
    const names = joined(settings.map(shown), say`, `);
    const file = shown(plan.settingsFile ?? "workflow.yaml");
    rows.push(say``, say`${style.bold(say`Settings`)} ${names} ${arrow} ${file}`);
  }
  rows.push(...staysText(plan.stays, style), ...elsewhereText(plan, style));
  for (const { message } of plan.conflicts) rows.push(say``, style.yellow(shown(message)));
  const { needed, free } = plan.space;
  const tight = free !== null && free < needed * TIGHT ? say`, ${sizeText(free)} free` : say``;
  const total = say`${count(plan.total.files, say`file`)}, ${sizeText(plan.total.bytes)}`;
  rows.push(
    say``,
    say`${style.bold(say`Total`)} ${total}; needs ${sizeText(needed)}${tight}`,
    style.terminal ? prose(ORIGINALS, style) : ORIGINALS,
  );
  return lines(rows);
}

function movesText(title: Shown, moves: Plan["moves"], style: Style): readonly Shown[] {
  if (moves.length === 0) return [];
  const { arrow } = style.symbols;
  return [
    style.bold(title),
    columns(moves.map(({ from, to, kind, files, bytes }) => {
      const folder = kind === "directory";
      const slash = folder ? say`/` : say``;
      const also = folder ? say`, ${count(files, say`file`)}` : say``;
      return [
        say`  ${shown(from)}${slash}`,
        say`${arrow} ${shown(to)}${slash}`,
        style.dim(say`${sizeText(bytes)}${also}`),
      ];
    })),
  ];
}

const ORIGINALS =
  say`The originals are moved to .orchestrator/migration_backup/; orchestrator migrate --rollback restores them.`;

const ACTIONS = words({
  create: "new",
  keep: "there already",
  replace: "replaced by the old state",
});

/** What the result says of what stays: files that a person may expect to be moved. */
function namedText(plan: Plan, style: Style): readonly Shown[] {
  return staysText(plan.stays.filter(({ ask, named }) => named && !ask), style);
}

function staysText(stays: Plan["stays"], style: Style): readonly Shown[] {
  if (stays.length === 0) return [];
  return [
    say``,
    style.bold(say`Stays`),
    columns(stays.map(({ path, why }) => [say`  ${shown(path)}`, style.dim(shown(why))])),
  ];
}

const SHOWN_TRACKED = 5;

const TRACKED =
  say`A commit of their removal takes this state from every other clone: let the others run orchestrator migrate first, or run orchestrator init --portable and commit .orchestrator/ with the removal. This program commits nothing.`;

/** Who else knows the old files: git, and scripts. */
function elsewhereText({ tracked, scripts }: Plan, style: Style): readonly Shown[] {
  const rows: Shown[] = [];
  if (tracked.length > 0) {
    const more = tracked.length - SHOWN_TRACKED;
    rows.push(
      say``,
      style.bold(say`Tracked by git`),
      ...tracked.slice(0, SHOWN_TRACKED).map((path) => say`  ${shown(path)}`),
      ...(more > 0 ? [say`  and ${num(more)} more`] : []),
      style.terminal ? prose(TRACKED, style) : TRACKED,
    );
  }
  if (scripts.length > 0) {
    rows.push(
      say``,
      style.bold(say`Scripts that read old places, and what gives the same answer now`),
      columns(scripts.map(({ file, line, name, now }) => [
        say`  ${shown(file)}:${num(line)}`,
        shown(name),
        style.cyan(shown(now)),
      ])),
    );
  }
  return rows;
}

/** What a migration did, for people. */
export function resultText(plan: Plan, backup: string, style: Style): Shown {
  const made = plan.sessions.filter((session) => session.action !== "keep").length;
  const { done } = style.symbols;
  const moved = say`${count(plan.total.files, say`file`)} (${sizeText(plan.total.bytes)})`;
  const rows = [say`${style.green(done)} Moved ${moved} into .orchestrator/`];
  if (made > 0) rows.push(say`${style.green(done)} Created ${count(made, say`session`)} from them`);
  const settings = Object.keys(plan.settings);
  if (settings.length > 0) {
    const names = joined(settings.map(shown), say`, `);
    rows.push(say`  settings now in ${shown(plan.settingsFile ?? "")}: ${names}`);
  }
  rows.push(
    say`  originals in ${shown(backup)}`,
    ...namedText(plan, style),
    ...elsewhereText(plan, style),
    say``,
    say`${style.bold(say`Next:`)} ${style.cyan(say`orchestrator status`)}   ${
      style.dim(say`to undo: orchestrator migrate --rollback`)
    }`,
  );
  return lines(rows);
}

type RollbackPlan = Omit<RollbackResult, "manifest">;

/** What going back would do, for people. */
export function rollbackPlanText(plan: RollbackPlan, keepNew: boolean, style: Style): Shown {
  const entry = (name: string) => say`  ${shown(name)}`;
  const rows = [style.bold(say`Would restore`), ...plan.restored.map(entry)];
  if (plan.removed.length > 0) {
    rows.push(say``, style.bold(say`Sessions to remove`), ...plan.removed.map(entry));
  }
  if (plan.kept.length > 0) {
    const title = keepNew ? say`Changed since, kept` : say`Changed since, blocks the rollback`;
    rows.push(say``, style.bold(title), ...plan.kept.map(entry));
  }
  return lines(rows);
}

/** What going back did, for people. */
export function rollbackText(result: RollbackPlan, style: Style): Shown {
  const back = result.files === 1 ? say`its old place` : say`their old places`;
  const done = style.green(style.symbols.done);
  const rows = [say`${done} Restored ${count(result.files, say`file`)} to ${back}`];
  if (result.kept.length > 0) {
    const kept = joined(result.kept.map(shown), say`, `);
    rows.push(say`  kept, because they changed since: ${kept}`);
  }
  return lines(rows);
}
