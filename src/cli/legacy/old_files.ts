/**
 * A cheap look for the old tool's files, and for a migration that was cut off, around each command.
 * Everything beyond the look is loaded when there is something.
 * @module
 */
import { existsSync } from "node:fs";
import type { CommandSpec, Input } from "../command.ts";
import type { Context } from "../context.ts";
import type { Shown } from "../output/shown.ts";

/** Where the old tool leaves something whatever it does. */
const TRACES = [".workflow_state.json", ".workflow_log.jsonl"] as const;

/** Commands that deal with it themselves. */
const OWN = new Set(["migrate", "import-legacy"]);

/**
 * Before a command that changes something: finishes or undoes what was cut off, and moves over where
 * the configuration says so.
 */
export async function beforeChange(context: Context, input: Input): Promise<void> {
  const { spec } = context;
  if (!changesState(spec) || OWN.has(spec.path) || input.has("dry-run")) return;
  if (context.paths.isHome) return;
  if (existsSync(context.paths.migrationJournal)) {
    const { recoverBefore } = await import("./migration_gate.ts");
    await recoverBefore(context);
  }
  // Whoever gives the program up does not want it to take more in.
  if (spec.path === "deinit" || !hasOldFiles(context)) return;
  const { migrateIfConfigured } = await import("./migration_notice.ts");
  await migrateIfConfigured(context);
}

/**
 * After `status` and after a command that changed something: says that there are old files, or that
 * a migration was cut off. A person at a terminal gets a box for the former, everybody else a line
 * among the warnings.
 * @returns the box, for stderr; null where there is none.
 */
export async function noticeAfter(context: Context, input: Input): Promise<Shown | null> {
  const { spec, paths } = context;
  if ((!changesState(spec) && spec.path !== "status") || OWN.has(spec.path)) return null;
  if (paths.isHome || spec.path === "deinit") return null;
  if (existsSync(paths.migrationJournal)) {
    const { warnOfInterruption } = await import("./migration_notice.ts");
    await warnOfInterruption(context);
    return null;
  }
  if (!hasOldFiles(context)) return null;
  const { notice } = await import("./migration_notice.ts");
  return await notice(context, input);
}

/** Whether a command is one that changes something of the project. */
function changesState({ changes }: CommandSpec): boolean {
  return changes === "session" || changes === "project";
}

function hasOldFiles(context: Context): boolean {
  const { paths } = context;
  if (TRACES.some((name) => existsSync(`${paths.root}/${name}`))) return true;
  // Sessions of the old tool: not initialised yet, or imported and not moved over.
  try {
    const { meta } = context;
    return meta === null
      ? existsSync(paths.sessions)
      : meta["imported"] !== undefined && !existsSync(paths.migrationMarker);
  } catch {
    // A damaged meta.json is the command's own affair: it may be the one that repairs it.
    return false;
  }
}
