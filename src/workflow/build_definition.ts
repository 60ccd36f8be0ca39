/**
 * Builds the definition from checked data: fills in the defaults, and turns the flat form into one
 * phase.
 * @module
 */
import { DEFAULT_TIMEOUT_SECONDS } from "./definition.ts";
import type {
  ItemDefinition,
  PhaseDefinition,
  SettingValue,
  Verification,
  WorkflowDefinition,
} from "./definition.ts";
import type { Layout } from "./definition_rules.ts";
import type { DefinitionInput } from "./definition_schema.ts";
import { slug } from "./definition_shape.ts";
import type { SourceTree } from "./source_tree.ts";

/** Id of the one phase of a workflow in the flat form. */
const FLAT_PHASE_ID = "STEPS";

type PhaseInput = NonNullable<DefinitionInput["phases"]>[number];
type StepInput = NonNullable<DefinitionInput["steps"]>[number];
type ItemInput = NonNullable<PhaseInput["items"]>[number];
type VerificationInput = NonNullable<ItemInput["verification"]>;
type ItemFields = Omit<ItemInput, "id">;

/** Leaves out the fields that are not given. */
function given<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> };
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Paths of the parts in the form with phases. */
export const PHASES_LAYOUT: Layout = {
  phase: (phase) => ["phases", phase],
  item: (phase, item) => ["phases", phase, "items", item],
  command: (phase, item) => ["phases", phase, "items", item, "verification", "command"],
};

/** Paths of the parts in the flat form. */
export function flatLayout(tree: SourceTree): Layout {
  return {
    phase: () => ["steps"],
    item: (_phase, item) => ["steps", item],
    command: (_phase, item) => {
      const short = ["steps", item, "command"];
      return (tree.get(short) ?? null) === null
        ? ["steps", item, "verification", "command"]
        : short;
    },
  };
}

/** The definition of a file with phases. */
export function buildPhases(data: DefinitionInput, tree: SourceTree): WorkflowDefinition {
  return {
    ...formatField(data),
    name: data.name ?? "",
    ...workflowFields(data, tree),
    phases: (data.phases ?? []).map((phase) => buildPhase(phase, data)),
  };
}

/** The definition of a file in the flat form; `name` is the default for a missing name. */
export function buildFlat(
  data: DefinitionInput,
  tree: SourceTree,
  name: string,
): WorkflowDefinition {
  const steps = data.steps ?? [];
  const ids = stepIds(steps);
  return {
    ...formatField(data),
    name: data.name ?? name,
    ...workflowFields(data, tree),
    phases: [{
      id: FLAT_PHASE_ID,
      name: data.name ?? name,
      items: steps.map((step, index) => ({
        id: ids[index] ?? `step_${index + 1}`,
        ...itemFields(step, stepVerification(step, data)),
      })),
      notes: [],
      required_reviews: [],
      phase_type: "guided",
      intended_tools: [],
    }],
  };
}

function formatField({ format }: DefinitionInput): Pick<WorkflowDefinition, "format"> {
  return format === 2 ? { format } : {};
}

function workflowFields(data: DefinitionInput, tree: SourceTree) {
  // 1.0 without quotes is a number whose text is lost unless it is taken from the file.
  const version = typeof data.version === "number"
    ? tree.sourceText(["version"]) ?? String(data.version)
    : data.version;
  const settings: Record<string, SettingValue> = {};
  for (const [name, value] of Object.entries(data.settings ?? {})) {
    if (value !== undefined) settings[name] = value;
  }
  return { version: version ?? "1.0", ...given({ description: data.description }), settings };
}

function buildPhase(phase: PhaseInput, data: DefinitionInput): PhaseDefinition {
  const { id, name, description, exit_gate, agent, executor } = phase;
  return {
    id,
    name,
    ...given({ description }),
    items: (phase.items ?? []).map((item) => ({
      id: item.id,
      ...itemFields(item, buildVerification(item.verification ?? {}, data)),
    })),
    ...given({ exit_gate }),
    notes: phase.notes ?? [],
    required_reviews: phase.required_reviews ?? [],
    phase_type: phase.phase_type ?? "guided",
    intended_tools: phase.intended_tools ?? [],
    ...given({ agent, executor }),
  };
}

function itemFields(item: ItemFields, verification: Verification): Omit<ItemDefinition, "id"> {
  const { name, description, inputs, evidence_schema, evidence_prompt, agent, shell, dir } = item;
  return {
    name,
    ...given({ description }),
    ...((item.needs ?? []).length === 0 ? {} : { needs: item.needs ?? [] }),
    required: item.required ?? true,
    skippable: item.skippable ?? true,
    skip_conditions: item.skip_conditions ?? [],
    verification,
    ...given({ inputs }),
    step_type: item.step_type ?? "flexible",
    ...given({ evidence_schema, evidence_prompt }),
    notes: item.notes ?? [],
    ...given({ agent }),
    timeout: item.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    ...given({ shell, dir, env: givenVariables(item.env) }),
  };
}

function givenVariables(env: ItemFields["env"]): Readonly<Record<string, string>> | undefined {
  const variables = Object.entries(env ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : []
  );
  return variables.length === 0 ? undefined : Object.fromEntries(variables);
}

function buildVerification(
  input: VerificationInput,
  { format }: Pick<DefinitionInput, "format">,
): Verification {
  switch (input.type) {
    case "file_exists":
      return {
        type: "file_exists",
        path: input.path ?? "",
        ...(input.kind === "directory" ? { kind: "directory" } : {}),
        ...(input.may_be_old === true ? { may_be_old: true } : {}),
      };
    case "command":
      return {
        type: "command",
        command: input.command ?? "",
        expect_exit_code: input.expect_exit_code ?? 0,
      };
    case "manual_gate":
      return {
        type: "manual_gate",
        ...given({ description: input.description }),
        ...(format === 2 ? given({ path: input.path }) : {}),
      };
    default:
      return { type: "none" };
  }
}

/** A step's `command` is short for a verification of that type. */
function stepVerification(step: StepInput, data: DefinitionInput): Verification {
  if (typeof step.command !== "string") return buildVerification(step.verification ?? {}, data);
  return {
    type: "command",
    command: step.command,
    expect_exit_code: step.expect_exit_code ?? 0,
  };
}

/** The steps' ids: as given, or derived from the name, with a numeric suffix if the id is taken. */
function stepIds(steps: readonly StepInput[]): readonly string[] {
  const taken = new Set(steps.map((step) => step.id ?? ""));
  const used = new Map<string, number>();
  return steps.map((step, index) => {
    if (typeof step.id === "string") return step.id;
    const base = slug(step.name) || `step_${index + 1}`;
    let number = used.get(base) ?? 0;
    let id: string;
    do id = ++number === 1 ? base : `${base}_${number}`; while (taken.has(id));
    used.set(base, number);
    taken.add(id);
    return id;
  });
}
