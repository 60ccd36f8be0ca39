/**
 * An old state as the beginning of a session.
 *
 * Item states, notes, reasons, constraints, approvals and the definition go where the new state has
 * them. Every other field is kept under `legacy`, verbatim but for two things: what says nothing
 * (nulls, empty lists and objects) is left out, and absolute paths become relative
 * ({@link "./local_paths.ts"}).
 * @module
 */
import type { PhaseDefinition, WorkflowDefinition } from "../workflow/definition.ts";
import { IMPORTED_APPROVAL } from "../workflow/recorded.ts";
import type { PhaseState, PhaseStatus, StateSeed, WorkflowStatus } from "../workflow/state.ts";
import { definitionOf, type FoundDefinition, stateItems } from "./convert_definition.ts";
import { toItemState } from "./convert_item.ts";
import { LocalPaths } from "./local_paths.ts";
import type { LegacyState } from "./read_state.ts";
import { field, type Fields, fieldsField, rest, textField, textsField, utc } from "./values.ts";

/** What {@link toSeed} can use besides the state. */
export interface SeedOptions {
  /** The project's present workflow.yaml; used for states without a definition (G0) when it fits. */
  readonly definition?: WorkflowDefinition;
  /** SHA-256 in hex of that file's bytes: tells whether it changed since the workflow began. */
  readonly definitionSha256?: string;
  /** Absolute path of the project root, so that paths below it become relative. */
  readonly root?: string;
}

/** An old state, converted. */
export interface ConvertedState {
  readonly seed: StateSeed;
  /** Where the definition comes from: `stored` in the state, `file`, or `made` up from its items. */
  readonly definitionOrigin: FoundDefinition["origin"];
  /** Sentences about everything that could not be taken as it was. */
  readonly findings: readonly string[];
}

/** The time of something that has no recorded time. */
const NO_TIME = "1970-01-01T00:00:00Z";

/** The root's keys that the seed has a place for. */
const UNDERSTOOD = [
  "task_description",
  "project",
  "status",
  "current_phase_id",
  "phases",
  "created_at",
  "updated_at",
  "completed_at",
  "metadata",
  "workflow_definition",
  "constraints",
];

/** Converts an old state. Never throws: whatever {@link readLegacyState} accepts can be converted. */
export function toSeed(state: LegacyState, options: SeedOptions = {}): ConvertedState {
  return new Conversion(state, options).convert();
}

class Conversion {
  readonly #state: LegacyState;
  readonly #raw: Fields;
  readonly #metadata: Fields;
  readonly #paths: LocalPaths;
  readonly #found: FoundDefinition;
  readonly #status: WorkflowStatus;
  readonly #findings: string[];

  constructor(state: LegacyState, options: SeedOptions) {
    this.#state = state;
    this.#raw = state.raw;
    this.#metadata = fieldsField(state.raw, "metadata") ?? {};
    this.#paths = new LocalPaths(state.raw, options.root);
    this.#found = definitionOf(state, { ...options, paths: this.#paths });
    this.#findings = [...state.findings, ...this.#found.findings];
    this.#status = this.#workflowStatus();
  }

  convert(): ConvertedState {
    const { definition } = this.#found;
    const updatedAt = utc(field(this.#raw, "updated_at")) ?? utc(field(this.#raw, "_updated_at"));
    const createdAt = utc(field(this.#raw, "created_at")) ?? updatedAt ?? NO_TIME;
    const current = this.#currentPhase(definition.phases);
    const leftovers: [string, Fields][] = [];
    const phases = definition.phases.map((phase, index) => {
      const { kept, state } = this.#phase(phase, index - definition.phases.indexOf(current));
      if (kept !== null) leftovers.push([phase.id, kept]);
      return [phase.id, state] as const;
    });
    this.#reportUnreached(phases);
    const project = textField(this.#raw, "project");
    const legacy = this.#legacy(Object.fromEntries(leftovers), this.#unplaced());
    return {
      seed: {
        name: null,
        task: this.#state.task === "" ? this.#state.workflowId : this.#state.task,
        project: project === "" ? null : project,
        constraints: textsField(this.#raw, "constraints"),
        definition,
        status: this.#status,
        phase: this.#status === "active" ? current.id : null,
        phases: Object.fromEntries(phases),
        createdAt,
        updatedAt: updatedAt ?? createdAt,
        ...this.#ending(updatedAt ?? createdAt),
        notes: [],
        legacy,
      },
      definitionOrigin: this.#found.origin,
      findings: this.#findings,
    };
  }

  #workflowStatus(): WorkflowStatus {
    const written = this.#state.status;
    if (written === "completed" || written === "abandoned" || written === "active") return written;
    this.#find(`the workflow had the status "${written}" and is treated as active`);
    return "active";
  }

  /** The phase the work is in, or was in when it ended. */
  #currentPhase(phases: readonly PhaseDefinition[]): PhaseDefinition {
    const written = this.#state.currentPhase;
    const named = phases.find((phase) => phase.id === written);
    if (named !== undefined) return named;
    const status = (phase: PhaseDefinition) => textField(this.#rawPhase(phase.id), "status");
    const guess = phases.find((phase) => status(phase) === "active") ??
      phases.find((phase) => status(phase) !== "completed") ?? phases.at(-1);
    // A definition without phases was refused before.
    if (guess === undefined) throw new TypeError("a definition without phases");
    if (written !== null) {
      this.#find(
        `the current phase "${written}" is not defined; "${guess.id}" is used as the current phase`,
      );
    }
    return guess;
  }

  /** @param distance How far behind the current phase it comes: negative before, 0 for itself. */
  #phase(
    definition: PhaseDefinition,
    distance: number,
  ): { readonly state: PhaseState; readonly kept: Fields | null } {
    const raw = this.#rawPhase(definition.id);
    const rawItems = fieldsField(raw, "items") ?? {};
    const items = definition.items.map((item) => {
      const context = {
        definition: item,
        settings: this.#found.definition.settings,
        paths: this.#paths,
        find: (sentence: string) => this.#find(`${definition.id}: ${sentence}`),
      };
      return [item.id, toItemState(fieldsField(rawItems, item.id) ?? {}, context)] as const;
    });
    const written = textField(raw, "status") ?? "pending";
    const status = this.#phaseStatus(written, distance);
    if (status !== written && !(this.#status === "completed" && distance === 0)) {
      this.#find(
        `phase "${definition.id}" had the status "${written}" and is treated as ${status}`,
      );
    }
    const startedAt = utc(field(raw, "started_at"));
    const completedAt = utc(field(raw, "completed_at")) ??
      (status === "completed" ? utc(field(this.#raw, "completed_at")) : null);
    const approval = this.#phaseApproval(definition.id, completedAt ?? startedAt);
    return {
      state: {
        status,
        ...(startedAt === null ? {} : { startedAt }),
        ...(completedAt === null || status !== "completed" ? {} : { completedAt }),
        ...(approval === null ? {} : { approval }),
        items: Object.fromEntries(items),
      },
      kept: rest(this.#paths.scrubFields(raw), [
        "id",
        "items",
        ...(status === written ? ["status"] : []),
        ...(startedAt === null ? [] : ["started_at"]),
        ...(status === "completed" ? ["completed_at"] : []),
      ]),
    };
  }

  /** Exactly the current phase of an active workflow is active; a completed workflow has none. */
  #phaseStatus(written: string, distance: number): PhaseStatus {
    if (distance === 0) return this.#status === "completed" ? "completed" : "active";
    if (written === "completed") return "completed";
    if (written === "active") return distance < 0 ? "completed" : "pending";
    return "pending";
  }

  #phaseApproval(id: string, fallback: string | null): NonNullable<PhaseState["approval"]> | null {
    if (field(this.#metadata, `phase_${id}_approved`) !== true) return null;
    const at = utc(field(this.#metadata, `phase_${id}_approved_at`)) ?? fallback ??
      utc(field(this.#raw, "updated_at")) ?? NO_TIME;
    // The user of the old command counted as a person; the name is not recorded.
    return { ...IMPORTED_APPROVAL, at, by: { kind: "person", name: "unknown" } };
  }

  #reportUnreached(phases: readonly (readonly [string, PhaseState])[]): void {
    if (this.#status !== "completed") return;
    const open = phases.filter(([, phase]) => phase.status !== "completed").map(([id]) => id);
    if (open.length > 0) {
      this.#find(`the workflow was finished without reaching ${open.join(", ")}`);
    }
  }

  /** Phases and items of the state that the definition does not have: they are kept, not lost. */
  #unplaced(): Fields {
    const defined = new Map(this.#found.definition.phases.map((phase) => [phase.id, phase]));
    const unplaced: [string, Fields][] = [];
    for (const [id, items] of stateItems(this.#state)) {
      const phase = defined.get(id);
      if (phase === undefined) {
        this.#find(`phase "${id}" is in the state but not in the definition`);
        unplaced.push([id, this.#rawPhase(id)]);
        continue;
      }
      const extra = [...items].filter(([item]) => !phase.items.some((known) => known.id === item));
      for (const [item] of extra) {
        this.#find(`item "${item}" of "${id}" is in the state but not in the definition`);
      }
      if (extra.length > 0) unplaced.push([id, { items: Object.fromEntries(extra) }]);
    }
    return this.#paths.scrubFields(Object.fromEntries(unplaced));
  }

  #ending(fallback: string): Partial<Pick<StateSeed, "endedAt" | "endNotes" | "abandonReason">> {
    if (this.#status === "active") return {};
    const endedAt = utc(field(this.#raw, "completed_at")) ??
      utc(field(this.#metadata, "abandoned_at")) ?? fallback;
    const notes = textField(this.#metadata, "completion_notes");
    const reason = this.#status === "abandoned" ? abandonReason(this.#metadata) : null;
    return {
      endedAt,
      ...(notes === null || notes === "" ? {} : { endNotes: notes }),
      ...(reason === null ? {} : { abandonReason: reason }),
    };
  }

  #legacy(phases: Fields, unplaced: Fields): Fields {
    const { definition } = this.#found;
    const ended = this.#status !== "active";
    const metadata = rest(this.#paths.scrubFields(this.#metadata), [
      ...definition.phases
        .filter((phase) => field(this.#metadata, `phase_${phase.id}_approved`) === true)
        .flatMap((phase) => [`phase_${phase.id}_approved`, `phase_${phase.id}_approved_at`]),
      ...(ended ? ["completion_notes"] : []),
      ...(this.#status === "abandoned" ? ["abandon_reason", "abandoned_reason"] : []),
    ]);
    const constraints = field(this.#raw, "constraints");
    const odd = Array.isArray(constraints) && constraints.some((text) => typeof text !== "string");
    const understood = [
      ...UNDERSTOOD.filter((key) => {
        if (key === "status") return this.#state.status === this.#status;
        if (key === "completed_at") return ended;
        if (key === "constraints") return Array.isArray(constraints) && !odd;
        if (key === "workflow_definition") return !this.#found.incomplete;
        return true;
      }),
      ...(textField(this.#raw, "workflow_type") === definition.name ? ["workflow_type"] : []),
      ...(textField(this.#raw, "workflow_version") === definition.version
        ? ["workflow_version"]
        : []),
    ];
    return {
      ...rest(this.#paths.scrubFields(this.#raw), understood),
      ...(metadata === null ? {} : { metadata }),
      ...(Object.keys(phases).length === 0 ? {} : { phases }),
      ...(Object.keys(unplaced).length === 0 ? {} : { unplaced }),
    };
  }

  #rawPhase(id: string): Fields {
    return fieldsField(fieldsField(this.#raw, "phases") ?? {}, id) ?? {};
  }

  #find(sentence: string): void {
    this.#findings.push(sentence);
  }
}

/** The old tool spelled the key differently when its `cleanup` abandoned a workflow. */
function abandonReason(metadata: Fields): string | null {
  return textField(metadata, "abandon_reason") ?? textField(metadata, "abandoned_reason");
}
