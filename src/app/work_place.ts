/**
 * Where the work of a session is, where that is not this directory.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type CheckedOut, checkedOut } from "../project/git_head.ts";
import { visitEvents } from "../session/read_events.ts";
import { LookingGit } from "../work_tree/git.ts";
import { rootRecord } from "../work_tree/root.ts";
import { approvedFileOf, type HeldProof, isApproval } from "../workflow/held_proofs.ts";
import { isSameDirectory, lastWork } from "../workflow/last_work.ts";
import type { SessionState } from "../workflow/state.ts";
import type { RootRecord, WorkRecord } from "../workflow/work_record.ts";
import type { WorkTree } from "../workflow/work_tree.ts";
import type { Workspace } from "./workspace.ts";

/** Another checkout, as a line of the journal records it. */
export interface WorkPlace {
  /** Null where none was checked out, and without git. */
  readonly branch: string | null;
  /** The commit; null before the first one, and without git. */
  readonly head: string | null;
  /** Git's own name for it; null for a repository's main checkout. */
  readonly worktree: string | null;
  /** Files that were not committed then. */
  readonly uncommitted: number;
  /** Whether it is on another machine. */
  readonly isOtherMachine: boolean;
}

/** A proof that is not about the files of this directory. */
export interface ForeignProof {
  readonly phase: string;
  readonly item: string;
  readonly place: WorkPlace;
}

type Here = Pick<Workspace, "paths">;

/** What is worth the time to say it. */
const PATIENCE_MS = 5000;

/**
 * The checkout in which a session was last worked on; null where it is this one, or not known, and for a
 * session that has ended. Approvals do not count: they are given anywhere. A directory that was moved,
 * and another clone with the same branch and commit, are this one.
 */
export async function workElsewhere(
  { paths, backend }: Here & { readonly backend: Workspace["manager"]["backend"] },
  state: SessionState,
): Promise<WorkPlace | null> {
  if (state.status !== "active") return null;
  const last = lastWork(state);
  const there = last?.root ?? state.begun?.root;
  const here = rootHere({ paths }, state);
  if (last === undefined || there === undefined || here === undefined) return null;
  if (isSameDirectory(here, there)) return null;
  let record: WorkRecord | undefined;
  await visitEvents(backend, state.session, {}, ({ seq, data }) => {
    if (seq === last.seq && "work" in data) record = data.work;
  });
  const place = placeOf(record, here.machine !== there.machine);
  return isThisOne(place, checkedOut(paths.root)) ? null : place;
}

/** Whether a place is what is checked out here, as far as names tell; without any it may be. */
function isThisOne(place: WorkPlace, here: CheckedOut | null): boolean {
  const { branch, head, worktree, uncommitted, isOtherMachine } = place;
  const isNamed = branch !== null || head !== null || worktree !== null;
  if (!isNamed || here === null) return !isNamed && !isOtherMachine;
  if (branch !== here.branch || worktree !== here.worktree) return false;
  if (branch === null || isOtherMachine) return head === here.head && uncommitted === 0;
  return true;
}

/** Undefined for a root that cannot be looked at. */
function rootHere({ paths }: Here, { lineage }: SessionState): RootRecord | undefined {
  try {
    return rootRecord(paths.root, lineage);
  } catch {
    return undefined;
  }
}

function placeOf(record: WorkRecord | undefined, isOtherMachine: boolean): WorkPlace {
  const tree = treeIn(record?.tree);
  return {
    branch: tree?.branch ?? null,
    head: tree?.head ?? null,
    worktree: record?.worktree ?? null,
    uncommitted: tree?.changedCount ?? 0,
    isOtherMachine,
  };
}

function treeIn(tree: WorkRecord["tree"] | undefined): WorkTree | undefined {
  return tree !== undefined && "changedCount" in tree ? tree : undefined;
}

/**
 * Those of the proofs that were made in another checkout whose work has not come to this one: its files
 * are others, its branch is another one, and what it had checked out is no part of this one, or not all
 * of it was committed. What was approved of a file is judged by that file alone, wherever it was.
 * @param now the files here. Without git nothing tells.
 */
export async function foreignProofs(
  { paths, io }: Here & { readonly io: Pick<Workspace["io"], "env"> },
  state: SessionState,
  { held, records, now }: {
    readonly held: readonly HeldProof[];
    readonly records: ReadonlyMap<number, WorkRecord>;
    readonly now: WorkRecord["tree"];
  },
): Promise<readonly ForeignProof[]> {
  const files = treeIn(now);
  const here = rootHere({ paths }, state);
  if (files === undefined || here === undefined) return [];
  const git = new LookingGit(paths.root, io.env, PATIENCE_MS);
  const known = new Map<string, Promise<boolean>>();
  const foreign: ForeignProof[] = [];
  for (const { phase, item, standing, proof } of held) {
    const there = proof.root ?? state.begun?.root;
    if (there === undefined || isSameDirectory(here, there)) continue;
    if (approvedFileOf(standing) !== undefined) continue;
    const place = placeOf(records.get(proof.seq), here.machine !== there.machine);
    if (proof.tree === files.tree || place.branch !== null && place.branch === files.branch) {
      continue;
    }
    const { head, uncommitted } = place;
    // An approval does not come with a commit: it is of what its person had there.
    if (!isApproval(item) && head !== null && uncommitted === 0) {
      const isPart = known.get(head) ?? isPartOfHere(git, head);
      known.set(head, isPart);
      if (await isPart) continue;
    }
    foreign.push({ phase: phase.id, item: item.id, place });
  }
  return foreign;
}

/** Whether a commit is checked out here, or one before that. */
async function isPartOfHere(git: LookingGit, commit: string): Promise<boolean> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return false;
  try {
    return await git.run(["rev-list", "--max-count=1", commit, "^HEAD"]) === "";
  } catch {
    // It is not in this repository.
    return false;
  }
}

/** How much of a commit's id is said. */
const ID_DIGITS = 12;

/** Where the work is, as a clause: `worktree "login", branch "fix/login", commit 0123456789ab`. */
export function placeText(
  { branch, head, worktree, uncommitted, isOtherMachine }: WorkPlace,
): string {
  const parts = [
    ...(worktree === null ? [] : [`worktree "${worktree}"`]),
    ...(branch === null ? [] : [`branch "${branch}"`]),
    ...(head === null ? [] : [`commit ${head.slice(0, ID_DIGITS)}`]),
    ...(uncommitted === 0
      ? []
      : [`${uncommitted} ${uncommitted === 1 ? "file" : "files"} not committed`]),
    ...(isOtherMachine ? ["on another machine"] : []),
  ];
  return parts.length === 0 ? "another directory" : parts.join(", ");
}

/** It, for programs. */
export function placeData({ branch, head, worktree }: WorkPlace) {
  return { branch, head, worktree };
}

/**
 * Does what proofs may refuse. A refusal that would have the files of this directory checked, where the
 * work is elsewhere, says where.
 */
export async function sayingWhere<Done>(
  foreign: readonly ForeignProof[],
  change: () => Promise<Done>,
): Promise<Done> {
  try {
    return await change();
  } catch (error) {
    const [first] = foreign;
    const isAbout = error instanceof OrchestratorError && first !== undefined &&
      error.hint?.includes("orchestrator recheck") === true;
    if (!isAbout) throw error;
    throw new OrchestratorError(error.code, error.message, {
      hint: `The work is in ${placeText(first.place)}: run this there. ` +
        "`orchestrator recheck --here` checks the files of this directory instead",
      details: { ...error.details },
      cause: error,
    });
  }
}
