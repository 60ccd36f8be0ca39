/**
 * The schema of `workflow.yaml`: it checks a file's shape, and editors get it as JSON Schema
 * (`schema workflow`).
 *
 * It covers each value by itself; `definition_rules.ts` has the rules about several values. An
 * explicit null means "not given", as in definitions that the old tool stored.
 * @module
 */
import * as z from "zod/mini";
import { SHELL_CHOICES } from "./command_setup.ts";
import { DEFAULT_TIMEOUT_SECONDS } from "./definition.ts";
import type { SettingValue } from "./definition.ts";

export const STEP_TYPES = ["gate", "required", "documented", "flexible"] as const;
export const PHASE_TYPES = ["strict", "guided", "autonomous"] as const;
const FILE_KINDS = ["file", "directory"] as const;
export const VERIFICATION_TYPES = ["file_exists", "command", "manual_gate", "none"] as const;
const SUPERVISION_MODES = ["supervised", "zero_human", "hybrid"] as const;
export const EVIDENCE_SCHEMAS = [
  "CodeAnalysisEvidence",
  "EdgeCaseEvidence",
  "SpecReviewEvidence",
  "TestPlanEvidence",
] as const;

/** The newest format of a definition that this program knows. */
const NEWEST_FORMAT = 2;

/** The longest time-out, in seconds: a week. Timers overflow at about 24 days. */
const LONGEST_TIMEOUT_SECONDS = 7 * 24 * 60 * 60;

/** At least one upper-case letter and none that is lower-case, as Python's `str.isupper()`. */
const PHASE_ID = /^[^\p{Lowercase}\p{Lt}]*\p{Uppercase}[^\p{Lowercase}\p{Lt}]*$/u;
/** Letters, digits and `_`, at least one of them no `_`. */
const ITEM_ID = /^_*[\p{L}\p{N}][\p{L}\p{N}_]*$/u;

/** Facts about a field that end up in the JSON Schema. */
interface FieldFacts {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

type Schema<Output> = z.ZodMiniType<Output>;

/** A field that may be left out, or null. */
function optional<Output>(schema: Schema<Output>, facts: FieldFacts) {
  return z.nullish(schema).check(z.meta({ ...facts }));
}

/** A field that must be there. */
function needed<Output>(schema: Schema<Output>, facts: FieldFacts) {
  return schema.check(z.meta({ ...facts }));
}

const text = () => z.string();
const nonEmpty = () => z.string().check(z.regex(/\S/, "must not be empty"));
const textList = () => z.array(z.string());

function isSettingValue(value: unknown): value is SettingValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isSettingValue);
  return typeof value === "object" && Object.values(value).every(isSettingValue);
}

const settingValue = () => z.custom<SettingValue>(isSettingValue, "must be a JSON value");

/** A setting that any file may use for itself, and that has a meaning with `format: 2`. */
const acting = (facts: FieldFacts) => z.optional(settingValue()).check(z.meta({ ...facts }));

const exitCode = () =>
  z.int("must be a whole number").check(
    z.gte(0, "must be between 0 and 255"),
    z.lte(255, "must be between 0 and 255"),
  );

const format = () =>
  z.int("must be a whole number").check(
    z.gte(1, "must be 1 or 2"),
    z.lte(NEWEST_FORMAT, "must be 1 or 2"),
  );

const timeout = () =>
  z.number().check(
    z.gt(0, "must be a number of seconds greater than 0"),
    z.lte(
      LONGEST_TIMEOUT_SECONDS,
      `must be at most ${LONGEST_TIMEOUT_SECONDS} seconds (a week)`,
    ),
  );

/** `if type is <type>, then <field> is required`, for the JSON Schema only. */
function demand(type: string, field: string) {
  return {
    if: { properties: { type: { const: type } }, required: ["type"] },
    then: { required: [field], properties: { [field]: { type: "string" } } },
  };
}

/** A step's command is short for a verification: it has one of them. */
const NOT_BOTH = {
  required: ["command", "verification"],
  properties: { command: { type: "string" }, verification: { type: "object" } },
};

/** Builds the schemas of a file's maps. `strict` makes unknown keys an issue, else they are dropped. */
function buildSchemas(strict: boolean) {
  const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
    strict ? z.strictObject(shape) : z.object(shape);

  const verification = object({
    type: optional(z.enum(VERIFICATION_TYPES), {
      description:
        "The proof that the item needs: a file that was written, a command that exits as expected, a " +
        "person's approval, or none.",
      default: "none",
    }),
    path: optional(text(), {
      description:
        "For file_exists: a path relative to the project root; {{setting}} is substituted. It must " +
        "stay inside the project, be a regular file that is not empty, and have changed since the " +
        "session began; without `format: 2` anything that exists is enough, and a remark says what it " +
        "is. For manual_gate (in format 2): the file that the person approves.",
      examples: ["{{docs_dir}}/plan.md"],
    }),
    kind: optional(z.enum(FILE_KINDS), {
      description: "For file_exists: what must be there.",
      default: "file",
    }),
    may_be_old: optional(z.boolean(), {
      description:
        "For file_exists: whether the file may have the content that it had when the session began.",
      default: false,
    }),
    command: optional(text(), {
      description:
        "For command: a shell command, run in the project root; {{setting}} is substituted. With " +
        "format: 2, {{{{ stands for two braces.",
      examples: ["{{test_command}}"],
    }),
    expect_exit_code: optional(exitCode(), {
      description: "For command: the exit code that means success.",
      default: 0,
    }),
    description: optional(text(), {
      description: "For manual_gate: what the person approves.",
    }),
  }).check(z.meta({ allOf: [demand("file_exists", "path"), demand("command", "command")] }));

  const itemFields = {
    name: needed(nonEmpty(), { description: "Short title of the task." }),
    description: optional(text(), { description: "Full description of the task." }),
    needs: optional(textList(), {
      description:
        "Items that must be done before this one is completed or approved: ids of the same phase or of " +
        "an earlier one. In format 2 a manual gate needs the required items before it in its phase, too.",
      examples: [["write_plan"]],
    }),
    required: optional(z.boolean(), {
      description: "Whether the item must be completed or skipped before its phase can end.",
      default: true,
    }),
    skippable: optional(z.boolean(), {
      description:
        "Whether the item may be skipped with a reason. Required items never may, gates only with " +
        "--force; an item with a manual gate that is not of step_type gate only with skip_conditions.",
      default: true,
    }),
    skip_conditions: optional(textList(), {
      description: "When the item may be skipped, as text for people and agents; not evaluated.",
      default: [],
    }),
    verification: optional(verification, {
      description: "The proof that the item needs to be completed.",
      default: { type: "none" },
    }),
    inputs: optional(textList(), {
      description:
        "The files that the item's proof or approval is about, as globs relative to the project root; " +
        "one that begins with ! takes files out. Changes of other files do not make it stale. Without it all files " +
        "count, or the path of file_exists; with an empty list none does. An approval without it, and without a " +
        "path, blocks nothing: what changes until its phase ends is only said.",
      examples: [["src/**", "package.json", "!**/*.md"]],
    }),
    step_type: optional(z.enum(STEP_TYPES), {
      description:
        "How strictly the item is enforced: a gate can only be skipped by force, a required item never, a " +
        "documented one needs evidence, a flexible one may be skipped with a reason.",
      default: "flexible",
    }),
    evidence_schema: optional(z.enum(EVIDENCE_SCHEMAS), {
      description: "The schema that evidence of this item must follow.",
    }),
    evidence_prompt: optional(text(), { description: "What the evidence should describe." }),
    notes: optional(textList(), {
      description:
        "Hints shown with the item, optionally prefixed with [tip], [caution], [learning], [context], [important], [warning] " +
        "or [note].",
      default: [],
    }),
    agent: optional(text(), { description: "Who should do the task; informational." }),
    timeout: optional(timeout(), {
      description: "Time limit of the verification command, in seconds.",
      default: DEFAULT_TIMEOUT_SECONDS,
    }),
    shell: optional(z.enum(SHELL_CHOICES), {
      description:
        "What runs the verification command. strict: bash with -eo pipefail, so that no part of it fails " +
        "unseen. sh: /bin/sh, on Windows cmd. The default is strict with format: 2, else sh.",
      examples: ["strict"],
    }),
    dir: optional(text(), {
      description:
        "Where the verification command runs: a directory inside the project, relative to its root; " +
        "{{setting}} is substituted.",
      examples: ["packages/api"],
    }),
    env: optional(z.record(z.string(), z.nullish(z.string())), {
      description:
        "Variables of the verification command, with texts as values; {{setting}} is substituted.",
      examples: [{ NODE_ENV: "test" }],
    }),
  };

  const itemId = () =>
    z.string().check(
      z.regex(ITEM_ID, 'must consist of letters, digits and "_"'),
    );

  const item = object({
    id: needed(itemId(), {
      description: 'The item\'s name in commands: letters, digits and "_", unique in its phase.',
      examples: ["write_plan"],
    }),
    ...itemFields,
  });

  const phase = object({
    id: needed(
      z.string().check(
        z.regex(PHASE_ID, "must have at least one upper-case letter and no lower-case letters"),
      ),
      {
        description: "The phase's name in commands: upper case, unique in the workflow.",
        examples: ["PLAN"],
      },
    ),
    name: needed(nonEmpty(), { description: "The phase's title." }),
    description: optional(text(), { description: "The purpose of the phase." }),
    items: optional(z.array(item), { description: "The items, in order.", default: [] }),
    exit_gate: optional(text(), {
      description:
        "human_approval: the phase ends only after a person approves it. Other values have no effect.",
      examples: ["human_approval"],
    }),
    notes: optional(textList(), { description: "Hints shown with the phase.", default: [] }),
    required_reviews: optional(textList(), {
      description:
        "Reviews that must be done before the workflow can finish: by the item <name> or <name>_review, or recorded with `orchestrator review add <name>`.",
      default: [],
    }),
    phase_type: optional(z.enum(PHASE_TYPES), {
      description: "The intended degree of autonomy; informational.",
      default: "guided",
    }),
    intended_tools: optional(textList(), {
      description: "The intended tools; informational.",
      default: [],
    }),
    agent: optional(text(), { description: "Who should do the task; informational." }),
    executor: optional(text(), { description: "The intended executor; informational." }),
  });

  const step = object({
    id: optional(itemId(), {
      description: "The step's name in commands; derived from its name if omitted.",
    }),
    ...itemFields,
    command: optional(nonEmpty(), {
      description: "A shell command that runs on complete; {{setting}} is substituted.",
      examples: ["npm test"],
    }),
    expect_exit_code: optional(exitCode(), {
      description: "The exit code of the command that means success.",
      default: 0,
    }),
  }).check(z.meta({ not: NOT_BOTH }));

  const settings = z.catchall(
    z.object({
      supervision_mode: optional(z.enum(SUPERVISION_MODES), {
        description:
          "supervised and hybrid: manual gates wait for a person. zero_human: they are skipped, and " +
          "the skip is recorded in the log.",
        default: "supervised",
      }),
      agents_may_approve: optional(z.boolean(), {
        description: "Whether an agent may give approvals that otherwise need a person.",
        default: false,
      }),
      shell: acting({
        description: "With format: 2, the default of shell for all items.",
      }),
      dir: acting({
        description: "With format: 2, the default of dir for all items.",
      }),
      env: acting({
        description: "With format: 2, variables of all commands; those of an item are added.",
      }),
      proofs: optional(settingValue(), {
        description:
          'With format 2, "fresh": a phase ends, and the workflow finishes, only when the files that each ' +
          "gate has proved are as they were then, but for what gates changed themselves. `recheck` proves " +
          "them again. So too for approvals with inputs or a path: `approve` gives them again.",
        examples: ["fresh"],
      }),
    }),
    settingValue(),
  );

  const workflow = object({
    format: optional(format(), {
      description:
        "2: commands run in a strict shell; unknown keys in a verification or a gate, and keys one " +
        "letter away from a known one, are errors. Without it sh runs commands, and such keys are " +
        "ignored with a warning, as before there were formats.",
      examples: [2],
    }),
    requires: optional(nonEmpty(), {
      description:
        "The versions of orchestrator that may use this file, as a range of Semantic Versioning.",
      examples: [">=0.2.0"],
    }),
    name: optional(nonEmpty(), {
      description:
        "The workflow's name. Required with phases; with steps it defaults to the file's name.",
    }),
    version: optional(z.union([z.string(), z.number()]), {
      description: "The workflow's own version; informational.",
      default: "1.0",
    }),
    description: optional(text(), { description: "The purpose of the workflow." }),
    settings: optional(settings, {
      description:
        "Values for {{name}} in paths and commands, and the settings supervision_mode and " +
        "agents_may_approve; with format: 2 also proofs, shell, dir and env. Other names can be chosen freely.",
      default: {},
    }),
    phases: optional(z.array(phase).check(z.minLength(1, "there are no phases")), {
      description: "The phases, in order.",
    }),
    steps: optional(z.array(step).check(z.minLength(1, "there are no steps")), {
      description: "The flat form: the steps of a single phase, instead of phases.",
    }),
  });
  return { workflow, phase, item, step, verification };
}

const strictSchemas = buildSchemas(true);

/** The shape of a file; unknown keys are issues (`unrecognized_keys`). */
export const strictSchema = strictSchemas.workflow;
/** The same shape; unknown keys are dropped. */
export const looseSchema = buildSchemas(false).workflow;

/** A map of the format, named in the singular. */
export type Level = keyof typeof strictSchemas;

/** The keys each map of the format knows, in the order they are best written. */
export const KNOWN_KEYS: Readonly<Record<Level, readonly string[]>> = {
  workflow: Object.keys(strictSchemas.workflow.shape),
  phase: Object.keys(strictSchemas.phase.shape),
  item: Object.keys(strictSchemas.item.shape),
  step: Object.keys(strictSchemas.step.shape),
  verification: Object.keys(strictSchemas.verification.shape),
};

/** A file's data after its shape was found right. */
export type DefinitionInput = z.output<typeof looseSchema>;

/** Keys that no map of the format gives a meaning. */
const OWN_KEYS = {
  "^x-": { description: "Free for your own use, for example parts shared with anchors." },
};

/**
 * The format as a JSON Schema (draft 2020-12), for editors: it accepts the files that are read
 * without an error or a warning about a single value, in either form.
 */
export function workflowJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(strictSchema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = OWN_KEYS;
      foldNull(jsonSchema);
      // Names are texts in any case.
      delete jsonSchema.propertyNames;
    },
  });
  return {
    $schema,
    title: "Workflow definition",
    description: "A workflow of phases and items, or of steps in the flat form (workflow.yaml).",
    ...schema,
    oneOf: [
      {
        required: ["name", "phases"],
        properties: {
          name: { type: "string" },
          phases: { type: "array" },
          steps: { type: "null" },
        },
      },
      { required: ["steps"], properties: { phases: { type: "null" }, steps: { type: "array" } } },
    ],
  };
}

/** Turns `anyOf: [<schema>, {type: null}]` into the schema with one more type. */
function foldNull(schema: z.core.JSONSchema.BaseSchema): void {
  const [inner, none, ...rest] = schema.anyOf ?? [];
  if (inner === undefined || none?.type !== "null" || rest.length > 0) return;
  if (typeof inner.type !== "string") return;
  const own = { ...schema };
  delete own.anyOf;
  delete schema.anyOf;
  Object.assign(schema, inner, own, { type: [inner.type, "null"] });
  if (inner.enum !== undefined) schema.enum = [...inner.enum, null];
}

/** The JSON Schema as the text of a file. */
export function workflowSchemaText(): string {
  return JSON.stringify(workflowJsonSchema(), null, 2) + "\n";
}
