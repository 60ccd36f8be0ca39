/**
 * Runs checks concurrently, and fixes what they can fix.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { CannotTell, type Check, type Finding, SEVERITY, skipped } from "./check.ts";
import type { Examination } from "./examination.ts";

/** A check that ran. */
export interface CheckReport extends Finding {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly why: string;
  readonly fixable: boolean;
  /** Wall-clock time, whole milliseconds; checks run side by side. */
  readonly durationMs: number;
  /** What `--fix` did, or would do with `--dry-run`. */
  readonly fixed?: readonly string[];
}

/** How to run. */
export interface DoctorOptions {
  readonly fix: boolean;
  /** With `fix`: report what would be fixed, without changing anything. */
  readonly dryRun: boolean;
  /** Makes a new examination after a fix. */
  readonly again: () => Examination;
}

/**
 * Runs the checks on one examination. A check that throws is reported as an error, and the rest
 * continue.
 */
export async function examine(
  checks: readonly Check[],
  examination: Examination,
  options: DoctorOptions,
): Promise<readonly CheckReport[]> {
  const first = await Promise.all(checks.map((check) => runCheck(check, examination)));
  if (!options.fix) return first;
  const reports: CheckReport[] = [];
  for (const [index, check] of checks.entries()) {
    const report = first[index];
    if (report === undefined) continue;
    if (!report.fixable || check.fix === undefined) {
      reports.push(report);
    } else if (options.dryRun) {
      reports.push({ ...report, fixed: [`Would fix: ${report.todo ?? report.seen}`] });
    } else {
      reports.push(await fixAndLookAgain(check, report, options));
    }
  }
  return reports;
}

/** The worst level of all reports. */
export function worst(reports: readonly CheckReport[]): Finding["level"] {
  return reports.reduce<Finding["level"]>(
    (level, report) => SEVERITY[report.level] > SEVERITY[level] ? report.level : level,
    "ok",
  );
}

async function fixAndLookAgain(
  check: Check,
  report: CheckReport,
  options: DoctorOptions,
): Promise<CheckReport> {
  try {
    const fixed = await check.fix?.(options.again()) ?? [];
    const again = await runCheck(check, options.again());
    // An earlier fix or another process may have done it.
    return { ...again, fixed: fixed.length > 0 ? fixed : ["Nothing to fix"] };
  } catch (error) {
    return { ...report, fixed: [`The fix failed: ${messageOf(error)}`] };
  }
}

async function runCheck(check: Check, examination: Examination): Promise<CheckReport> {
  const { id, area, title, why } = check;
  const started = performance.now();
  const base = { id, area, title, why };
  let finding: Finding;
  if (check.network === true && examination.options.offline) {
    finding = { level: "skipped", seen: "skipped (--offline)" };
  } else if (check.needsState === true && examination.unusable !== null) {
    finding = skipped("the state directory cannot be used");
  } else {
    try {
      finding = await check.run(examination);
    } catch (error) {
      finding = failure(error);
    }
  }
  return {
    ...base,
    ...finding,
    fixable: finding.fixable === true && check.fix !== undefined,
    durationMs: Math.round(performance.now() - started),
  };
}

/** What a check did not expect: a file that cannot be read, or a bug. */
function failure(error: unknown): Finding {
  if (error instanceof CannotTell) return skipped(error.message);
  if (!(error instanceof OrchestratorError)) {
    return { level: "error", seen: `The check itself failed: ${messageOf(error)}` };
  }
  return {
    level: "error",
    seen: error.message,
    todo: error.hint ?? "Check the file and its permissions",
  };
}

function messageOf(error: unknown): string {
  if (error instanceof OrchestratorError || error instanceof Error) return error.message;
  return String(error);
}
