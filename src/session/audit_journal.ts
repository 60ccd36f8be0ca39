/**
 * Auditing a journal while it is replayed: the bytes of each line, and what it means.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { ORIGIN_HASH } from "../storage/backend.ts";
import { Auditor } from "../workflow/audit/audit.ts";
import type { AuditReport } from "../workflow/audit/finding.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { RULES } from "../workflow/rules.ts";
import type { SessionState } from "../workflow/state.ts";
import type { ReadLine } from "./scan_journal.ts";

/** Audits the lines of one journal, in their order. */
export class JournalAuditor {
  readonly #auditor: Auditor;
  #hash = ORIGIN_HASH;

  /** @param now what time it is. */
  constructor(now: Date) {
    this.#auditor = new Auditor({ digest: sha256Hex, now, rules: RULES });
  }

  get report(): AuditReport {
    return this.#auditor.report;
  }

  /** The event of line 1; null in an empty journal. */
  get first(): SessionEvent | null {
    return this.#auditor.first;
  }

  /** Adds what was found about line 1 elsewhere. */
  add(
    event: SessionEvent,
    found: { readonly instead: string } | { readonly remark: string },
  ): void {
    if ("remark" in found) this.#auditor.remark(event.seq, found.remark);
    else this.#auditor.contradict(event, found.instead);
  }

  /**
   * Audits the next line.
   * @param state the state before it.
   */
  take(
    state: SessionState | null,
    event: SessionEvent,
    { line, value, hash }: ReadLine,
  ): void {
    this.#auditor.take(state, event);
    if (typeof line === "string" && !isCanonical(line, value)) {
      this.#auditor.contradict(event, "its bytes are not those that this program writes for that");
    }
    const { type, data, seq } = event;
    if (type === "journal_accepted" && data.found.hash !== this.#hash) {
      this.#auditor.contradict(event, `line ${seq - 1} has another hash than it records`);
    }
    this.#hash = hash;
  }
}

/** Known fields of a line, in their order. */
const FIELDS = [
  "v",
  "seq",
  "time",
  "type",
  "actor",
  "data",
  "rules",
  "state",
  "prev",
  "original",
];

/**
 * Whether a line is what is written for the value that is read from it: no key twice, no white space, no
 * other spelling of a text or number, and the fields in their order.
 */
function isCanonical(line: string, value: object): boolean {
  if (JSON.stringify(value) !== line) return false;
  const places = Object.keys(value).map((key) => FIELDS.indexOf(key)).filter((at) => at >= 0);
  return places.every((at, index) => index === 0 || at > (places[index - 1] ?? at));
}
