/**
 * `orchestrator migrate [--dry-run | --rollback]`
 * @module
 */
import { existsSync } from "node:fs";
import { OrchestratorError } from "../../errors.ts";
import { readJournal, readMarker } from "../../migration/journal.ts";
import { migrate, type MigrateResult } from "../../migration/migrate.ts";
import {
  type Choice,
  conflictWarning,
  isEmptyPlan,
  makePlanUnheld,
  type Plan,
  stayWarning,
} from "../../migration/plan.ts";
import { planRollback, type RollbackResult } from "../../migration/rollback.ts";
import { movedOn, rollBack } from "../../migration/rollback.ts";
import type { Progress } from "../../migration/stage.ts";
import { insteadOfMigrating } from "../../app/legacy/old_files_in_worktree.ts";
import { requireOwnState } from "../../app/main_checkout_only.ts";
import { VERSION } from "../../version.ts";
import type { AnswerTo, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import {
  nothingText,
  planData,
  planText,
  resultText,
  rollbackPlanText,
  rollbackText,
} from "../output/migration_text.ts";
import { ProgressLine } from "../output/progress_line.ts";
import { styleFor } from "../output/style_for.ts";
import { count } from "../output/text.ts";
import { num, say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"migrate">> {
  refuseContradictions(input);
  // A migration for this worktree alone would hide the sessions of the shared state.
  requireOwnState(context, "migrate", null, insteadOfMigrating(context.paths));
  // Before anything is made: a damaged or newer project must not be written to.
  void context.meta;
  if (input.has("rollback")) return await goBack(context, input);
  if (input.has("dry-run")) return await look(context, input);
  return await move(context, input);
}

function refuseContradictions(input: Input): void {
  const pairs = [
    ["force-from-old", "force-from-new"],
    ["rollback", "force-from-old"],
    ["rollback", "force-from-new"],
    ["rollback", "auto-rollback"],
    ["rollback", "interactive"],
    ["rollback", "copy-links"],
    ["dry-run", "interactive"],
  ] as const;
  for (const [one, other] of pairs) {
    if (!input.has(one) || !input.has(other)) continue;
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot migrate: --${one} and --${other} cannot be used together`,
    );
  }
  if (input.has("keep-new") && !input.has("rollback")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "--keep-new" without "--rollback": a migration removes no session`,
    );
  }
}

function options(context: Context, input: Input) {
  return {
    prefer: input.has("force-from-old")
      ? "old" as const
      : input.has("force-from-new")
      ? "new" as const
      : undefined,
    copyLinks: input.has("copy-links"),
    salt: context.io.env["WORKFLOW_SALT"],
  };
}

async function look(context: Context, input: Input): Promise<AnswerTo<"migrate">> {
  const pending = existsSync(context.paths.migrationJournal);
  if (pending) context.warn(PENDING);
  const { plan } = await makePlanUnheld(context.paths, context.manager, options(context, input));
  for (const warning of plan.warnings) context.warn(warning);
  warnOfConflicts(context, input, plan, "before");
  return {
    data: { dryRun: true, pending, ...planData(plan) },
    text: (style) => planText(plan, style),
  };
}

/** Old and new differ: how to decide, unless this run has decided it. */
function warnOfConflicts(
  context: Context,
  input: Input,
  { conflicts }: Plan,
  when: "before" | "after",
): void {
  const decided = input.has("force-from-old") || input.has("force-from-new");
  for (const conflict of conflicts) {
    context.warn(decided ? conflict.message : conflictWarning(conflict, when));
  }
}

const PENDING =
  "A migration was interrupted here; the next command that changes something finishes or undoes it";

async function move(context: Context, input: Input): Promise<AnswerTo<"migrate">> {
  const { paths, manager } = context;
  const pending = existsSync(paths.migrationJournal);
  if (pending) {
    const { recoverBefore } = await import("../../app/legacy/migration_gate.ts");
    await recoverBefore(context);
  }
  const choices = new Map<string, Choice>();
  let { plan } = await makePlanUnheld(paths, manager, options(context, input));
  if (input.has("interactive") && await askAll(context, input, plan, choices)) {
    ({ plan } = await makePlanUnheld(paths, manager, { ...options(context, input), choices }));
  }
  if (isEmptyPlan(plan)) {
    if (input.has("force-from-old")) refuseLateForce(context, "old");
    if (input.has("force-from-new")) refuseLateForce(context, "new");
    return nothing(context, plan, pending);
  }
  if (!input.has("yes")) {
    const style = styleFor("stderr", input, context.io);
    if (context.io.isTerminal("stderr")) context.io.err(say`${planText(plan, style)}\n\n`);
  }
  await confirm(context, input, {
    text: say`Move ${count(plan.total.files, say`file`)} into .orchestrator/?`,
    doing: `migrate "${paths.root}"`,
    hint: "Run `orchestrator migrate --dry-run` for a preview, or add --yes to migrate",
  });
  using line = ProgressLine.of(context.io, input);
  const result = await migrate({
    paths,
    manager,
    actor: context.actor,
    now: context.io.now,
    toolVersion: VERSION,
    options: { ...options(context, input), choices },
    autoRollback: input.has("auto-rollback"),
    onProgress: ({ step, ...done }) => line.showFiles(step, done),
    signal: context.io.interrupted,
  });
  line.clear();
  await context.refresh();
  if (result.backup === null) return nothing(context, result.plan);
  for (const warning of [...result.plan.warnings, ...result.findings]) context.warn(warning);
  warnOfConflicts(context, input, result.plan, "after");
  return done(result);
}

/** A migration has decided, and the old state is in the backup: a rollback has to come first. */
function refuseLateForce({ paths }: Context, side: "old" | "new"): void {
  if (readMarker(paths) === null) return;
  throw new OrchestratorError(
    "state_moved",
    side === "old"
      ? `Cannot use the old state of "${paths.root}": a migration has moved it to the backup`
      : `Cannot use the new state of "${paths.root}" over the old one: a migration has moved the old one to the backup`,
    {
      hint:
        `Run \`orchestrator migrate --rollback\` first (--keep-new where sessions moved on), then \`orchestrator migrate --force-from-${side}\``,
    },
  );
}

function nothing(context: Context, plan: Plan, recovered = false): AnswerTo<"migrate"> {
  for (const stay of plan.stays) if (stay.ask) context.warn(stayWarning(stay));
  return {
    data: { migrated: false, recovered, ...planData(plan) },
    text: (style) =>
      recovered
        ? say`${
          style.green(style.symbols.done)
        } Finished an interrupted migration; nothing more to move`
        : nothingText(plan, style),
  };
}

function done(result: MigrateResult): AnswerTo<"migrate"> {
  const { plan, backup, manifest } = result;
  return {
    data: {
      migrated: true,
      ...planData(plan),
      files: manifest?.files ?? [],
      backup,
      marker: ".orchestrator/.migration_complete",
    },
    text: (style) => resultText(plan, backup ?? "", style),
  };
}

/** @returns whether anything was decided. */
async function askAll(
  context: Context,
  input: Input,
  plan: Plan,
  choices: Map<string, Choice>,
): Promise<boolean> {
  const open = plan.stays.filter((stay) => stay.ask);
  if (open.length === 0) return false;
  const { io } = context;
  const silent = input.has("no-input") || input.has("json") || !io.isTerminal("stdin") ||
    !io.isTerminal("stderr");
  if (silent) {
    throw new OrchestratorError(
      "terminal_needed",
      `Cannot ask about "${open[0]?.path}": there is no terminal`,
      { hint: "Without --interactive these files are not moved, but listed" },
    );
  }
  for (const { path, to, why, copied } of open) {
    const question = copied ? say`copy it, and leave it there?` : say`move it too?`;
    const answer = await io.confirm(say`"${shown(path)}" (${shown(why)}): ${question}`);
    if (answer === null) {
      throw new OrchestratorError("interrupted", "Cannot migrate: canceled");
    }
    if (!answer) continue;
    choices.set(path, { to: await askTarget(context, to) });
  }
  return choices.size > 0;
}

/** Asks where a file is to go, `usual` by default, until the answer will do. */
async function askTarget({ io }: Context, usual: string): Promise<string> {
  for (;;) {
    const answer = await io.askText(say`Where to, inside .orchestrator/?`, shown(usual));
    // What is offered stands for the name, however it had to be spelled out.
    const typed = answer === shown(usual) ? usual : answer;
    if (typed === null) {
      throw new OrchestratorError("interrupted", "Cannot migrate: canceled");
    }
    const target = targetFrom(typed);
    if (target !== null) return target;
    io.err(
      say`"${shown(typed)}" is not valid: it must be below archive/, prd/ or secrets/\n`,
    );
  }
}

/**
 * A place a person chose: inside the state directory, and not where the program keeps its own; null
 * for any other.
 */
function targetFrom(text: string): string | null {
  const path = text.trim().replace(/^\.orchestrator\//, "").replace(/\/+$/, "");
  const parts = path.split("/");
  const safe = /^(?:archive|prd|secrets)$/.test(parts[0] ?? "") && parts.length > 1 &&
    parts.every((part) => part !== "" && part !== "." && part !== "..") && !/[\\\0]/.test(path);
  return safe ? path : null;
}

async function goBack(context: Context, input: Input): Promise<AnswerTo<"migrate">> {
  const { paths, manager, io } = context;
  const keepNew = input.has("keep-new");
  if (readJournal(paths)?.operation === "rollback" && !input.has("dry-run")) {
    const { recoverBefore } = await import("../../app/legacy/migration_gate.ts");
    await recoverBefore(context);
    return {
      data: { rolledBack: true, recovered: true },
      text: (style) => say`${style.green(style.symbols.done)} Finished the rollback`,
    };
  }
  const { manifest: _, ...planned } = await planRollback(paths, manager);
  if (input.has("dry-run")) {
    return {
      data: { dryRun: true, ...planned },
      text: (style) => rollbackPlanText(planned, keepNew, style),
    };
  }
  if (planned.kept.length > 0 && !keepNew) throw movedOn(planned.kept);
  if (!input.has("yes") && io.isTerminal("stderr")) {
    const style = styleFor("stderr", input, io);
    io.err(say`${rollbackPlanText(planned, keepNew, style)}\n\n`);
  }
  await confirm(context, input, {
    text: planned.files === 1
      ? say`Restore 1 file to its original place?`
      : say`Restore ${num(planned.files)} files to their original places?`,
    doing: `roll back in "${paths.root}"`,
    hint: "Run `orchestrator migrate --rollback --dry-run` for a preview",
  });
  using line = ProgressLine.of(io, input);
  const onProgress = ({ step, ...done }: Progress) => line.showFiles(step, done);
  const result: RollbackResult = await manager.withRepositoryLock(
    "migrate --rollback",
    () => rollBack({ paths, manager, keepNew, now: io.now(), tool: VERSION, onProgress }),
  );
  await context.refresh();
  return { data: { rolledBack: true, ...result }, text: (style) => rollbackText(result, style) };
}
