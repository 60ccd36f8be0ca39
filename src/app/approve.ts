/**
 * Approving items and phases, once a person has said yes.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import type { Command } from "../workflow/commands.ts";
import { decide } from "../workflow/decide.ts";
import {
  type ApprovalSubject,
  approvalSubject,
  type ApprovalTarget,
  subjectKey,
} from "../workflow/approval_subject.ts";
import { OrchestratorError, type Result } from "../errors.ts";
import type { Approval, ApprovedFile } from "../workflow/recorded.ts";
import type { SessionState } from "../workflow/state.ts";
import { proofPaths } from "../workflow/proof_paths.ts";
import { changeOf, type FileChange, readApproved, type ReadFile } from "./approved_file.ts";
import type { Accompaniment } from "../workflow/verification_plan.ts";
import { eachItem, type ItemChange } from "./each_item.ts";
import { proofsBehind, provedElsewhere } from "../workflow/early_approval.ts";
import { heldProofs } from "../workflow/held_proofs.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import type { ComparedProofs } from "./proofs_seen.ts";
import type { WorkMark } from "../workflow/work_record.ts";
import { workNow } from "./work.ts";
import { placeText, workElsewhere } from "./work_place.ts";
import type { Comparing } from "./freshness.ts";
import type { Workspace } from "./workspace.ts";

/** What a person is asked to approve. */
export interface ToApprove {
  /** As in `approve <…>`: `"review"`, or `phase "build"`. */
  readonly what: string;
  /** The session's task. */
  readonly task: string;
  readonly subject: ApprovalSubject;
  /** What of the proofs behind it does not fit the files, as sentences. */
  readonly remarks: readonly string[];
  /** The file that is approved, and how it differs from what was approved before. */
  readonly file?: { readonly file: ApprovedFile; readonly change: FileChange };
}

/**
 * Has a person say yes.
 * @returns how the yes was given.
 * @throws for anything but a yes: nothing is approved then.
 */
export type Confirm = (about: ToApprove) => Promise<Approval["how"]>;

type Needed =
  & Comparing
  & Pick<Workspace, "sessionToChange" | "actor" | "environment" | "warn">;

/**
 * Approves items, one after the other; the first failure ends it, and what was approved before stays.
 * @param confirm is asked for each item that can be approved and is not yet.
 * @throws what `sessionToChange`, `decide` and `confirm` refuse. With several items, `done` and
 * `notTried` are among the details.
 */
export async function approveItems(
  workspace: Needed,
  { items, given: offered }: {
    /** Ids of items of the current phase, at least one. */
    readonly items: readonly string[];
    readonly given: Accompaniment;
  },
  confirm: Confirm,
): Promise<readonly ItemChange[]> {
  const session = await workspace.sessionToChange();
  const detection = detectionOf(workspace);
  return await eachItem(workspace, { items, past: "approved" }, async (item) => {
    const given = await withEvidenceFiles(workspace, { session, item }, offered);
    const change = await approve(workspace, {
      session,
      what: `"${item}"`,
      target: { item },
      make: (how) => ({
        kind: "approve_item",
        item,
        approval: { detection, ...how },
        ...given,
      }),
    }, confirm);
    return { item, change };
  });
}

async function withEvidenceFiles(
  workspace: Needed,
  { session, item }: { readonly session: string; readonly item: string },
  given: Accompaniment,
): Promise<Accompaniment> {
  if (given.evidence === undefined) return given;
  const { withFiles } = await import("./evidence_files.ts");
  const { state } = await workspace.manager.loadToPlan(session, { replay: true });
  return withFiles(workspace, { state, item }, given);
}

/**
 * Approves a phase.
 * @param confirm is asked unless the phase is approved already.
 * @throws what `sessionToChange`, `decide` and `confirm` refuse.
 */
export async function approvePhase(
  workspace: Needed,
  { phase, notes }: { readonly phase: string; readonly notes: string | undefined },
  confirm: Confirm,
): Promise<Change> {
  const session = await workspace.sessionToChange();
  const detection = detectionOf(workspace);
  return await approve(workspace, {
    session,
    what: `phase "${phase}"`,
    target: { phase },
    make: (how) => ({
      kind: "approve_phase",
      phase,
      approval: { detection, ...how },
      ...(notes === undefined ? {} : { notes }),
    }),
  }, confirm);
}

type ApproveCommand = Extract<Command, { kind: "approve_item" | "approve_phase" }>;

/** What is to be approved. */
interface Approving {
  /** The session's id. */
  readonly session: string;
  /** As questions and refusals name it. */
  readonly what: string;
  readonly target: ApprovalTarget;
  readonly make: (how: Omit<Approval, "detection">) => ApproveCommand;
}

async function approve(
  workspace: Needed,
  approving: Approving,
  confirm: Confirm,
): Promise<Change> {
  const { session, what, target, make } = approving;
  const { manager, actor, io } = workspace;
  const doing = `approve ${what}`;
  const prepared = await prepare(workspace, approving, doing);
  if ("already" in prepared) return prepared.already;
  const { state, subject, read, asked } = prepared;
  const how = await confirm({
    what,
    task: state.task,
    subject,
    remarks: asked.remarks,
    ...(read === undefined ? {} : {
      file: { file: read.file, change: await changeOf(workspace, read, subject.before) },
    }),
  });
  const place = await io.launchedBy();
  // A person takes time to answer.
  const { work, found: proofs, remarks } = how === "flag"
    ? asked
    : await lookAt(workspace, state, subject);
  requireSameProofs({ seen: asked.found, now: proofs }, doing);
  if (how === "flag") {
    for (const remark of [...openRemarks(subject, what), ...remarks]) workspace.warn(remark);
  }
  const given = { how, place, ...(read === undefined ? {} : { file: read.file }) };
  const command = { ...make(given), ...work, ...proofs };
  return await manager.change(
    session,
    "approve",
    (newest) => {
      // What a person has seen is what is approved, or nothing is.
      requireSeen(approvalSubject(newest, target), subject, doing);
      if (read !== undefined) {
        requireSame(readApproved(workspace, read.file.path, doing), read, doing);
      }
      return decide(newest, command, { actor });
    },
    { replay: true },
  );
}

/** What a person is asked about. */
interface Prepared {
  readonly state: SessionState;
  readonly subject: ApprovalSubject;
  readonly read: ReadFile | undefined;
  readonly asked: Awaited<ReturnType<typeof lookAt>>;
}

/**
 * Refuses before a person is asked: a question makes no sense for what will be refused.
 * @returns `already` where there is nothing to ask.
 */
async function prepare(
  workspace: Needed,
  { session, target, make }: Approving,
  doing: string,
): Promise<Prepared | { readonly already: Change }> {
  const { manager, actor } = workspace;
  const { state } = await manager.loadToPlan(session, { replay: true });
  const subject = approvalSubject(state, target);
  const path = subject?.path;
  const found = path === undefined ? undefined : readOrRefuse(workspace, path, doing);
  const file = path === undefined ? undefined : found?.value?.file ?? { path, ...ANY_CONTENT };
  const rehearsed = {
    ...make({ how: "flag", ...(file === undefined ? {} : { file }) }),
    proofs: allFresh(state),
  };
  const rehearsal = await manager.rehearse(state, decide(state, rehearsed, { actor }));
  if (rehearsal.error !== undefined) throw rehearsal.error;
  // Of what is approved already the files tell whether it is to be approved again.
  const isDone = rehearsal.value.events.length === 0;
  const before = isDone && subject !== null ? await lookAtItself(workspace, state, subject) : null;
  const isAgain = before !== null &&
    (decide(state, { ...rehearsed, ...before.work, ...before.found }, { actor }).value?.events
        .length ?? 1) > 0;
  const already = async (command: ApproveCommand) => {
    const change = await manager.change(
      session,
      "approve",
      (newest) => {
        const again = decide(newest, command, { actor });
        // No person was asked.
        if ((again.value?.events.length ?? 0) > 0) throw movedOn(doing);
        return again;
      },
      { replay: true },
    );
    return { already: change };
  };
  if (isDone && !isAgain || subject === null) return await already(rehearsed);
  if (found?.error !== undefined) throw found.error;
  const asked = before ?? await lookAt(workspace, state, subject);
  // Nothing was compared where nothing was to be.
  const { proofs: _, ...command } = rehearsed;
  const decided = { ...command, ...asked.work, ...asked.found };
  const { error, value } = decide(state, decided, { actor });
  if (error !== undefined) throw error;
  // Proofs that were stale when it was approved are so still.
  if (value.events.length === 0) return await already(decided);
  return { state, subject, read: found?.value, asked };
}

/** {@link lookAt}, where what is approved says what it is about; null where nothing is held against the files. */
async function lookAtItself(workspace: Needed, state: SessionState, subject: ApprovalSubject) {
  const isHeld = heldProofs(state, subject.phase).some(({ item }) => item.id === subject.item);
  return isHeld ? await lookAt(workspace, state, subject) : null;
}

/** The files, and what of the proofs behind an approval fits them. */
async function lookAt(workspace: Needed, state: SessionState, subject: ApprovalSubject) {
  const phase = state.definition.phases.find(({ id }) => id === subject.phase);
  const work = await workNow(workspace, {
    state,
    named: namedBy(state, subject),
    inputs: phase?.items.find(({ id }) => id === subject.item)?.inputs,
  });
  const scope = phase === undefined ? subject.phase : proofsBehind(state, phase);
  const itself = subject.item === undefined ? null : `${subject.phase}/${subject.item}`;
  const without = new Set(
    [...provedElsewhere(state, work.work)].filter((name) => name !== itself),
  );
  const { proofsBy } = await import("./proofs_seen.ts");
  const compared = await proofsBy(workspace, state, {
    ...(scope === undefined ? {} : { phase: scope }),
    tree: work.work.tree,
    without,
  });
  const other = heldProofs(state, scope).filter(({ phase, item }) =>
    without.has(`${phase.id}/${item.id}`)
  );
  // The question shows itself what has changed in a file that is approved again.
  const own = subject.path === undefined ? undefined : `${subject.item}: `;
  const remarks = compared.remarks.filter((one) => own === undefined || !one.startsWith(own));
  const { tree } = work.work;
  const isOther = (proof: WorkMark) => !("tree" in tree) || proof.tree !== tree.tree;
  const names = shortList(other.filter(({ proof }) => isOther(proof)).map(({ item }) => item.id));
  const place = await workElsewhere(
    { paths: workspace.paths, backend: workspace.manager.backend },
    state,
  );
  const elsewhere = [
    ...(place === null ? [] : [`The work is in ${placeText(place)}`]),
    ...(names === ""
      ? []
      : [`Proved in another directory, and not compared with the files here: ${names}`]),
  ];
  return { ...compared, remarks: [...remarks, ...elsewhere], work };
}

/** Stands for proofs that were not looked at yet. */
function allFresh(state: SessionState): readonly ProofSeen[] {
  return heldProofs(state).map(({ phase, item, proof: { seq } }) => ({
    phase: phase.id,
    item: item.id,
    seq,
    verdict: "fresh",
  }));
}

type Found = ComparedProofs["found"];

/** @throws `state_moved` */
function requireSameProofs(
  { seen, now }: { readonly seen: Found; readonly now: Found },
  doing: string,
): void {
  if (JSON.stringify(seen) === JSON.stringify(now)) return;
  throw new OrchestratorError(
    "state_moved",
    `Cannot ${doing}: files that proofs are about changed while the question was open`,
    { hint: "Run `orchestrator status --fresh` to see what has changed" },
  );
}

/** What a person who says yes without being asked should know. */
function openRemarks({ required, item }: ApprovalSubject, what: string): readonly string[] {
  if (required.length === 0) return [];
  const which = item === undefined ? "required items of it" : "required items before it";
  return [`${what} is approved while ${which} are not done: ${shortList(required)}`];
}

function shortList(ids: readonly string[], most = 5): string {
  const more = ids.length - most;
  return [...ids.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

/** {@link readApproved}; a refusal is for later: there may be another one. */
function readOrRefuse(workspace: Needed, path: string, doing: string): Result<ReadFile> {
  try {
    return { value: readApproved(workspace, path, doing) };
  } catch (error) {
    if (error instanceof OrchestratorError) return { error };
    throw error;
  }
}

/** Stands for what is in a file that cannot be read. */
const ANY_CONTENT = { size: 1, sha256: "0".repeat(64), blob: "0".repeat(40) } as const;

/** Files that the item, or the items of the phase, name. */
function namedBy(
  { definition }: SessionState,
  { phase, item }: ApprovalSubject,
): readonly string[] {
  return proofPaths(
    definition,
    ({ id }, place) => place === phase && (item === undefined || id === item),
  );
}

/** @throws `state_moved` */
function requireSeen(now: ApprovalSubject | null, seen: ApprovalSubject, doing: string): void {
  if (now !== null && subjectKey(now) === subjectKey(seen)) return;
  throw movedOn(doing);
}

function movedOn(doing: string): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot ${doing}: other items of the phase changed while the question was open`,
    { hint: "Run `orchestrator status` to see what has changed" },
  );
}

/** @throws `state_moved` */
function requireSame({ file }: ReadFile, seen: ReadFile, doing: string): void {
  if (file.sha256 === seen.file.sha256) return;
  throw new OrchestratorError(
    "state_moved",
    `Cannot ${doing}: "${file.path}" changed while the question was open`,
    { hint: `Read "${file.path}" again, then approve it`, details: { path: file.path } },
  );
}

/** The variable by which an agent was detected, as the approval records it; `none` without one. */
function detectionOf({ environment }: Needed): string {
  return environment.agent?.variable ?? "none";
}
