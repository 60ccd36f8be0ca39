/**
 * The schema of `workflow.yaml`: one description that checks a file's shape and that editors get as
 * JSON Schema (`schema workflow`).
 *
 * It covers what can be said of each value by itself; what depends on several of them is in
 * `definition_rules.ts`. An explicit null means "not given", as in definitions the old tool stored.
 * @module
 */
import * as z from "zod/mini";
import { DEFAULT_TIMEOUT_SECONDS } from "./definition.ts";
import type { SettingValue } from "./definition.ts";

export const STEP_TYPES = ["gate", "required", "documented", "flexible"] as const;
export const PHASE_TYPES = ["strict", "guided", "autonomous"] as const;
export const VERIFICATION_TYPES = ["file_exists", "command", "manual_gate", "none"] as const;
export const SUPERVISION_MODES = ["supervised", "zero_human", "hybrid"] as const;
export const EVIDENCE_SCHEMAS = [
  "CodeAnalysisEvidence",
  "EdgeCaseEvidence",
  "SpecReviewEvidence",
  "TestPlanEvidence",
] as const;

/** The longest time-out, in seconds: a week. Timers overflow at about 24 days. */
export const LONGEST_TIMEOUT_SECONDS = 7 * 24 * 60 * 60;

/** At least one upper-case letter and none that is lower-case, as Python's `str.isupper()`. */
export const PHASE_ID = /^[^\p{Lowercase}\p{Lt}]*\p{Uppercase}[^\p{Lowercase}\p{Lt}]*$/u;
/** Letters, digits and `_`, at least one of them no `_`. */
export const ITEM_ID = /^_*[\p{L}\p{N}][\p{L}\p{N}_]*$/u;

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

const settingValue = () =>
  z.custom<SettingValue>(isSettingValue, "must be something JSON can hold");

const exitCode = () =>
  z.int("must be a whole number").check(
    z.gte(0, "must be between 0 and 255"),
    z.lte(255, "must be between 0 and 255"),
  );

const timeout = () =>
  z.number().check(
    z.gt(0, "must be a number of seconds above 0"),
    z.lte(
      LONGEST_TIMEOUT_SECONDS,
      `must be at most ${LONGEST_TIMEOUT_SECONDS} seconds (a week)`,
    ),
  );

/** `if type is <type>, then <field> must be there`, which only JSON Schema needs told. */
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
        "Which proof it takes: a file or directory that exists, a command that exits as expected, a " +
        "person's approval, or none.",
      default: "none",
    }),
    path: optional(text(), {
      description:
        "For file_exists: a path relative to the project root; {{setting}} is substituted. It must " +
        "stay inside the project.",
      examples: ["{{docs_dir}}/plan.md"],
    }),
    command: optional(text(), {
      description:
        "For command: a shell command, run in the project root; {{setting}} is substituted.",
      examples: ["{{test_command}}"],
    }),
    expect_exit_code: optional(exitCode(), {
      description: "For command: the exit code that counts as success.",
      default: 0,
    }),
    description: optional(text(), {
      description: "For manual_gate: what the person approves.",
    }),
  }).check(z.meta({ allOf: [demand("file_exists", "path"), demand("command", "command")] }));

  const itemFields = {
    name: needed(nonEmpty(), { description: "What is to be done, in a few words." }),
    description: optional(text(), { description: "What is to be done, at length." }),
    required: optional(z.boolean(), {
      description: "Whether the item must be completed or skipped before its phase can end.",
      default: true,
    }),
    skippable: optional(z.boolean(), {
      description:
        "Whether the item may be skipped with a reason. Required items never may, gates only by " +
        "force, manual gates only with skip_conditions.",
      default: true,
    }),
    skip_conditions: optional(textList(), {
      description: "When skipping is right, in words for people and agents; not evaluated.",
      default: [],
    }),
    verification: optional(verification, {
      description: "Which proof the item takes to be completed.",
      default: { type: "none" },
    }),
    step_type: optional(z.enum(STEP_TYPES), {
      description:
        "How strictly the item binds: a gate can only be skipped by force, a required item never, a " +
        "documented one takes evidence, a flexible one may be skipped with a reason.",
      default: "flexible",
    }),
    evidence_schema: optional(z.enum(EVIDENCE_SCHEMAS), {
      description: "The form that evidence of this item must have.",
    }),
    evidence_prompt: optional(text(), { description: "What the evidence should tell." }),
    notes: optional(textList(), {
      description:
        "Hints shown with the item; [tip], [caution], [learning], [context], [important], [warning] " +
        "or [note] may stand in front.",
      default: [],
    }),
    agent: optional(text(), { description: "Who is meant to do it; for information." }),
    timeout: optional(timeout(), {
      description: "How many seconds the verification command may run.",
      default: DEFAULT_TIMEOUT_SECONDS,
    }),
  };

  const itemId = () =>
    z.string().check(
      z.regex(ITEM_ID, 'must be made of letters, digits and "_"'),
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
      z.string().check(z.regex(PHASE_ID, "must have upper-case letters and no lower-case ones")),
      {
        description: "The phase's name in commands: upper case, unique in the workflow.",
        examples: ["PLAN"],
      },
    ),
    name: needed(nonEmpty(), { description: "The phase's title." }),
    description: optional(text(), { description: "What the phase is for." }),
    items: optional(z.array(item), { description: "What is to be done, in order.", default: [] }),
    exit_gate: optional(text(), {
      description:
        "human_approval: the phase ends only after a person's approval. Nothing else acts.",
      examples: ["human_approval"],
    }),
    notes: optional(textList(), { description: "Hints shown with the phase.", default: [] }),
    required_reviews: optional(textList(), {
      description:
        "Reviews without which the workflow cannot finish: <name> or <name>_review is the id of an item.",
      default: [],
    }),
    phase_type: optional(z.enum(PHASE_TYPES), {
      description: "How much freedom is meant to be left; for information.",
      default: "guided",
    }),
    intended_tools: optional(textList(), {
      description: "Tools meant to be used; for information.",
      default: [],
    }),
    agent: optional(text(), { description: "Who is meant to do it; for information." }),
    executor: optional(text(), { description: "What is meant to run it; for information." }),
  });

  const step = object({
    id: optional(itemId(), {
      description: "The step's name in commands; made from its name when left out.",
    }),
    ...itemFields,
    command: optional(nonEmpty(), {
      description: "A shell command, run on complete; {{setting}} is substituted.",
      examples: ["npm test"],
    }),
    expect_exit_code: optional(exitCode(), {
      description: "The exit code of command that counts as success.",
      default: 0,
    }),
  }).check(z.meta({ not: NOT_BOTH }));

  const settings = z.catchall(
    z.object({
      supervision_mode: optional(z.enum(SUPERVISION_MODES), {
        description:
          "supervised and hybrid: manual gates wait for a person. zero_human: they are skipped, and " +
          "the log says so.",
        default: "supervised",
      }),
      agents_may_approve: optional(z.boolean(), {
        description: "Whether an agent may give the approvals that are otherwise a person's.",
        default: false,
      }),
    }),
    settingValue(),
  );

  const workflow = object({
    name: optional(nonEmpty(), {
      description: "The workflow's name. Needed with phases; with steps the file's name stands in.",
    }),
    version: optional(z.union([z.string(), z.number()]), {
      description: "The workflow's own version; for information.",
      default: "1.0",
    }),
    description: optional(text(), { description: "What the workflow is for." }),
    settings: optional(settings, {
      description:
        "Values for {{name}} in paths and commands, and the switches supervision_mode and " +
        "agents_may_approve. Other names are free.",
      default: {},
    }),
    phases: optional(z.array(phase).check(z.minLength(1, "there are no phases")), {
      description: "The phases, in the order they are worked through.",
    }),
    steps: optional(z.array(step).check(z.minLength(1, "there are no steps")), {
      description: "The flat form: steps of one phase, instead of phases.",
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

/**
 * The format as a JSON Schema (draft 2020-12), for editors: it accepts the files that are read
 * without an error or a warning about a single value, in either form.
 */
export function workflowJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(strictSchema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => foldNull(jsonSchema),
  });
  return {
    $schema,
    title: "Workflow definition",
    description: "A workflow of phases and items, or in its flat form of steps (workflow.yaml).",
    ...schema,
    patternProperties: { "^x-": { description: "Yours: parts to be shared by anchors, say." } },
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
