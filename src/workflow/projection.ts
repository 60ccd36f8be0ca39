/**
 * The digest of a state, as the lines of a journal record it: `<projection>:<SHA-256 in hex>`.
 *
 * A **projection** is a named, fixed way to write a state as nested JSON arrays. What is recorded names
 * the projection it was made with, and is checked with that one for ever: a field that the state gets
 * later belongs in the next projection, never in an old one.
 *
 * Projection 1; `docs/design/on-disk-format.md` says it for readers in other languages, and a test holds
 * a reader made of that page to it. `H(x)` is the SHA-256, in lower-case hex, of `x` as
 * `JSON.stringify` writes it, in UTF-8. The digest is `H` of an array of the fields in {@link STATE}, in
 * that order, where
 * - an optional field is `[]` when it is absent, and `[value]` when it is present;
 * - `definition`, `definitionOrigin`, `namesakes`, `legacy` and `history` are `H` of the value as it
 *   was recorded;
 * - lists (`notes.recent`, `checkpoints.recent`, `bypasses`, `accepted.recent`) are the `H` of each
 *   entry, an entry being the array of its fields;
 * - `phases` is a list of `[id, H(phase)]`, a phase the array of its fields, and its `items` the `H` of
 *   each run of 32 `[id, H(item)]`, the last of which may be shorter. Phases and items are in the order
 *   of the definition, but whole numbers come first, in ascending order.
 * - texts and evidence (`task`, `constraints`, `notes`, `evidence`, `text`, `message`, `reason`, `why`,
 *   `skipReason`, `endNotes`, `abandonReason`, `outputTail`) are `H` of the value, so that one that is
 *   taken out of a journal (`redacted_text.ts`) can be replaced by its hash and no digest changes: for
 *   `[redacted sha256:<hash>]` that hash is written; `null` stays `null`.
 * - Other values that are recorded as they came (actors, verifications, approvals of items) are written
 *   as they stand in the journal.
 *
 * Behind its fields a state, an item, a phase and the approval of a phase has a pair `[name, H(value)]`
 * for each of the fields in `STATE_PAIRS`, `ITEM_PAIRS`, `PHASE_PAIRS` and `PHASE_APPROVAL_PAIRS` that is
 * present, in that order.
 *
 * Projection 2 has one more field behind those of projection 1: `earlier`, a list as `accepted` is. It is
 * that of states that name earlier sessions; all others are written with projection 1.
 * @module
 */
import { textHash } from "./redacted_text.ts";
import type {
  Acceptance,
  Bypass,
  CheckpointSummary,
  EarlierSession,
  ItemState,
  Note,
  PhaseState,
  Recent,
  SessionState,
} from "./state.ts";

/**
 * The projections. A state is written with the first one that has all that it holds: what most states
 * lack does not change how they are written.
 */
type Projection = "1" | "2";

/** The projection that new lines of a state are made with. */
function projectionOf({ earlier }: SessionState): Projection {
  return earlier === undefined ? "1" : "2";
}

/** Gives the SHA-256 of a text's UTF-8 bytes in lower-case hex. */
export type Sha256 = (text: string) => string;

/** The name of the projection of a recorded digest, when this program knows it; else null. */
export function knownProjection(digest: string): string | null {
  return /^([12]):[0-9a-f]{64}$/.exec(digest)?.[1] ?? null;
}

/**
 * Lists the fields of a type; leaving one out is an error of types. What is added to the type belongs
 * in the next projection.
 */
function fieldsOf<Of>() {
  return <const Fields extends readonly (keyof Of)[]>(
    fields: Fields & ([Exclude<keyof Of, Fields[number]>] extends [never] ? unknown : never),
  ): Fields => fields;
}

/** Fields of a state that most states lack. */
const STATE_PAIRS = [
  "begun",
  "listed",
  "finished",
  "odd",
  "compared",
  "redactions",
  "ranOver",
  "outerChanged",
  "handoffs",
  "reviews",
] as const satisfies readonly (keyof SessionState)[];

/** Fields of an item that most items lack. */
const ITEM_PAIRS = [
  "proof",
  "rejections",
  "withdrawn",
  "withdrawnReason",
  "needsAgain",
  "fileBefore",
  "rechecked",
  "claim",
] as const satisfies readonly (keyof ItemState)[];

/** Fields of a phase that most phases lack. */
const PHASE_PAIRS = [
  "withdrawn",
  "withdrawnReason",
] as const satisfies readonly (keyof PhaseState)[];

/** A phase's approval. */
type PhaseApproval = NonNullable<PhaseState["approval"]>;

/** Fields of a phase's approval that those of earlier programs lack. */
const PHASE_APPROVAL_PAIRS = [
  "proof",
  "place",
  "file",
  "open",
  "stale",
] as const satisfies readonly (keyof PhaseApproval)[];

const STATE = fieldsOf<Omit<SessionState, "earlier" | typeof STATE_PAIRS[number]>>()([
  "session",
  "lineage",
  "seq",
  "name",
  "task",
  "project",
  "constraints",
  "definition",
  "overriddenSettings",
  "definitionOrigin",
  "namesakes",
  "status",
  "phase",
  "phases",
  "createdAt",
  "createdBy",
  "updatedAt",
  "endedAt",
  "endedBy",
  "endNotes",
  "abandonReason",
  "notes",
  "checkpoints",
  "bypasses",
  "accepted",
  "history",
  "imported",
  "legacy",
  "audited",
]);

/** Only in projection 2. */
const EARLIER = fieldsOf<EarlierSession>()([
  "what",
  "session",
  "name",
  "task",
  "status",
  "seq",
  "hash",
  "done",
  "total",
  "time",
  "by",
  "why",
]);

const PHASE = fieldsOf<Omit<PhaseState, typeof PHASE_PAIRS[number]>>()([
  "status",
  "startedAt",
  "completedAt",
  "approval",
  "items",
]);

const PHASE_APPROVAL = fieldsOf<Omit<PhaseApproval, typeof PHASE_APPROVAL_PAIRS[number]>>()([
  "how",
  "detection",
  "byAgent",
  "at",
  "by",
  "notes",
]);

const ITEM = fieldsOf<Omit<ItemState, typeof ITEM_PAIRS[number]>>()([
  "status",
  "touched",
  "failures",
  "at",
  "by",
  "notes",
  "evidence",
  "verification",
  "skipReason",
  "forced",
  "automatic",
  "approval",
  "legacy",
]);

const NOTE = fieldsOf<Note>()(["seq", "time", "by", "text", "phase"]);
const CHECKPOINT = fieldsOf<CheckpointSummary>()(["id", "seq", "time", "message", "phase"]);
const BYPASS = fieldsOf<Bypass>()([
  "kind",
  "phase",
  "item",
  "count",
  "seq",
  "time",
  "by",
  "reason",
]);
const ACCEPTANCE = fieldsOf<Acceptance>()([
  "seq",
  "time",
  "by",
  "known",
  "found",
  "reason",
  "contradictions",
]);

/** Fields at the end of an entry that may be absent: then the entry is shorter. */
const OPTIONAL: ReadonlySet<PropertyKey> = new Set<keyof Acceptance>(["contradictions"]);

/** Fields of records whose values are texts. */
const TEXTS: ReadonlySet<string> = new Set([
  "task",
  "why",
  "text",
  "message",
  "reason",
  "notes",
  "evidence",
  "skipReason",
]);

/** Texts whose hashes are remembered. */
const TEXTS_KNOWN = 64;

/** How many items one digest covers. */
const RUN = 32;

/** Items whose runs are known. */
interface Runs {
  readonly ids: readonly string[];
  readonly items: readonly ItemState[];
  readonly digests: readonly string[];
}

/**
 * Makes digests of states. Parts that states share, as those that `evolve()` makes do, are digested
 * once.
 */
export class StateDigests {
  readonly #sha256: Sha256;
  readonly #known = new WeakMap<object, string>();
  /** Of each phase, those seen last. */
  readonly #runs = new Map<string, Runs>();
  readonly #texts = new Map<string, string>();

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /**
   * The digest of a state, with the name of its projection.
   * @throws `TypeError` for a value that is not a state.
   */
  digest(state: SessionState): string {
    const fields: unknown[] = STATE.map((name) => {
      switch (name) {
        case "definition":
          return this.#whole(state.definition);
        case "definitionOrigin":
        case "namesakes":
        case "legacy":
        case "history": {
          const value = state[name];
          return value === undefined ? [] : [this.#whole(value)];
        }
        case "phases":
          return Object.entries(state.phases).map(([id, phase]) => [id, this.#phase(id, phase)]);
        case "task":
          return this.#text(state.task);
        case "constraints":
          return required(state.constraints).map((text) => this.#text(text));
        case "endNotes":
        case "abandonReason":
          return this.#optionalText(state[name]);
        case "notes":
          return this.#recent(state.notes, NOTE);
        case "checkpoints":
          return this.#recent(state.checkpoints, CHECKPOINT);
        case "bypasses":
          return state.bypasses.map((bypass) => this.#record(bypass, BYPASS));
        case "accepted":
          return state.accepted === undefined ? [] : this.#recent(state.accepted, ACCEPTANCE);
        case "endedAt":
        case "endedBy":
        case "imported":
        case "audited":
          return optional(state[name]);
        default:
          return required(state[name]);
      }
    });
    fields.push(...this.#pairs(state, STATE_PAIRS));
    const { earlier } = state;
    if (earlier !== undefined) fields.push(this.#recent(earlier, EARLIER));
    return `${projectionOf(state)}:${this.#hash(fields)}`;
  }

  #hash(value: unknown): string {
    return this.#sha256(JSON.stringify(value));
  }

  /** The digest of a value as it was recorded. */
  #whole(value: object): string {
    return this.#once(value, () => value);
  }

  #once(value: object, project: () => unknown): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const digest = this.#hash(project());
    this.#known.set(value, digest);
    return digest;
  }

  #record<Of extends object>(value: Of, fields: readonly (keyof Of)[]): string {
    return this.#once(
      value,
      () =>
        fields.flatMap((name) => {
          if (OPTIONAL.has(name) && value[name] === undefined) return [];
          return [TEXTS.has(String(name)) ? this.#text(value[name]) : required(value[name])];
        }),
    );
  }

  #recent<Of extends object>(
    { count, recent }: Recent<Of>,
    fields: readonly (keyof Of)[],
  ): unknown {
    return [required(count), recent.map((value) => this.#record(value, fields))];
  }

  #phase(id: string, phase: PhaseState): string {
    return this.#once(phase, () => [
      ...PHASE.map((name) => {
        switch (name) {
          case "status":
            return required(phase.status);
          case "items":
            return this.#items(id, phase.items);
          case "approval": {
            const { approval } = phase;
            return approval === undefined ? [] : [[
              ...PHASE_APPROVAL.map((field) =>
                field === "notes" ? this.#optionalText(approval.notes) : optional(approval[field])
              ),
              ...this.#pairs(approval, PHASE_APPROVAL_PAIRS),
            ]];
          }
          default:
            return optional(phase[name]);
        }
      }),
      ...this.#pairs(phase, PHASE_PAIRS),
    ]);
  }

  /** Of a run whose items are those of a moment ago, the digest is too. */
  #items(phase: string, items: PhaseState["items"]): readonly string[] {
    const before = this.#runs.get(phase);
    const ids = Object.keys(items);
    const states = Object.values(items);
    const digests: string[] = [];
    for (let from = 0; from < ids.length; from += RUN) {
      const to = Math.min(from + RUN, ids.length);
      const known = before?.digests[from / RUN];
      digests.push(
        known !== undefined && before !== undefined && sameRun(before, { ids, items: states }, from)
          ? known
          : this.#run(ids.slice(from, to), states.slice(from, to)),
      );
    }
    this.#runs.set(phase, { ids, items: states, digests });
    return digests;
  }

  #run(ids: readonly string[], items: readonly ItemState[]): string {
    return this.#hash(items.map((item, index) => [ids[index], this.#item(item)]));
  }

  #item(item: ItemState): string {
    return this.#once(
      item,
      () => [
        ...ITEM.map((name) => {
          if (name === "status" || name === "touched" || name === "failures") {
            return required(item[name]);
          }
          if (name === "verification") return this.#verification(item.verification);
          return TEXTS.has(name) ? this.#optionalText(item[name]) : optional(item[name]);
        }),
        ...this.#pairs(item, ITEM_PAIRS),
      ],
    );
  }

  /** The name and the hash of each field that is there. */
  #pairs<Of extends object>(value: Of, names: readonly (keyof Of)[]): readonly unknown[] {
    return names.flatMap((name) => {
      const field = value[name];
      if (field === undefined) return [];
      const isObject = typeof field === "object" && field !== null;
      return [[name, isObject ? this.#whole(field) : this.#text(field)]];
    });
  }

  #verification(outcome: ItemState["verification"]): readonly unknown[] {
    if (outcome?.type !== "command") return optional(outcome);
    return [{ ...outcome, outputTail: this.#text(outcome.outputTail) }];
  }

  /** The hash of a text or of evidence; null for null. */
  #text(value: unknown): string | null {
    if (required(value) === null) return null;
    if (typeof value !== "string") return textHash(value, this.#sha256);
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const hash = textHash(value, this.#sha256);
    // Those that stay, such as the task, are asked for with each event.
    if (this.#texts.size >= TEXTS_KNOWN) this.#texts.clear();
    this.#texts.set(value, hash);
    return hash;
  }

  #optionalText(value: unknown): readonly unknown[] {
    return value === undefined ? [] : [this.#text(value)];
  }
}

/** Whether the run of items that begins at an index is the same as before. */
function sameRun(before: Runs, now: Pick<Runs, "ids" | "items">, from: number): boolean {
  const to = Math.min(from + RUN, Math.max(before.ids.length, now.ids.length));
  for (let at = from; at < to; at += 1) {
    if (before.items[at] !== now.items[at] || before.ids[at] !== now.ids[at]) return false;
  }
  return true;
}

function required<Value>(value: Value): Value {
  if (value === undefined) throw new TypeError("a state has this field");
  return value;
}

function optional(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}
