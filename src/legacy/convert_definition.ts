/**
 * The workflow definition of an old state.
 *
 * Since G1 the old tool stored the whole definition in the state. It is read here field by field and
 * not by the parser of `workflow.yaml`: what the old tool stored passed its own looser checks, and a
 * running workflow must not become unreadable because today's rules are stricter.
 * @module
 */
import {
  DEFAULT_TIMEOUT_SECONDS,
  type EvidenceSchemaName,
  type ItemDefinition,
  type PhaseDefinition,
  type Settings,
  type SettingValue,
  type StepType,
  type Verification,
  type WorkflowDefinition,
} from "../workflow/definition.ts";
import { isRecord } from "../workflow/record.ts";
import type { LocalPaths } from "./local_paths.ts";
import type { LegacyState } from "./read_state.ts";
import { field, type Fields, fieldsField, rest, textField, textsField } from "./values.ts";

/** A definition and what is to be known about where it comes from. */
export interface FoundDefinition {
  readonly definition: WorkflowDefinition;
  /** `stored` in the state, `file` from workflow.yaml, `made` from the state's own phases and items. */
  readonly origin: "stored" | "file" | "made";
  readonly findings: readonly string[];
  /** True when the stored definition says more than `definition` could take over. */
  readonly incomplete: boolean;
}

/** What {@link definitionOf} can draw on besides the state. */
export interface DefinitionSources {
  /** The project's present workflow.yaml, for states that store none (G0). */
  readonly definition?: WorkflowDefinition;
  /** SHA-256 of that file's bytes, in hex: tells whether it is still the one the workflow began with. */
  readonly definitionSha256?: string;
  readonly paths: LocalPaths;
}

/** The definition an old state goes by. */
export function definitionOf(state: LegacyState, sources: DefinitionSources): FoundDefinition {
  const stored = fieldsField(state.raw, "workflow_definition");
  const read = stored === null ? null : new StoredDefinition(stored, state).read();
  if (read !== null) return read;
  const lost = stored === null ? [] : ["the stored definition has no phases"];
  const { definition } = sources;
  if (definition !== undefined && fits(definition, state)) {
    const start = textField(fieldsField(state.raw, "metadata") ?? {}, "workflow_yaml_checksum");
    const changed = start !== null && sources.definitionSha256?.startsWith(start) === false;
    return {
      definition,
      origin: "file",
      findings: changed ? [...lost, "workflow.yaml has changed since the workflow began"] : lost,
      incomplete: false,
    };
  }
  const reason = definition === undefined
    ? "the state stores no definition"
    : "the state stores no definition, and workflow.yaml has different phases or items";
  return {
    definition: madeFrom(state, sources.paths),
    origin: "made",
    findings: [...lost, `${reason}: the verifications of its open items are unknown`],
    incomplete: stored !== null,
  };
}

/** The items of each phase in a state, in the order it has them. */
export function stateItems(state: LegacyState): ReadonlyMap<string, ReadonlyMap<string, Fields>> {
  return new Map(
    Object.entries(fieldsField(state.raw, "phases") ?? {})
      .filter((entry): entry is [string, Fields] => isRecord(entry[1]))
      .map(([id, phase]) => [
        id,
        new Map(
          Object.entries(fieldsField(phase, "items") ?? {})
            .filter((entry): entry is [string, Fields] => isRecord(entry[1])),
        ),
      ]),
  );
}

/** Whether a definition has the state's phases, in their order, with the same items. */
function fits(definition: WorkflowDefinition, state: LegacyState): boolean {
  const phases = [...stateItems(state)];
  return phases.length === definition.phases.length &&
    definition.phases.every((phase, index) => {
      const [id, items] = phases[index] ?? ["", new Map()];
      return id === phase.id && items.size === phase.items.length &&
        phase.items.every((item) => items.has(item.id));
    });
}

/** A definition from what the state's items are called and how they were verified. */
function madeFrom(state: LegacyState, paths: LocalPaths): WorkflowDefinition {
  return {
    name: textField(state.raw, "workflow_type") ?? "Imported workflow",
    version: textField(state.raw, "workflow_version") ?? "1.0",
    phases: [...stateItems(state)].map(([id, items]) => ({
      ...emptyPhase(id),
      items: [...items].map(([item, raw]) => ({
        ...plainItem(item),
        verification: verificationSeen(raw, paths),
      })),
    })),
    settings: {},
  };
}

function emptyPhase(id: string): PhaseDefinition {
  return {
    id,
    name: id,
    items: [],
    notes: [],
    required_reviews: [],
    phase_type: "guided",
    intended_tools: [],
  };
}

function plainItem(id: string): ItemDefinition {
  return {
    id,
    name: id,
    required: true,
    skippable: true,
    skip_conditions: [],
    verification: { type: "none" },
    step_type: "flexible",
    notes: [],
    timeout: DEFAULT_TIMEOUT_SECONDS,
  };
}

/** The verification an item must have had, judged by the result it left. */
function verificationSeen(item: Fields, paths: LocalPaths): Verification {
  const result = fieldsField(item, "verification_result") ?? {};
  const path = textField(result, "path");
  const command = textField(result, "original_command") ?? textField(result, "command");
  if (textField(result, "type") === "file_exists" && path !== null) {
    const wanted = paths.relative(path);
    // The first versions did not replace templates, and their settings are not stored.
    return wanted.includes("{{")
      ? { type: "manual_gate", description: `The file "${wanted}" was required` }
      : { type: "file_exists", path: wanted };
  }
  if (textField(result, "type") === "command" && command !== null) {
    return { type: "command", command, expect_exit_code: 0 };
  }
  return field(result, "approved") === true ? { type: "manual_gate" } : { type: "none" };
}

const KNOWN = {
  workflow: ["name", "version", "description", "phases", "settings"],
  phase: [
    "id",
    "name",
    "description",
    "items",
    "exit_gate",
    "notes",
    "required_reviews",
    "phase_type",
    "intended_tools",
    "agent",
    "executor",
  ],
  item: [
    "id",
    "name",
    "description",
    "required",
    "skippable",
    "skip_conditions",
    "verification",
    "step_type",
    "evidence_schema",
    "evidence_prompt",
    "notes",
    "agent",
  ],
  verification: ["type", "path", "command", "expect_exit_code", "description"],
} as const;

const STEP_TYPES: readonly StepType[] = ["gate", "required", "documented", "flexible"];
const PHASE_TYPES: readonly PhaseDefinition["phase_type"][] = ["strict", "guided", "autonomous"];
const EVIDENCE_SCHEMAS: readonly EvidenceSchemaName[] = [
  "CodeAnalysisEvidence",
  "EdgeCaseEvidence",
  "SpecReviewEvidence",
  "TestPlanEvidence",
];

/** Reads the `workflow_definition` of a state and collects what could not be taken as written. */
class StoredDefinition {
  readonly #raw: Fields;
  readonly #state: LegacyState;
  readonly #findings: string[] = [];
  #unknownKeys = false;

  constructor(raw: Fields, state: LegacyState) {
    this.#raw = raw;
    this.#state = state;
  }

  /** Null when it has no phases to go by. */
  read(): FoundDefinition | null {
    const phases = this.#phases();
    if (phases.length === 0) return null;
    this.#note(this.#raw, KNOWN.workflow);
    const description = textField(this.#raw, "description");
    const type = textField(this.#state.raw, "workflow_type");
    return {
      definition: {
        name: textField(this.#raw, "name") ?? type ?? "Imported workflow",
        version: textField(this.#raw, "version") ?? "1.0",
        ...(description === null ? {} : { description }),
        phases,
        settings: settingsOf(fieldsField(this.#raw, "settings") ?? {}),
      },
      origin: "stored",
      findings: this.#findings,
      incomplete: this.#unknownKeys || this.#findings.length > 0,
    };
  }

  #phases(): readonly PhaseDefinition[] {
    const phases = new Map<string, PhaseDefinition>();
    for (const raw of this.#list(this.#raw, "phases", "phase")) {
      const id = textField(raw, "id") ?? "";
      // Of two phases with one id the old tool's state held the items of the last.
      if (phases.has(id)) this.#find(`phase "${id}" is defined twice; its last definition is used`);
      phases.set(id, this.#phase(id, raw));
    }
    return [...phases.values()];
  }

  #phase(id: string, raw: Fields): PhaseDefinition {
    this.#note(raw, KNOWN.phase);
    const items = new Map<string, ItemDefinition>();
    for (const item of this.#list(raw, "items", "item")) {
      const itemId = textField(item, "id") ?? "";
      if (items.has(itemId)) {
        this.#find(`item "${itemId}" is defined twice in "${id}"; its first definition is used`);
      } else items.set(itemId, this.#item(itemId, item));
    }
    return {
      ...emptyPhase(id),
      name: textField(raw, "name") ?? id,
      ...optionalTexts(raw, ["description", "exit_gate", "agent", "executor"]),
      items: [...items.values()],
      notes: textsField(raw, "notes"),
      required_reviews: textsField(raw, "required_reviews"),
      phase_type: this.#word(raw, "phase_type", PHASE_TYPES, `phase "${id}"`) ?? "guided",
      intended_tools: textsField(raw, "intended_tools"),
    };
  }

  #item(id: string, raw: Fields): ItemDefinition {
    this.#note(raw, KNOWN.item);
    const what = `item "${id}"`;
    const schema = this.#word(raw, "evidence_schema", EVIDENCE_SCHEMAS, what);
    const stepType = this.#word(raw, "step_type", STEP_TYPES, what) ?? "flexible";
    const optional = field(raw, "required") === false;
    // The old tool let no phase end without a gate, whatever this key said.
    if (optional && stepType === "gate") this.#find(`${what} is a gate, which is required`);
    return {
      ...plainItem(id),
      name: textField(raw, "name") ?? id,
      ...optionalTexts(raw, ["description", "evidence_prompt", "agent"]),
      required: !optional || stepType === "gate",
      skippable: field(raw, "skippable") !== false,
      skip_conditions: textsField(raw, "skip_conditions"),
      verification: this.#verification(fieldsField(raw, "verification") ?? {}, what),
      step_type: stepType,
      ...(schema === null ? {} : { evidence_schema: schema }),
      notes: textsField(raw, "notes"),
    };
  }

  /** A verification that cannot be carried out becomes a person's decision: no step opens by itself. */
  #verification(raw: Fields, what: string): Verification {
    this.#note(raw, KNOWN.verification);
    const type = textField(raw, "type") ?? "none";
    const path = textField(raw, "path") ?? "";
    const command = textField(raw, "command") ?? "";
    const description = textField(raw, "description");
    if (type === "none") return { type };
    if (type === "file_exists" && path !== "") return { type, path };
    if (type === "command" && command !== "") {
      const expected = field(raw, "expect_exit_code");
      return { type, command, expect_exit_code: typeof expected === "number" ? expected : 0 };
    }
    if (type === "manual_gate") return { type, ...(description === null ? {} : { description }) };
    const missing = type === "file_exists"
      ? "has no path"
      : type === "command"
      ? "has no command"
      : "is unknown";
    this.#find(
      `the verification "${type}" of ${what} ${missing}; a person must approve it instead`,
    );
    return {
      type: "manual_gate",
      description: `The old definition requires "${type}", which ${missing}`,
    };
  }

  #list(raw: Fields, key: string, what: string): readonly Fields[] {
    const value = field(raw, key);
    if (!Array.isArray(value)) return [];
    return value.filter((element): element is Fields => {
      const usable = isRecord(element) && (textField(element, "id") ?? "") !== "";
      if (!usable) this.#find(`the definition has a ${what} without an id, which is ignored`);
      return usable;
    });
  }

  #word<Word extends string>(
    raw: Fields,
    key: string,
    words: readonly Word[],
    what: string,
  ): Word | null {
    const written = field(raw, key) ?? null;
    const word = words.find((known) => known === written) ?? null;
    if (word === null && written !== null) {
      this.#find(`"${key}" of ${what} is unknown and ignored`);
    }
    return word;
  }

  #note(raw: Fields, known: readonly string[]): void {
    if (rest(raw, known) !== null) this.#unknownKeys = true;
  }

  #find(sentence: string): void {
    this.#findings.push(sentence);
  }
}

function optionalTexts<Key extends string>(
  raw: Fields,
  keys: readonly Key[],
): Partial<Record<Key, string>> {
  const texts: Partial<Record<Key, string>> = {};
  for (const key of keys) {
    const text = textField(raw, key);
    if (text !== null) texts[key] = text;
  }
  return texts;
}

function settingsOf(raw: Fields): Settings {
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, settingOf(value)]));
}

function settingOf(value: unknown): SettingValue {
  if (Array.isArray(value)) return value.map(settingOf);
  if (isRecord(value)) return settingsOf(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}
