/**
 * Comparing what a session has proved with the files as they are now. Never a reason to fail: what
 * cannot be compared is said to be unknown.
 * @module
 */
import { STATE_DIRECTORY } from "../project/paths.ts";
import { MomentComparison, type TreeDifference } from "../work_tree/compare.ts";
import { factsOf } from "../work_tree/file_facts.ts";
import { TooSlow } from "../work_tree/git.ts";
import { changedInputs, takeInputs } from "../work_tree/inputs.ts";
import { changedSince, type Run } from "../work_tree/since.ts";
import { MOST_FILES } from "../workflow/freshness.ts";
import {
  approvedFileOf,
  type HeldProof,
  heldProofs,
  isApproval,
  namedFile,
} from "../workflow/held_proofs.ts";
import { inputMatcher } from "../workflow/inputs.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import type { SessionState } from "../workflow/state.ts";
import { changedFilesOf } from "../workflow/work_lists.ts";
import type { InputFiles, WorkRecord } from "../workflow/work_record.ts";
import type { WorkTree } from "../workflow/work_tree.ts";
import { keepComparison, type Keeping } from "./last_comparison.ts";
import { type ProofRecords, readProofRecords } from "./proof_records.ts";
import { filesNow, patienceFor } from "./work.ts";
import { type ForeignProof, foreignProofs } from "./work_place.ts";
import type { Workspace } from "./workspace.ts";

/** What is needed to compare. */
export type Comparing = Pick<Workspace, "paths" | "io" | "manager"> & Keeping;

/** What was found. */
export interface Compared {
  readonly proofs: readonly ProofSeen[];
  /** What people should know of rules that are not committed. */
  readonly remarks: readonly string[];
  /** Proofs of another checkout: what was found of them says nothing of the work there. */
  readonly foreign: readonly ForeignProof[];
}

/**
 * Compares the proofs of a session, or of one of its phases, with the files, and keeps what was found
 * for `status`.
 * @param tree what the files are, where that has been looked at already.
 */
export async function compareProofs(
  workspace: Comparing,
  state: SessionState,
  { phase, tree }: { readonly phase?: string; readonly tree?: WorkRecord["tree"] } = {},
): Promise<Compared> {
  const held = heldProofs(state, phase);
  if (held.length === 0) return { proofs: [], remarks: [], foreign: [] };
  const now = tree ?? await filesNow(workspace, [], state);
  const { records, place } = await readProofRecords(workspace, state);
  const comparing = new ProofComparison(workspace, state, { now, records });
  const proofs: ProofSeen[] = [];
  for (const one of held) {
    proofs.push({ ...await comparing.look(place(one)), seq: one.proof.seq });
  }
  const away = await foreignProofs(workspace, state, { held: held.map(place), records, now });
  const isApproved = (name: { readonly phase: string; readonly item: string }) =>
    held.some(({ phase, item }) =>
      phase.id === name.phase && item.id === name.item && isApproval(item)
    );
  const isAway = ({ phase, item }: ProofSeen) =>
    away.some((one) => one.phase === phase && one.item === item);
  const foreign = away.filter((one) => !isApproved(one));
  // What a person saw elsewhere is no measure for the files here.
  const found = proofs.map((one): ProofSeen => {
    if (one.verdict !== "stale" || !isApproved(one) || !isAway(one)) return one;
    const { phase, item, seq } = one;
    return { phase, item, seq, verdict: "unknown", why: "it was approved in another checkout" };
  });
  const own = found.filter((one) => isApproved(one) || !isAway(one));
  await keepComparison(workspace, state, own, now);
  return { proofs: found, remarks: ruleRemarks(records.get(1)?.tree, now), foreign };
}

type Records = ReadonlyMap<number, WorkRecord>;

type Found = Pick<ProofSeen, "verdict" | "changed" | "files" | "why">;

/** Holds proofs against the files of one moment. */
class ProofComparison {
  readonly #root: string;
  readonly #definition: SessionState["definition"];
  readonly #now: WorkRecord["tree"];
  readonly #records: ProofRecords["records"];
  readonly #trees: MomentComparison;

  constructor(
    { paths, io }: Comparing,
    { definition }: SessionState,
    { now, records }: {
      readonly now: WorkRecord["tree"];
      readonly records: ProofRecords["records"];
    },
  ) {
    this.#root = paths.root;
    this.#definition = definition;
    this.#now = now;
    this.#records = records;
    this.#trees = new MomentComparison({
      root: paths.root,
      env: io.env,
      without: [STATE_DIRECTORY],
      ...patienceFor({ definition }),
    });
  }

  async look({ phase, item, standing, proof }: HeldProof): Promise<ProofSeen> {
    const about = { phase: phase.id, item: item.id, seq: proof.seq };
    const { inputs } = item;
    const approved = approvedFileOf(standing);
    if (approved !== undefined) return { ...about, ...this.#file(approved.path, approved.sha256) };
    const path = namedFile(item, { definition: this.#definition });
    if (path === undefined) {
      const counts = inputs === undefined ? every : inputMatcher(inputs);
      // Nothing is looked at where nothing counts.
      if (inputs?.length === 0) return { ...about, verdict: "fresh" };
      const recorded = this.#records.get(proof.seq)?.tree;
      return inputs !== undefined && recorded !== undefined && "named" in recorded &&
          recorded.inputs !== undefined
        ? { ...about, ...this.#inputs(recorded.inputs, inputs) }
        : { ...about, ...await this.#found(proof.seq, counts) };
    }
    const then = proof.named?.[path]?.sha256 ?? sha256In(standing.verification);
    if (then !== undefined) return { ...about, ...this.#file(path, then) };
    const name = path.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
    const isIn = (changed: string) => changed === name || changed.startsWith(`${name}/`);
    return { ...about, ...await this.#found(proof.seq, isIn) };
  }

  /** A file whose content was recorded. */
  #file(path: string, then: string): Found {
    const now = factsOf(this.#root, [path])[path]?.sha256;
    return now === then ? { verdict: "fresh" } : { verdict: "stale", changed: 1, files: [path] };
  }

  /** Files that were recorded where there was no repository. */
  #inputs(then: InputFiles, inputs: readonly string[]): Found {
    const now = takeInputs({ root: this.#root, without: [STATE_DIRECTORY], inputs });
    for (const files of [then, now]) {
      if ("missing" in files) return { verdict: "unknown", why: files.missing };
    }
    if ("sha256" in then && "sha256" in now && then.sha256 === now.sha256) {
      return { verdict: "fresh" };
    }
    const names = changedInputs(then, now);
    if (names === null) {
      return { verdict: "stale", changed: 0, why: "not all of them can be named" };
    }
    return { verdict: "stale", changed: names.length, files: names.slice(0, MOST_FILES) };
  }

  async #found(seq: number, counts: (path: string) => boolean): Promise<Found> {
    if (!("tree" in this.#now)) return { verdict: "unknown", why: whyNone(this.#now) };
    const then = this.#treeOf(seq);
    if (typeof then === "string") return { verdict: "unknown", why: then };
    try {
      const difference = await changedSince(this.#trees, {
        proof: then,
        runs: this.#runsSince(seq),
        now: this.#now,
      });
      return found(difference, await this.#trees.prefix(), counts);
    } catch (error) {
      if (error instanceof TooSlow) return { verdict: "unknown", why: "git took too long" };
      return { verdict: "unknown", why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The tree of a line with its list of changed files; a clause where there is none. */
  #treeOf(seq: number): WorkTree | string {
    const record = this.#records.get(seq);
    if (record === undefined) return "what the files were is not recorded";
    const { tree } = record;
    if (!("tree" in tree)) return whyNone(tree);
    const changed = changedFilesOf(record, (line) => this.#records.get(line));
    return { ...tree, changed: changed ?? [] };
  }

  /** Commands that changed files after a line. */
  #runsSince(seq: number): readonly Run[] {
    return [...this.#records].flatMap(([line, { wrote }]): readonly Run[] => {
      if (line <= seq || wrote === undefined) return [];
      const after = this.#treeOf(line);
      return typeof after === "string" ? [] : [{ after, wrote }];
    });
  }
}

function sha256In(outcome: HeldProof["standing"]["verification"]): string | undefined {
  return outcome?.type === "file_exists" ? outcome.found?.sha256 : undefined;
}

function whyNone(tree: Exclude<WorkRecord["tree"], WorkTree>): string {
  return "reason" in tree ? tree.message : "there is no git repository";
}

const every = () => true;

function found(
  { paths, complete, missing, unnamed }: TreeDifference,
  prefix: string,
  counts: (path: string) => boolean,
): Found {
  const files = paths.map((path) => fromRoot(path, prefix)).filter(counts);
  const why = complete
    ? undefined
    : missing === undefined
    ? `${files.length === 0 ? "" : "these at least: "}not all of them can be named`
    : `not all of them can be named: commit ${missing.slice(0, 12)} is not in this repository`;
  if (files.length === 0 && complete) return { verdict: "fresh" };
  return {
    verdict: "stale",
    changed: files.length === 0 || counts !== every ? files.length : files.length + (unnamed ?? 0),
    ...(files.length === 0 ? {} : { files: files.slice(0, MOST_FILES) }),
    ...(why === undefined ? {} : { why }),
  };
}

/** A path of the repository, relative to the project's root. */
function fromRoot(path: string, prefix: string): string {
  if (path.startsWith(prefix)) return path.slice(prefix.length);
  return `${"../".repeat(prefix.split("/").length - 1)}${path}`;
}

/** What people should know of rules beside the repository that decide what counts as a file. */
function ruleRemarks(
  then: WorkRecord["tree"] | undefined,
  now: WorkRecord["tree"],
): readonly string[] {
  if (then === undefined || !("tree" in then) || !("tree" in now)) return [];
  const hidden = now.hidden?.rules === then.hidden?.rules ? [] : [
    "The ignore rules outside the repository (.git/info/exclude, core.excludesFile) have changed " +
    `since the session began; ${hiddenText(now.hidden)}`,
  ];
  return now.infoAttributes === then.infoAttributes
    ? hidden
    : [...hidden, ".git/info/attributes has changed since the session began"];
}

function hiddenText(hidden: WorkTree["hidden"]): string {
  if (hidden === undefined || hidden.count === 0) return "they hide no file now";
  const names = hidden.names.slice(0, MOST_FILES);
  const more = hidden.count - names.length;
  return `they hide ${[...names, ...(more > 0 ? [`and ${more} more`] : [])].join(", ")}`;
}
