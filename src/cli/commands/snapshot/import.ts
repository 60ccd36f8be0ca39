/**
 * `orchestrator snapshot import [file]`
 * @module
 */
import {
  type ImportedSession,
  type ImportReport,
  importSnapshot,
} from "../../../snapshot/import.ts";
import type { Relation } from "../../../snapshot/relation.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, num, say, type Shown, shown, words } from "../../output/shown.ts";
import { sessionCount, sessionData } from "../../output/snapshot_text.ts";
import type { Style } from "../../output/style.ts";
import { columns, lead, oneLine } from "../../output/text.ts";
import { openingKey, snapshotBytes, snapshotLimits } from "../../snapshot/key.ts";
import { SnapshotProgress } from "../../snapshot/progress.ts";
import { takeRemovals } from "../../../app/state/find_on_branch.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"snapshot import">> {
  context.requireWritableRoot();
  const { manager, paths, io } = context;
  const dryRun = input.has("dry-run");
  if (!dryRun) await takeRemovals(context);
  using progress = new SnapshotProgress(context, input);
  const report = await importSnapshot({
    manager,
    paths,
    now: io.now,
    warn: (message) => context.warn(message),
    bytes: progress.stoppable(await snapshotBytes(context, input)),
    read: {
      limits: await snapshotLimits(context),
      askKey: (needed) => openingKey(context, input, needed),
    },
    ...(input.has("session") ? { sessions: input.options("session") } : {}),
    replace: input.has("replace"),
    adopt: input.has("adopt"),
    dryRun,
    onProgress: (step, done, total) =>
      step === "put" ? progress.showOnly(step, done, total) : progress.show(step, done, total),
  });
  await context.refresh();
  return {
    data: {
      dryRun,
      encrypted: report.encrypted,
      repository: report.manifest.repository,
      createdAt: report.manifest.created,
      initialised: report.initialised,
      sessions: report.sessions.map(sessionData),
      placed: report.repository,
    },
    text: (style) => reportText(report, dryRun, style),
  };
}

const OUTCOMES: Readonly<Record<Relation, Shown>> = words({
  new: "new",
  same: "the same here",
  newer: "continued",
  older: "replaced by an older copy",
  diverged: "replaced by another copy",
});

/** Most rows of a list of sessions. */
const ROWS = 20;

function reportText(report: ImportReport, dryRun: boolean, style: Style): Shown {
  const changed = report.sessions.filter((session) => session.changed);
  const head = dryRun
    ? say`Would import ${sessionCount(changed.length)}`
    : changed.length === 0
    ? say`Nothing to import: everything is here already`
    : say`Imported ${sessionCount(changed.length)}`;
  const mark = dryRun ? style.dim(style.symbols.bullet) : style.green(style.symbols.done);
  const rows = report.sessions.slice(0, ROWS).map((session) => row(session, style));
  const backups = [...new Set(changed.flatMap(({ backup }) => backup === null ? [] : [backup]))];
  const more = report.sessions.length - rows.length;
  const { secrets, old, kept } = report.repository;
  return lines([
    say`${mark} ${head}`,
    ...(rows.length === 0 ? [] : [columns(rows, "  ")]),
    ...(more > 0 ? [style.dim(say`  and ${num(more)} more`)] : []),
    ...backups.map((folder) => say`the previous local copy: .orchestrator/${shown(folder)}`),
    ...(secrets > 0 ? [say`  secrets: ${num(secrets)}`] : []),
    ...(old > 0 ? [say`  files of the old tool: ${num(old)}`] : []),
    ...keptText(kept),
  ]);
}

/** Most names of files that were kept. */
const NAMES = 3;

function keptText(kept: readonly string[]): readonly Shown[] {
  if (kept.length === 0) return [];
  const more = kept.length > NAMES ? say` and ${num(kept.length - NAMES)} more` : say``;
  const names = shown(kept.slice(0, NAMES).join(", "));
  return [say`not imported, because other files here have these names: ${names}${more}`];
}

function row(session: ImportedSession, style: Style): readonly Shown[] {
  const { id, relation, seq, localSeq, task } = session;
  const events = localSeq === null || localSeq === seq
    ? say`event ${num(seq)}`
    : say`event ${num(localSeq)} ${style.symbols.arrow} ${num(seq)}`;
  return [style.cyan(lead(id)), OUTCOMES[relation], events, oneLine(task, 36, style)];
}
