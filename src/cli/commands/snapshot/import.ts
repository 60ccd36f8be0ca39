/**
 * `orchestrator snapshot import [file]`
 * @module
 */
import {
  type ImportedSession,
  type ImportProgress,
  type ImportReport,
  importSnapshot,
} from "../../../snapshot/import.ts";
import type { Relation } from "../../../snapshot/relation.ts";
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { sessionCount } from "../../output/snapshot_text.ts";
import type { Style } from "../../output/style.ts";
import { columns, oneLine, printable } from "../../output/text.ts";
import { openingKey, snapshotBytes, snapshotLimits } from "../../snapshot/key.ts";
import { SnapshotProgress } from "../../snapshot/progress.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  context.requireWritableRoot();
  const { manager, paths, io } = context;
  const dryRun = input.has("dry-run");
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
      step === "put"
        ? progress.showOnly(STEPS[step], done, total)
        : progress.show(STEPS[step], done, total),
  });
  context.refresh();
  return {
    data: {
      dryRun,
      encrypted: report.encrypted,
      from: report.manifest.repository,
      created: report.manifest.created,
      initialised: report.initialised,
      sessions: report.sessions,
      placed: report.repository,
    },
    text: (style) => reportText(report, dryRun, style),
  };
}

const STEPS: Readonly<Record<ImportProgress, string>> = {
  read: "Reading",
  check: "Checking",
  put: "Importing",
};

const OUTCOMES: Readonly<Record<Relation, string>> = {
  new: "new",
  same: "the same here",
  newer: "continued",
  older: "replaced by an older copy",
  diverged: "replaced by another copy",
};

/** Most rows of a list of sessions. */
const ROWS = 20;

function reportText(report: ImportReport, dryRun: boolean, style: Style): string {
  const changed = report.sessions.filter((session) => session.changed);
  const head = dryRun
    ? `Would import ${sessionCount(changed.length)}`
    : changed.length === 0
    ? "Nothing to import: everything is here already"
    : `Imported ${sessionCount(changed.length)}`;
  const mark = dryRun ? style.dim(style.symbols.bullet) : style.green(style.symbols.done);
  const rows = report.sessions.slice(0, ROWS).map((session) => row(session, style));
  const backups = [...new Set(changed.flatMap(({ backup }) => backup === null ? [] : [backup]))];
  const more = report.sessions.length - rows.length;
  return [
    `${mark} ${head}`,
    ...(rows.length === 0 ? [] : [columns(rows).replace(/^/gm, "  ")]),
    ...(more > 0 ? [style.dim(`  and ${more} more`)] : []),
    ...backups.map((folder) => `  the copy that was here: .orchestrator/${folder}`),
    ...(report.repository.secrets > 0 ? [`  secrets: ${report.repository.secrets}`] : []),
    ...(report.repository.old > 0 ? [`  files of the old tool: ${report.repository.old}`] : []),
    ...keptText(report.repository.kept),
  ].join("\n");
}

/** Most names of files that were kept. */
const NAMES = 3;

function keptText(kept: readonly string[]): readonly string[] {
  if (kept.length === 0) return [];
  const more = kept.length > NAMES ? ` and ${kept.length - NAMES} more` : "";
  const names = kept.slice(0, NAMES).map(printable).join(", ");
  return [`  not imported, because other files have these names here: ${names}${more}`];
}

function row(session: ImportedSession, style: Style): readonly string[] {
  const { id, relation, seq, localSeq, task } = session;
  const events = localSeq === null || localSeq === seq
    ? `event ${seq}`
    : `event ${localSeq} ${style.symbols.arrow} ${seq}`;
  return [style.cyan(id), OUTCOMES[relation], events, oneLine(task, 36, style)];
}
