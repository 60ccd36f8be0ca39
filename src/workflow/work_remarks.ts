/**
 * What people should know of where, and with which files, a session's proofs were made.
 * @module
 */
import type { AuditRemark } from "./audit/finding.ts";
import { isApproval } from "./held_proofs.ts";
import { own } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { RootRecord, WorkMark } from "./work_record.ts";

/** A proof or an approval, and where it was made. */
interface Placed {
  readonly what: string;
  readonly seq: number;
  readonly root: RootRecord;
  /** Whether a person approved it: that is done anywhere. */
  readonly isApproval: boolean;
}

/** Remarks on a session, none where nothing is odd. */
export function workRemarks(state: SessionState): readonly string[] {
  return [...rootRemarks(state), ...checkRemarks(state)];
}

/**
 * Where proofs were made in another directory of the machine than those before and behind them. One
 * that is moved as a whole never comes back, so that it is said once and neutrally; another machine is
 * as usual as a clone. Approvals are given anywhere.
 */
function rootRemarks(state: SessionState): readonly string[] {
  const began = state.begun?.root;
  if (began === undefined) return [];
  const { odd, moved, elsewhere, approved } = rootsOf(state, began);
  return [
    ...odd.map(({ what, seq }) =>
      `${what} was done in another directory than the session began in (event ${seq})`
    ),
    ...(moved === undefined
      ? []
      : [`Since event ${moved.seq} the project is in another directory than the session began in`]),
    ...(elsewhere.length === 0
      ? []
      : [`On another machine than the session began on: ${listed(elsewhere)}`]),
    ...(approved.length === 0 ? [] : [`Approved in another clone: ${listed(approved)}`]),
  ];
}

/** The same for the lines of the journal. */
export function oddRoots(state: SessionState): readonly AuditRemark[] {
  const began = state.begun?.root;
  if (began === undefined) return [];
  return rootsOf(state, began).odd.map(({ seq }) => ({
    line: seq,
    remark: "records a proof that was made in another directory than the session began in",
  }));
}

function rootsOf(state: SessionState, began: RootRecord) {
  const all = placedIn(state, began);
  const placed = all.filter(({ isApproval }) => !isApproval);
  const last = placed.at(-1)?.root ?? began;
  const others = placed.filter(({ root }) => !isSame(root, began));
  const here = [began.machine, last.machine];
  const approvedElsewhere = ({ root, isApproval }: Placed) =>
    isApproval && !isSame(root, began) && !isSame(root, last);
  return {
    approved: all.filter(approvedElsewhere),
    odd: others.filter(({ root }) => here.includes(root.machine) && !isSame(root, last)),
    moved: others.find(({ root }) => root.machine === began.machine && isSame(root, last)),
    elsewhere: others.filter(({ root }) => root.machine !== began.machine),
  };
}

/** In the order in which they were made. A mark without a root is where the session began. */
function placedIn(state: SessionState, began: RootRecord): readonly Placed[] {
  const found: Placed[] = [];
  const add = (what: string, mark: WorkMark | undefined, isApproval: boolean) => {
    if (mark === undefined) return;
    found.push({ what, seq: mark.seq, root: mark.root ?? began, isApproval });
  };
  for (const { id, items } of state.definition.phases) {
    const phase = own(state.phases, id);
    for (const item of items) {
      add(`${id}/${item.id}`, own(phase?.items ?? {}, item.id)?.proof, isApproval(item));
    }
    add(`phase ${id}`, phase?.approval?.proof, true);
  }
  add("finish", state.finished, false);
  return found.sort((one, other) => one.seq - other.seq);
}

/** One directory, moved or not, or work trees of one repository. */
function isSame(one: RootRecord, other: RootRecord): boolean {
  if (one.machine !== other.machine) return false;
  return one.path === other.path || one.directory === other.directory ||
    (one.repository !== undefined && one.repository === other.repository);
}

/** What is odd about the file or the program of a check that counts. */
function checkRemarks(state: SessionState): readonly string[] {
  return oddChecks(state).map(({ what, remark }) => `${what}: ${remark}`);
}

/** The same for the lines of the journal. */
export function oddCheckLines(state: SessionState): readonly AuditRemark[] {
  return oddChecks(state).map(({ seq, remark, isFile }) => ({
    line: seq,
    remark: `records a check ${isFile ? "that passed although" : "in which"} ${remark}`,
  }));
}

function oddChecks(state: SessionState) {
  return state.definition.phases.flatMap(({ id, items }) =>
    items.flatMap(({ id: item }) => {
      const standing = own(own(state.phases, id)?.items ?? {}, item);
      const outcome = standing?.verification;
      if (outcome === undefined || outcome.type === "none") return [];
      const { type, remark } = outcome;
      if (remark === undefined) return [];
      const seq = standing?.proof?.seq ?? standing?.touched ?? state.seq;
      return [{ what: `${id}/${item}`, seq, remark, isFile: type === "file_exists" }];
    })
  );
}

/** How many names are listed. */
const MOST_NAMES = 5;

function listed(placed: readonly Placed[]): string {
  const names = placed.map(({ what }) => what);
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
