/**
 * `orchestrator start "<task>"`
 * @module
 */
import {
  keepText,
  type Protection,
  protectionData,
  protectionOf,
} from "../../app/state/protection.ts";
import { startSession } from "../../app/start_session.ts";
import { OrchestratorError } from "../../errors.ts";
import type { NextStep } from "../../workflow/next_step.ts";
import { describe, type Progress } from "../../workflow/progress.ts";
import { VERSION } from "../../version.ts";
import { TEXT_LIMITS } from "../../workflow/commands.ts";
import type { SessionState } from "../../workflow/state.ts";
import { type ChosenBy, startDeviations } from "../../workflow/definition_origin.ts";
import type { SettingValue } from "../../workflow/definition.ts";
import { placeholderNames } from "../../workflow/template.ts";
import type { AnswerTo, Input } from "../command.ts";
import { type Setting, workflowSettings } from "../config/flags.ts";
import type { Context } from "../context.ts";
import { lines, say, type Shown, shown } from "../output/shown.ts";
import type { Style } from "../output/style.ts";
import { requireText, sessionName } from "../texts.ts";
import {
  keysText,
  readWorkflowFile,
  requireDefinitionFile,
  warnOfPlaces,
  workflowFile,
} from "../../app/workflow_file.ts";
import { findingText } from "../output/finding_text.ts";
import { stepText } from "../output/next_step.ts";
import { commandLine, hang, oneLine } from "../output/text.ts";
import { statusData } from "../output/status_data.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"start">> {
  const { requireDefinition } = await import("../../workflow/parse_definition.ts");
  const task = requireText(input.required("task"), {
    doing: "start",
    what: "task",
    max: TEXT_LIMITS.task,
  });
  const called = input.option("name");
  const name = called === undefined ? null : sessionName(called, "start a session named");
  const constraints = input.options("constraint").map((text) =>
    requireText(text, { doing: "start", what: "constraint", max: TEXT_LIMITS.constraint })
  );
  const given = readSettings(workflowSettings(input, context.spec));
  refuseAgentSettings(context, Object.keys(given));
  const source = await readWorkflow(context, input.option("workflow"));
  const { oldOverrides } = await import("../../app/legacy/old_settings.ts");
  const old = oldOverrides(context, source.text, Object.keys(given));
  const overrides = { ...old.values, ...given };
  const { file, showAll } = source;
  const { definition, warnings } = requireDefinition(source.text, {
    file,
    overrides,
    showAll,
    version: VERSION,
  });
  for (const finding of warnings) context.warn(findingText(finding));
  await warnOfUnusedSettings(context, source, Object.keys(given));
  const { state, boundTo } = await startSession(context, {
    task,
    name,
    project: input.option("project") ?? null,
    constraints,
    definition,
    source: source.text,
    file: { path: source.path, chosen: source.chosen },
    settingsFrom: old.file,
    overriddenSettings: Object.keys(overrides).sort(),
    bind: input.has("bind"),
  });
  let progress = describe(state);
  if (boundTo !== null) {
    progress = namingSession(progress, state.session);
    context.warn(stayingBound(context, boundTo.session, state.session));
  }
  await warnOfVanishing(context);
  const kept = await protectionOf(context, state);
  const unprotected = await firstUnprotected(context, kept, state.seq);
  return {
    data: statusData(state, progress, {
      origin: boundTo === null ? "current" : "flag",
      ...(boundTo === null ? {} : { boundTo: boundTo.session }),
      protection: protectionData(kept),
    }),
    text: (style) => startedText({ state, progress, source, unprotected }, style),
  };
}

/** What was started, and what comes next. */
function startedText(
  { state, progress, source, unprotected }: {
    readonly state: SessionState;
    readonly progress: Progress;
    readonly source: WorkflowSource;
    /** What can take the state away, as a sentence. */
    readonly unprotected: string | null;
  },
  style: Style,
): Shown {
  return lines([
    say`${style.green(style.symbols.done)} Started ${
      style.bold(oneLine(state.task, style.width - 12, style))
    }`,
    say`  session ${style.cyan(shown(state.session))}${
      state.name === null ? say`` : say` (${shown(state.name)})`
    }, workflow ${shown(state.definition.name)}${source.path === null ? builtIn(source) : say``}`,
    ...startDeviations(state).map((text) => say`  ${style.yellow(hang(text, style, 2))}`),
    // A built-in one is said above.
    ...(source.path === null ? [] : progress.remarks ?? []).map((text) =>
      say`  ${style.dim(hang(text, style, 2))}`
    ),
    ...(unprotected === null ? [] : [say`  ${style.dim(hang(unprotected, style, 2))}`]),
    say``,
    stepText(progress.next, style),
  ]);
}

/** Progress whose steps say which session they are about. */
function namingSession(progress: Progress, session: string): Progress {
  const named = (step: NextStep) => ({ ...step, argv: [...step.argv, "--session", session] });
  const items = progress.items.map((item) =>
    item.next === undefined ? item : { ...item, next: named(item.next) }
  );
  return { ...progress, items, next: named(progress.next) };
}

/** Says that the agent goes on with the session it has, and how to change that. */
function stayingBound(context: Context, boundTo: string, started: string): string {
  return `You stay bound to session ${boundTo} (${context.agentBinding?.variable ?? ""}): ` +
    `commands without --session mean that one. To move to the new one: ` +
    `orchestrator session use ${started}`;
}

/** What can take the state away; null where that was said, or a push follows. */
async function firstUnprotected(
  context: Context,
  kept: Protection,
  seq: number,
): Promise<string | null> {
  if (kept.takenBy.includes("machine")) return null;
  if (await (await import("../../app/state/when_to_fetch.ts")).webMode(context)) return null;
  return keepText(kept, seq);
}

/** Says once that all of it may be lost, where nothing keeps the state elsewhere. */
async function warnOfVanishing(context: Context): Promise<void> {
  if (context.environment.ephemeral === null) return;
  if (await (await import("../../app/state/when_to_fetch.ts")).webMode(context)) return;
  const risk = (await import("../../app/state/at_risk.ts")).vanishing(context);
  if (risk === null) return;
  context.warn(`${risk.why}: run ${commandLine(["orchestrator", ...risk.argv])}`);
}

/** Settings that decide what takes a person: not an agent's to replace. */
const PERSONS_SETTINGS: readonly string[] = ["supervision_mode", "agents_may_approve"];

/** @throws `agent_refused` */
function refuseAgentSettings(context: Context, settings: readonly string[]): void {
  const setting = settings.find((name) => PERSONS_SETTINGS.includes(name));
  const { agent } = context.environment;
  if (setting === undefined || agent === null) return;
  throw new OrchestratorError(
    "agent_refused",
    `Cannot set "${setting}" at the start: it controls what needs a person's approval, and ${agent.name} is an agent (${agent.variable})`,
    { hint: "Ask a person to start the session with it, or to set it in the workflow" },
  );
}

interface WorkflowSource {
  readonly text: string;
  /** As messages name it. */
  readonly file: string;
  /** Absolute; null: the built-in one. */
  readonly path: string | null;
  readonly chosen: ChosenBy;
  /** Keys of a file that would be used if it were not another tool's. */
  readonly otherTool?: readonly string[] | undefined;
  /** Whether a warning says what to do with a file that does not count. */
  readonly isUncounted?: boolean;
  /** The command that shows all that is wrong with it. */
  readonly showAll: string;
}

/** Why it is the built-in one. */
function builtIn({ otherTool, isUncounted = false }: WorkflowSource): Shown {
  if (isUncounted) return say` (built in)`;
  return otherTool === undefined
    ? say` (built in; orchestrator init writes it as workflow.yaml)`
    : say` (built in: workflow.yaml belongs to another tool, ${
      shown(keysText(otherTool))
    }; orchestrator init writes orchestrator.yaml)`;
}

async function readWorkflow(context: Context, given: string | undefined): Promise<WorkflowSource> {
  const { paths } = context;
  const found = await workflowFile(context, given, "start");
  const { shown, chosen } = found;
  const text = readWorkflowFile(found);
  warnOfPlaces(context, found.remarks);
  if (text !== null) {
    requireDefinitionFile(text, shown, "start with");
    const named = chosen === "argument" ? [shown] : [];
    const showAll = commandLine(["orchestrator", "validate", ...named]);
    return { text, file: shown, path: found.path, chosen: found.by, showAll };
  }
  if (chosen !== null) {
    throw new OrchestratorError(
      "file_unknown",
      `Cannot read "${shown}": it does not exist`,
      chosen === "argument" ? {} : { hint: chosen },
    );
  }
  const { defaultWorkflow } = await import("../../app/default_workflow.ts");
  return {
    text: defaultWorkflow(paths.root),
    file: "the built-in workflow",
    path: null,
    otherTool: found.otherTool,
    isUncounted: (found.remarks ?? []).length > 0,
    chosen: "default",
    showAll: "orchestrator validate",
  };
}

/** A setting that nothing in the workflow knows of is most often misspelt. */
async function warnOfUnusedSettings(
  context: Context,
  source: WorkflowSource,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const { parseDefinition } = await import("../../workflow/parse_definition.ts");
  const { didYouMean } = await import("../../workflow/nearest.ts");
  const { definition } = parseDefinition(source.text, { file: source.file });
  const known = [
    ...Object.keys(definition?.settings ?? {}),
    ...placeholderNames(source.text),
    "supervision_mode",
    "agents_may_approve",
  ];
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known);
    context.warn(
      `${source.file} uses no setting "${name}"${hint === undefined ? "" : ` (${hint})`}`,
    );
  }
}

/** A value that reads as true, false or a number is one. */
function readSettings(pairs: readonly Setting[]): Readonly<Record<string, SettingValue>> {
  const settings: Record<string, SettingValue> = {};
  for (const { key, text } of pairs) {
    settings[key] = text === "true"
      ? true
      : text === "false"
      ? false
      : /^-?\d+(\.\d+)?$/.test(text)
      ? Number(text)
      : text;
  }
  return settings;
}
