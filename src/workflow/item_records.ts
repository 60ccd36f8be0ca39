/**
 * What a session has recorded of its items: evidence, notes, what their verifications gave.
 * @module
 */
import type { Actor, Approval, VerificationOutcome } from "./recorded.ts";
import { own } from "./record.ts";
import type { ItemState, ItemStatus, SessionState, Withdrawal } from "./state.ts";
import type { ChangedNames } from "./work_lists.ts";
import type { WorkMark } from "./work_record.ts";

/** What is recorded of one item. */
export interface ItemRecord {
  readonly phase: string;
  readonly item: string;
  readonly status: ItemStatus;
  /** Number of the last event that changed it; `log show` has all of it. */
  readonly seq: number;
  /** When it reached its status, and by whom; absent where it is not recorded. */
  readonly at?: string;
  readonly by?: Actor;
  readonly notes?: string;
  readonly evidence?: unknown;
  readonly verification?: VerificationOutcome;
  readonly approval?: Approval;
  readonly rejections?: number;
  readonly withdrawn?: Withdrawal;
  readonly withdrawnReason?: string;
  readonly needsAgain?: string;
  readonly skipReason?: string;
  readonly forced?: true;
  readonly automatic?: "zero_human";
  /** What the project was when it was completed or approved. */
  readonly files?: RecordedFiles;
}

/** A mark of what the project was, and the first files that were not as its commit had them. */
export interface RecordedFiles extends Pick<WorkMark, "seq" | "head" | "tree" | "committable"> {
  readonly changed?: ChangedNames;
}

/**
 * The records of all items that have any, in the definition's order.
 * @param changed names of changed files by the number of the line.
 */
export function itemRecords(
  state: SessionState,
  changed?: ReadonlyMap<number, ChangedNames>,
): readonly ItemRecord[] {
  return state.definition.phases.flatMap((phase) => {
    const items = own(state.phases, phase.id)?.items ?? {};
    return phase.items.flatMap(({ id }): readonly ItemRecord[] => {
      const item = own(items, id);
      return item === undefined || !hasRecord(item) ? [] : [{
        ...recordOf(phase.id, id, item),
        ...filesOf(item, changed),
      }];
    });
  });
}

function filesOf(
  { proof }: ItemState,
  changed: ReadonlyMap<number, ChangedNames> | undefined,
): Pick<ItemRecord, "files"> {
  if (proof === undefined || proof.tree === null) return {};
  const { seq, head, tree, committable } = proof;
  const names = changed?.get(seq);
  return {
    files: { seq, head, tree, committable, ...(names === undefined ? {} : { changed: names }) },
  };
}

function hasRecord({ status, verification, notes, evidence }: ItemState): boolean {
  return status !== "pending" || [verification, notes, evidence].some((part) => part !== undefined);
}

function recordOf(phase: string, item: string, state: ItemState): ItemRecord {
  const { status, touched, at, by, notes, evidence, verification } = state;
  const { approval, skipReason, forced, automatic } = state;
  const { rejections, withdrawn, withdrawnReason, needsAgain } = state;
  return {
    phase,
    item,
    status,
    seq: touched,
    ...(at === undefined ? {} : { at }),
    ...(by === undefined ? {} : { by }),
    ...(notes === undefined ? {} : { notes }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(verification === undefined ? {} : { verification }),
    ...(approval === undefined ? {} : { approval }),
    ...(rejections === undefined ? {} : { rejections }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    ...(withdrawnReason === undefined ? {} : { withdrawnReason }),
    ...(needsAgain === undefined ? {} : { needsAgain }),
    ...(skipReason === undefined ? {} : { skipReason }),
    ...(forced === undefined ? {} : { forced }),
    ...(automatic === undefined ? {} : { automatic }),
  };
}
