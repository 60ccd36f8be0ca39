/**
 * What must be verified before an item may be completed, and every other reason not to complete it:
 * no command runs in vain, and `decide()` agrees afterwards.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { isZeroHuman } from "./approval_rules.ts";
import { TEXT_LIMITS } from "./text_limits.ts";
import { type CommandSetup, commandSetup, type SetupSource } from "./command_setup.ts";
import type {
  EvidenceSchemaName,
  ItemDefinition,
  Verification,
  WorkflowDefinition,
} from "./definition.ts";
import {
  evidenceFields,
  exampleEvidence,
  filesNamedBy,
  plainEvidence,
  validateEvidence,
} from "./evidence.ts";
import { type LocatedItem, requireItem } from "./locate.ts";
import { namesText, openNeeds } from "./needs.ts";
import { asHint, itemStep, skipsItself } from "./next_step.ts";
import type { EvidenceFiles } from "./recorded.ts";
import { isDone } from "./reviews.ts";
import { shellWord } from "./shell_word.ts";
import type { SessionState } from "./state.ts";
import { fillIn } from "./template.ts";
import { checkOptionalText, quoted } from "./texts.ts";

/** A verification the caller can carry out, templates substituted. */
export type RunnableVerification =
  | Exclude<Verification, { readonly type: "manual_gate" | "command" }>
  | RunnableCommand;

/** A command, and how it is to run. */
export type RunnableCommand =
  & Extract<Verification, { readonly type: "command" }>
  & { readonly setup: CommandSetup };

/** What to verify for a completion. */
export interface VerificationPlan {
  readonly verification: RunnableVerification;
  /** Seconds a command may run. */
  readonly timeout: number;
  /** The item's `touched`: to be handed to the `complete` command as its `basis`. */
  readonly basis: number;
  /** The globs of the item, where it has some. */
  readonly inputs?: readonly string[];
}

/** What accompanies a completion. */
export interface Accompaniment {
  readonly notes?: string;
  readonly evidence?: unknown;
  /** As in {@link "./commands.ts".Command}. */
  readonly evidenceFiles?: EvidenceFiles;
}

/** By what an accompaniment is judged. */
export interface AccompanimentRules {
  readonly verb: "complete" | "approve";
  /** How the item was named. Default: its id. */
  readonly name?: string;
  /** True when a documented item must bring evidence. */
  readonly demanded: boolean;
  readonly format: WorkflowDefinition["format"] | undefined;
  readonly asBefore?: boolean | undefined;
}

/**
 * What must run before `complete` may be decided for an item.
 *
 * @param given Notes and evidence of the completion; when present they are checked too.
 * @returns The plan; or `already`, a sentence, when the item is completed; or the refusal that
 * `decide()` would give for the same item.
 */
export function planVerification(
  state: SessionState,
  item: string,
  given?: Accompaniment,
): Result<{ readonly plan: VerificationPlan } | { readonly already: string }> {
  const assessed = assessCompletion(state, item);
  if (assessed.error !== undefined) return assessed;
  if ("already" in assessed.value) return { value: assessed.value };
  const { located, verification } = assessed.value;
  if (given !== undefined) {
    const demanded = !skipsItself(state, located.phase, located.definition);
    const { format } = state.definition;
    const rules = { verb: "complete", demanded, format } as const;
    const checked = checkAccompaniment(located.definition, given, rules);
    if (checked.error !== undefined) return checked;
  }
  return { value: { plan: planOf(located, verification) } };
}

/** What to run for an item that may be verified. */
export function planOf(
  { definition: { timeout, inputs }, state }: LocatedItem,
  verification: RunnableVerification,
): VerificationPlan {
  const plan = { verification, timeout, basis: state.touched };
  return inputs === undefined ? plan : { ...plan, inputs };
}

/**
 * Whether an item may be completed at all, and by which verification. A manual gate that skips
 * itself (`zero_human`) has nothing to verify.
 */
export function assessCompletion(state: SessionState, id: string): Result<
  | { readonly located: LocatedItem; readonly verification: RunnableVerification }
  | { readonly already: string }
> {
  const found = requireItem(state, id, "complete");
  if (found.error !== undefined) return found;
  const located = found.value;
  const { definition, phase, state: item } = located;
  if (item.status === "completed" && isDone(item)) {
    return { value: { already: `"${id}" is already completed` } };
  }
  if (item.status === "skipped") return { error: refusalOfSkipped(`complete "${id}"`) };
  const needs = refusalOfNeeds(state, located, `complete "${id}"`);
  if (needs !== undefined) return { error: needs };
  if (definition.verification.type === "manual_gate") {
    if (skipsItself(state, phase, definition)) {
      return { value: { located, verification: { type: "none" } } };
    }
    const because = isZeroHuman(state)
      ? "the workflow cannot finish without this review, and it needs a person's approval"
      : "it needs a person's approval";
    return {
      error: new OrchestratorError("approval_needed", `Cannot complete "${id}": ${because}`, {
        hint: asHint(itemStep(state, phase, definition)),
        details: { item: definition.id, phase: phase.definition.id },
      }),
    };
  }
  const verification = substituted(definition, state.definition);
  if (verification.error !== undefined) return verification;
  return { value: { located, verification: verification.value } };
}

/** The refusal for an item that is skipped: a skip is a final decision. */
export function refusalOfSkipped(doing: string): OrchestratorError {
  return new OrchestratorError("item_blocked", `Cannot ${doing}: the item was skipped`, {
    hint: "Run `orchestrator status` to see which items are open",
  });
}

/** The refusal of an item that needs others which are not done; undefined where none is. */
export function refusalOfNeeds(
  state: SessionState,
  { phase, definition }: LocatedItem,
  doing: string,
): OrchestratorError | undefined {
  const open = openNeeds(state, phase.definition, definition);
  if (open.length === 0) return undefined;
  const are = open.length === 1 ? "which is not done" : "which are not done";
  return new OrchestratorError(
    "item_blocked",
    `Cannot ${doing}: it needs ${namesText(open.map(({ item }) => item))}, ${are}`,
    {
      hint: asHint(itemStep(state, phase, definition)),
      details: { item: definition.id, needs: open },
    },
  );
}

/**
 * An item's verification with the workflow's settings in place of its templates, or
 * `workflow_invalid` naming the settings that do not exist.
 */
export function substituted(
  item: ItemDefinition,
  source: SetupSource,
): Result<RunnableVerification> {
  const { verification } = item;
  switch (verification.type) {
    case "file_exists": {
      const { text, missing } = fillIn(verification.path, source);
      if (missing.length > 0) return { error: undefinedSettings(item, missing) };
      return { value: { ...verification, path: text } };
    }
    case "command": {
      const { text, missing } = fillIn(verification.command, source);
      const { setup, missing: more } = commandSetup(item, source);
      const names = [...new Set([...missing, ...more])];
      if (names.length > 0) return { error: undefinedSettings(item, names) };
      return { value: { ...verification, command: text, setup } };
    }
    default:
      return { value: { type: "none" } };
  }
}

function undefinedSettings(item: ItemDefinition, missing: readonly string[]): OrchestratorError {
  const names = missing.map((name) => `"${name}"`).join(", ");
  return new OrchestratorError(
    "workflow_invalid",
    `Cannot complete "${item.id}": its verification uses ${names}, which ` +
      `${missing.length === 1 ? "is not a setting" : "are not settings"} of this workflow`,
    {
      hint: "Run `orchestrator validate` on the workflow file",
      details: { item: item.id, missing: [...missing] },
    },
  );
}

/** Notes and evidence within their limits, the evidence valid for the item. */
export function checkAccompaniment(
  item: ItemDefinition,
  given: Accompaniment,
  rules: AccompanimentRules,
): Result<Accompaniment> {
  const { verb, name = item.id, demanded, asBefore } = rules;
  const doing = `${verb} "${name}"`;
  const max = TEXT_LIMITS.notes;
  const notes = checkOptionalText(given.notes, { doing, what: "notes", max, asBefore });
  if (notes.error !== undefined) return notes;
  const noted = notes.value === undefined ? {} : { notes: notes.value };

  if (given.evidence === undefined) {
    if (item.step_type !== "documented" || !demanded) return { value: noted };
    const fields = evidenceFields(item.evidence_schema);
    const needs = `Cannot ${doing}: it needs evidence${fields === "" ? "" : `: ${fields}`}`;
    return { error: evidenceError("evidence_needed", item, { verb, name, message: needs }) };
  }
  const plain = plainEvidence(given.evidence, TEXT_LIMITS.evidence, asBefore);
  const problems = "problem" in plain
    ? [plain.problem]
    : item.evidence_schema === undefined
    ? []
    : [
      ...validateEvidence(item.evidence_schema, plain.evidence, asBefore),
      ...missingFiles(item, plain.evidence, given.evidenceFiles, rules),
    ];
  if (problems.length > 0 || "problem" in plain) {
    return {
      error: evidenceError(
        "evidence_invalid",
        item,
        {
          verb,
          name,
          message: `Cannot ${doing}: the evidence is invalid: ${problems.join("; ")}`,
          problems,
        },
      ),
    };
  }
  const looked = given.evidenceFiles === undefined
    ? {}
    : { evidenceFiles: { missing: given.evidenceFiles.missing } };
  return { value: { ...noted, evidence: plain.evidence, ...looked } };
}

/** How many missing files a message lists. */
const MOST_MISSING = 5;

/** What is wrong with the files that evidence names: in older formats they need not be there. */
function missingFiles(
  { evidence_schema }: ItemDefinition,
  evidence: unknown,
  looked: EvidenceFiles | undefined,
  { format, asBefore }: AccompanimentRules,
): readonly string[] {
  const named = filesNamedBy(evidence_schema, evidence);
  if (named === undefined || format !== 2 || asBefore === true) return [];
  if (looked === undefined) return ["the files that it names were not looked for"];
  const { missing } = looked;
  if (missing.length === 0) return [];
  const list = missing.slice(0, MOST_MISSING).map((at) => quoted(named[at] ?? "")).join(", ");
  const more = missing.length - MOST_MISSING;
  return [`it names files that do not exist: ${list}${more > 0 ? ` and ${more} more` : ""}`];
}

function evidenceError(
  code: "evidence_needed" | "evidence_invalid",
  item: ItemDefinition,
  { verb, name, message, problems = [] }: {
    readonly verb: "complete" | "approve";
    readonly name: string;
    readonly message: string;
    readonly problems?: readonly string[];
  },
): OrchestratorError {
  const schema: EvidenceSchemaName | undefined = item.evidence_schema;
  const line = ["orchestrator", verb, name, "--evidence", exampleEvidence(schema)]
    .map(shellWord).join(" ");
  return new OrchestratorError(code, message, {
    hint: `Run \`${line}\` with what is true of your work, or name a file with --evidence @file`,
    details: {
      item: item.id,
      schema: schema ?? null,
      problems: [...problems],
      ...(item.evidence_prompt === undefined ? {} : { prompt: item.evidence_prompt }),
    },
  });
}
