/**
 * `orchestrator doctor`
 * @module
 */
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { OrchestratorError } from "../../errors.ts";
import { AREAS, type Check, count } from "../../doctor/check.ts";
import { CHECKS } from "../../doctor/checks/mod.ts";
import { type CheckReport, examine, worst } from "../../doctor/doctor.ts";
import { Examination } from "../../doctor/examination.ts";
import { REAL_SYSTEM } from "../../doctor/system.ts";
import { VERSION } from "../../version.ts";
import { didYouMean } from "../../workflow/nearest.ts";
import type { AnswerTo, Input } from "../command.ts";
import { configFiles } from "../../app/configuration.ts";
import type { Context } from "../context.ts";
import { lines, say, type Shown, shown } from "../output/shown.ts";
import type { Style } from "../output/style.ts";
import { hang, painted, prose, wrap } from "../output/text.ts";
import { requiredSecrets } from "../../app/secrets/required.ts";
import { ageKeys, makeStore } from "../../app/secrets/store.ts";
import { findAnywhere, openBranchSessions } from "../../app/state/find_on_branch.ts";
import { protectionOf } from "../../app/state/protection.ts";
import { goneFromHere, lostHere } from "../../app/witness.ts";
import { workflowFile } from "../../app/workflow_file.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"doctor">> {
  const { paths, manager, io } = context;
  const checks = wanted(input.options("check"));
  const redactor = await context.redactor();
  // No prompts: what needs a passphrase is not opened.
  const wish = { redactor, quiet: true } as const;
  const again = (): Examination =>
    new Examination({
      paths,
      manager,
      config: () => context.config(),
      configFiles: configFiles(context),
      workflowFile: () => workflowFile(context, undefined, "look at the workflow"),
      requiredSecrets: () => requiredSecrets(context),
      secrets: () => makeStore(context, { ...wish, offline: input.has("offline") }),
      ageKeys: () => ageKeys(context, wish),
      sessionNamed: async (name) => findAnywhere(context, name, await openBranchSessions(context)),
      remembered: {
        lost: (loaded) => lostHere(context, loaded),
        gone: () => goneFromHere(context),
      },
      protection: (state) => protectionOf(context, state),
      system: REAL_SYSTEM,
      env: io.env,
      home: io.home,
      cwd: io.cwd,
      now: io.now,
      toolVersion: VERSION,
      lostIdentity: context.lostIdentity,
      stateLost: context.stateLost,
      deep: input.has("deep"),
      offline: input.has("offline"),
    });
  const fix = input.has("fix");
  const homes = homesOf(io.home);
  const found = await examine(checks, again(), { fix, dryRun: input.has("dry-run"), again });
  const clean = (text: string): string =>
    redactor.redact(shorten(withoutRoot(text, paths.root), homes));
  const reports = found.map((report) => publicReport(report, clean));
  const level = worst(reports);
  const failed = level === "error" || (level === "warning" && input.has("strict"));
  return {
    data: {
      root: clean(paths.root),
      level,
      counts: countLevels(reports),
      findings: reports.map(findingData),
    },
    text: (style) => doctorText(reports, input.has("verbose"), fix, style),
    ...(failed ? { exitCode: 1 } : {}),
  };
}

/** @throws `invalid_argument` for what is neither a check nor an area. */
function wanted(names: readonly string[]): readonly Check[] {
  if (names.length === 0) return CHECKS;
  const areas: readonly string[] = AREAS;
  for (const name of names) {
    if (areas.includes(name) || CHECKS.some((check) => check.id === name)) continue;
    const hint = didYouMean(name, [...AREAS, ...CHECKS.map((check) => check.id)]);
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot check "${name}": there is no such check`,
      {
        hint: hint ?? `The areas are ${AREAS.join(", ")}`,
      },
    );
  }
  return CHECKS.filter((check) => names.includes(check.id) || names.includes(check.area));
}

/** A report for programs. */
function findingData({ id, seen, todo, ...report }: CheckReport) {
  return { check: id, ...report, message: seen, ...(todo === undefined ? {} : { hint: todo }) };
}

/** A report that can be shared in public. */
function publicReport(report: CheckReport, clean: (text: string) => string): CheckReport {
  return {
    ...report,
    seen: clean(report.seen),
    ...(report.todo === undefined ? {} : { todo: clean(report.todo) }),
    ...(report.list === undefined ? {} : { list: report.list.map(clean) }),
    ...(report.fixed === undefined ? {} : { fixed: report.fixed.map(clean) }),
  };
}

/** The spellings of the home directory. */
function homesOf(home: string | undefined): readonly string[] {
  if (home === undefined || home === "" || home === "/") return [];
  try {
    return [...new Set([home, realpathSync(home)])];
  } catch {
    return [home];
  }
}

/** Paths below the root as they are from there. */
function withoutRoot(text: string, root: string): string {
  return root.length > 1 ? text.replaceAll(root + sep, "") : text;
}

/** The home directory as `~`, wherever it begins a path. */
function shorten(text: string, homes: readonly string[]): string {
  return homes.reduce((short, home) => {
    const spelled = home.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return short.replace(new RegExp(`(?<![\\w./~-])${spelled}(?![\\w-]|\\.\\w)`, "g"), "~");
  }, text);
}

function countLevels(reports: readonly CheckReport[]): Record<CheckReport["level"], number> {
  const counts = { ok: 0, info: 0, warning: 0, error: 0, skipped: 0 };
  for (const report of reports) counts[report.level] += 1;
  return counts;
}

function doctorText(
  reports: readonly CheckReport[],
  verbose: boolean,
  fix: boolean,
  style: Style,
): Shown {
  const rows: Shown[] = [];
  for (const area of AREAS) {
    const listed = reports.filter((report) =>
      report.area === area &&
      (verbose || report.fixed !== undefined ||
        (report.level !== "ok" && report.level !== "skipped"))
    );
    if (listed.length === 0) continue;
    if (rows.length > 0) rows.push(say``);
    rows.push(style.bold(shown(area)));
    for (const report of listed) rows.push(...reportLines(report, fix, style));
  }
  const counts = countLevels(reports);
  const number = (level: CheckReport["level"], word: string) => count(counts[level] ?? 0, word);
  const summary = `${count(reports.length, "check")}: ${counts["ok"]} ok, ${counts["info"]} info, ${
    number("warning", "warning")
  }, ${number("error", "error")}, ${counts["skipped"]} skipped`;
  return lines([...rows, ...(rows.length > 0 ? [say``] : []), shown(summary)]);
}

function reportLines(report: CheckReport, fix: boolean, style: Style): readonly Shown[] {
  const { symbols } = style;
  const mark = {
    ok: style.green(symbols.done),
    info: style.cyan(symbols.bullet),
    warning: style.yellow(say`!`),
    error: style.red(symbols.failed),
    skipped: style.dim(symbols.bullet),
  }[report.level];
  const text = hang(`${report.title}: ${report.seen} (${report.id})`, style, 4, 2);
  const rows = [say`${mark} ${painted(text, say`(${shown(report.id)})`, style.dim)}`];
  const troubled = report.level === "warning" || report.level === "error";
  if (troubled) rows.push(style.dim(prose(shown(report.why), style, "    ")));
  for (const entry of troubled ? (report.list ?? []).slice(0, 10) : []) {
    rows.push(wrap(entry, style, "    "));
  }
  if (report.todo !== undefined && report.fixed === undefined) {
    const how = report.fixable && !fix ? " (--fix does it)" : "";
    rows.push(say`    ${symbols.arrow} ${hang(`${report.todo}${how}`, style, 6)}`);
  }
  for (const done of report.fixed ?? []) {
    rows.push(style.green(say`    ${symbols.done} ${hang(done, style, 6)}`));
  }
  return rows;
}
