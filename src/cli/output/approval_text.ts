/**
 * How an approval was given, and what was approved.
 * @module
 */
import { byteSize } from "../../platform/byte_size.ts";
import type { GivenApproval } from "../../workflow/given_approvals.ts";
import { type Approval, type ApprovedFile, IMPORTED_APPROVAL } from "../../workflow/recorded.ts";
import { isRecord } from "../../workflow/record.ts";

/** How many items a clause names. */
const MOST_NAMES = 5;

/** How it was given, and what was detected while it was: `with --yes, no terminal, no agent detected`. */
export function approvalText(approval: Approval): string {
  if (isOfOldTool(approval)) return "in the old tool, before the import";
  const detected = approval.detection === "none" ? "no agent" : approval.detection;
  return [
    howText(approval),
    ...(approval.byAgent === true ? ["by an agent"] : []),
    `${detected} detected`,
  ].join(", ");
}

/** The old tool recorded neither how it was given nor what was detected. */
function isOfOldTool({ how, detection, byAgent, place }: Approval): boolean {
  return how === IMPORTED_APPROVAL.how && detection === IMPORTED_APPROVAL.detection &&
    byAgent !== true && place === undefined;
}

/** Takes anything: what was read from a journal may be no approval. */
function howText({ how, place }: Approval): string {
  const terminal = isRecord(place) && typeof place.terminal === "string"
    ? place.terminal
    : undefined;
  const named = terminal === undefined || terminal === "none" || terminal === "unknown"
    ? undefined
    : terminal;
  if (how !== "flag") return named === undefined ? `on a ${how}` : `on ${named}`;
  if (terminal === "none") return "with --yes, no terminal";
  return named === undefined ? "with --yes" : `with --yes on ${named}`;
}

/**
 * What an approval records besides: the programs that ran the command, the file, and in spite of what it
 * was given.
 */
export function approvalDetails({ place, file, open, stale }: Approval): readonly string[] {
  const programs = isRecord(place) ? place.programs : undefined;
  return [
    ...(Array.isArray(programs) && programs.length > 0 ? [`run by ${programs.join(", ")}`] : []),
    ...(programs === "unknown" ? ["run by unknown programs"] : []),
    ...(isRecord(file) ? [fileText(file)] : []),
    ...named("before these were done", open),
    ...named("while these proofs were stale", stale),
  ];
}

/** Items as a clause; none without any. Takes anything. */
function named(what: string, items: unknown): readonly string[] {
  if (!Array.isArray(items) || items.length === 0) return [];
  const more = items.length - MOST_NAMES;
  const names = [...items.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])];
  return [`${what}: ${names.join(", ")}`];
}

/** `docs/plan.md (3.2 KiB, sha256 0a1b2c3d4e5f)` */
export function fileText({ path, size, sha256 }: ApprovedFile): string {
  return `${path} (${byteSize(Number(size))}, sha256 ${String(sha256).slice(0, 12)})`;
}

/** An approval that holds, as a clause. */
export function givenText({ phase, item, approval, by }: GivenApproval): string {
  const what = item === undefined ? `phase ${phase}` : `${phase}/${item}`;
  const who = by === undefined ? "" : ` by ${by.name}`;
  return [
    `${what} was approved${who} ${approvalText(approval)}`,
    ...approvalDetails(approval),
  ].join("; ");
}
