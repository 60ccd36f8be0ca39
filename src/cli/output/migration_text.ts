/**
 * How plans and results of moving over look.
 * @module
 */
import type { Plan } from "../../migration/plan.ts";
import type { RollbackResult } from "../../migration/rollback.ts";
import type { Style } from "./style.ts";
import { columns, printable } from "./text.ts";

/** The plan for programs. */
export function planData(plan: Plan) {
  const { moves, files, sessions, feedback, settings, current, stays, conflicts, total, space } =
    plan;
  return {
    moves,
    files: files.map(({ path, to, bytes }) => ({ from: path, to, bytes })),
    sessions,
    feedback: feedback.map(({ session, kind, lines }) => ({ session, kind, lines: lines.length })),
    settings,
    current,
    stays: stays.map(({ path, why }) => ({ path, why })),
    conflicts,
    total,
    space,
  };
}

/** A number of bytes for people: `312 B`, `1.2 MB` (powers of 1000). */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 9.95 ? 1 : 0)} ${units[unit]}`;
}

/** Free space is worth a word when it is less than this many times what is needed. */
const TIGHT = 20;

/** The plan for people. */
export function planText(plan: Plan, style: Style): string {
  if (plan.moves.length === 0) {
    const lines = ["Nothing to migrate: there are no files of the old tool here."];
    lines.push(...staysText(plan, style));
    return lines.join("\n");
  }
  const lines = [style.bold("Would move")];
  const { arrow } = style.symbols;
  lines.push(columns(plan.moves.map(({ from, to, kind, files, bytes }) => [
    `  ${printable(from)}${kind === "directory" ? "/" : ""}`,
    `${arrow} ${printable(to)}${kind === "directory" ? "/" : ""}`,
    style.dim(`${size(bytes)}${kind === "directory" ? `, ${count(files, "file")}` : ""}`),
  ])));
  if (plan.sessions.length > 0) {
    lines.push("", style.bold("Sessions"));
    lines.push(columns(plan.sessions.map(({ id, task, status, action, name, from }) => [
      `  ${style.cyan(id)}${name === null ? "" : ` (${printable(name)})`}`,
      { create: "new", keep: "there already", replace: "replaced by the old state" }[action],
      printable(status),
      `${printable(task)} ${style.dim(`from ${printable(from)}`)}`,
    ])));
  }
  for (const { session, kind, lines: found } of plan.feedback) {
    lines.push(`  ${count(found.length, "line")} of ${kind} feedback ${arrow} ${session}`);
  }
  const settings = Object.keys(plan.settings);
  if (settings.length > 0) {
    lines.push("", `${style.bold("Settings")} ${settings.join(", ")} ${arrow} workflow.yaml`);
  }
  lines.push(...staysText(plan, style));
  for (const { message } of plan.conflicts) lines.push("", style.yellow(printable(message)));
  const { needed, free } = plan.space;
  const tight = free !== null && free < needed * TIGHT ? `, ${size(free)} free` : "";
  lines.push(
    "",
    `${style.bold("Total")} ${count(plan.total.files, "file")}, ${size(plan.total.bytes)}; needs ${
      size(needed)
    }${tight}`,
    "The originals go to .orchestrator/migration_backup/; orchestrator migrate --rollback brings them back.",
  );
  return lines.join("\n");
}

function staysText(plan: Plan, style: Style): readonly string[] {
  if (plan.stays.length === 0) return [];
  return [
    "",
    style.bold("Stays"),
    columns(plan.stays.map(({ path, why }) => [`  ${printable(path)}`, style.dim(why)])),
  ];
}

/** What a migration did, for people. */
export function resultText(plan: Plan, backup: string, style: Style): string {
  const made = plan.sessions.filter((session) => session.action !== "keep").length;
  const { done } = style.symbols;
  const lines = [
    `${style.green(done)} Moved ${count(plan.total.files, "file")} (${
      size(plan.total.bytes)
    }) into .orchestrator/`,
  ];
  if (made > 0) lines.push(`${style.green(done)} Made ${count(made, "session")} of them`);
  lines.push(
    `  originals in ${backup}`,
    "",
    `${style.bold("Next:")} ${style.cyan("orchestrator status")}   ${
      style.dim("or go back: orchestrator migrate --rollback")
    }`,
  );
  return lines.join("\n");
}

type RollbackPlan = Omit<RollbackResult, "manifest">;

/** What going back would do, for people. */
export function rollbackPlanText(plan: RollbackPlan, keepNew: boolean, style: Style): string {
  const lines = [
    style.bold("Would bring back"),
    ...plan.restored.map((path) => `  ${printable(path)}`),
  ];
  if (plan.removed.length > 0) {
    lines.push("", style.bold("Sessions that go"), ...plan.removed.map((id) => `  ${id}`));
  }
  if (plan.kept.length > 0) {
    lines.push(
      "",
      style.bold(keepNew ? "Changed since, stays" : "Changed since, stands in the way"),
      ...plan.kept.map((name) => `  ${printable(name)}`),
    );
  }
  return lines.join("\n");
}

/** What going back did, for people. */
export function rollbackText(result: RollbackPlan, style: Style): string {
  const lines = [
    `${style.green(style.symbols.done)} Brought ${count(result.files, "file")} back to ${
      result.files === 1 ? "its old place" : "their old places"
    }`,
  ];
  if (result.kept.length > 0) {
    lines.push(`  kept, because they changed since: ${result.kept.map(printable).join(", ")}`);
  }
  return lines.join("\n");
}

/** `1 file`, `2 files` */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
