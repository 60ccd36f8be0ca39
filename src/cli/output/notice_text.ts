/**
 * Deviations from a workflow, as clauses.
 * @module
 */
import { contradictingLines, lostEvents } from "../../session/load.ts";
import { settingReplaced } from "../../workflow/definition_origin.ts";
import type { BypassNotice } from "../../workflow/progress.ts";
import type { EarlierSession } from "../../workflow/state.ts";

const ITEMS_SHOWN = 6;

/** One notice as a clause. */
export function noticeText(notice: BypassNotice): string {
  switch (notice.kind) {
    case "agent_approval":
      return `${notice.item ?? `phase ${notice.phase}`} was approved by an agent`;
    case "setting_overridden":
      return settingReplaced(notice.setting, notice.file);
    case "before_audits":
      return notice.all
        ? "the journal was written before audits: nothing records what its lines led to"
        : `${
          notice.lines === 1 ? "line 1" : `lines 1 to ${notice.lines}`
        } of the journal were written before audits: nothing records what they led to`;
    case "other_definition":
      return notice.message;
    case "approval_revoked": {
      const what = notice.item === undefined
        ? `phase ${notice.phase}`
        : `${notice.phase}/${notice.item}`;
      return `approval of ${what} was revoked by ${notice.by.name}: ${notice.reason}`;
    }
    case "journal_accepted":
      return `${notice.by.name} continued ${
        notice.contradictions === undefined
          ? `without ${lostEvents(notice.known.seq, notice.found)}, which the journal had lost`
          : `although ${contradictingLines(notice.contradictions)}`
      }${notice.reason === null ? "" : `: ${notice.reason}`}`;
    case "earlier_session":
      return departureText(notice);
    case "before_import":
      return `done before the import, not proven here: ${itemsText(notice.items)}`;
    case "left_open":
      return `${notice.phase}/${notice.item} was left ${
        notice.status === "failed" ? "failed" : "open"
      } (${notice.required ? "required" : "optional"})`;
    case "waived":
      return `${notice.phase}/${notice.item} was accepted by ${notice.by.name} although its proof ` +
        `was stale or failed: ${notice.reason}`;
    default:
      return `${notice.phase}/${notice.item} ${
        notice.kind === "forced"
          ? `was skipped by force, by ${notice.by.agent ?? notice.by.name} (${notice.by.kind})`
          : "was skipped by zero_human"
      }${notice.undone ? " (undone since)" : ""}: ${notice.reason}`;
  }
}

const WENT = {
  removed: "was removed",
  replaced: "was replaced by an imported copy",
  missing: "was deleted without a record, noticed",
  rolled_back: "was taken back with a migration",
} as const;

/** A session that went, or a copy of one, as a clause. */
export function departureText(gone: EarlierSession): string {
  const name = gone.name === null ? "" : ` ("${gone.name}")`;
  const when = `${gone.time.slice(0, 16).replace("T", " ")}Z`;
  const at = gone.seq === 0
    ? ""
    : `, when it was ${gone.status}${
      gone.total === 0 ? "" : `, ${gone.done} of ${gone.total} items done`
    } (journal of ${gone.seq} ${gone.seq === 1 ? "event" : "events"})`;
  const why = gone.why === null ? "" : `: ${gone.why}`;
  return `session ${gone.session}${name} ${
    WENT[gone.what]
  } on ${when} by ${gone.by.name}${at}${why}`;
}

function itemsText(items: readonly { readonly phase: string; readonly item: string }[]): string {
  const ids = items.slice(0, ITEMS_SHOWN).map(({ phase, item }) => `${phase}/${item}`);
  const more = items.length - ids.length;
  return [...ids, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
