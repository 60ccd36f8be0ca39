/**
 * What was last found when proofs were compared with the files: kept by what compares, shown by `status`,
 * which starts no git. Losing it loses nothing, and nothing is decided on it.
 *
 * Commands that change the session keep it in the state directory. Those that only read write nothing
 * there: they keep it in git's own directory, as they do with the time of the last fetch.
 * @module
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTextWithin } from "../platform/within.ts";
import { gitHead } from "../project/git_head.ts";
import { gitDirectory } from "../project/git_remote.ts";
import { KEYS } from "../project/paths.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { COMPARED, GIT_FOLDER } from "../state_layout/places.ts";
import { factsOf } from "../work_tree/file_facts.ts";
import { rootRecord } from "../work_tree/root.ts";
import { provedElsewhere } from "../workflow/early_approval.ts";
import { approvedFileOf, type HeldProof, heldProofs, namedFile } from "../workflow/held_proofs.ts";
import {
  keptIn,
  type KeptProof,
  keptWith,
  newestOf,
  stillStanding,
} from "../workflow/last_comparison.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import { isRecord } from "../workflow/record.ts";
import type { SessionState } from "../workflow/state.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import type { Workspace } from "./workspace.ts";

/** What is needed to keep it. */
export type Keeping = Pick<
  Workspace,
  "paths" | "io" | "manager" | "redactor" | "operation" | "effect" | "branchView"
>;

/** What `status` can tell without starting git. */
export interface LastComparison {
  /** What did not fit when it was last looked at. */
  readonly proofs: readonly KeptProof[];
  /** Proofs of another commit than the one that is checked out, not compared since. */
  readonly commitChanged: readonly Pick<ProofSeen, "phase" | "item" | "seq">[];
}

/** How long to wait for the session: what is kept is not worth more. */
const PATIENCE_MS = 100;

/** Keeps what was found, where that is possible. Never throws. @param now the files then. */
export async function keepComparison(
  workspace: Keeping,
  state: SessionState,
  found: readonly ProofSeen[],
  now: WorkRecord["tree"],
): Promise<void> {
  if (workspace.branchView !== null || state.status !== "active") return;
  const { io, operation, effect } = workspace;
  const about = {
    time: io.now().toISOString(),
    command: operation,
    at: state.seq,
    ...("head" in now ? { head: now.head } : {}),
  };
  try {
    const earlier = readKept(workspace, state);
    const redactor = await workspace.redactor();
    const clean = found.map((one): KeptProof => ({
      ...one,
      ...(one.files === undefined ? {} : { files: one.files.map((name) => redactor.redact(name)) }),
      ...(one.why === undefined ? {} : { why: redactor.redact(one.why) }),
      ...about,
    }));
    const kept = keptWith(state, earlier.proofs, clean);
    if (!earlier.isThere && !isWorthKeeping(state, kept)) return;
    const text = `${
      JSON.stringify({
        format: 1,
        session: state.session,
        lineage: state.lineage,
        place: placeOf(workspace, state),
        proofs: kept,
      })
    }\n`;
    if (text.length > LIMITS.text) return;
    if (effect === "nothing") keepInGit(workspace, text);
    else await keepInSession(workspace, state.session, text);
  } catch {
    // It is found again when it is asked for.
  }
}

/** Whether it says more than `status` sees by itself. */
function isWorthKeeping(state: SessionState, kept: readonly KeptProof[]): boolean {
  const heads = new Map(heldProofs(state).map(({ proof: { seq, head } }) => [seq, head]));
  return kept.some(({ verdict, seq, head }) =>
    verdict !== "fresh" || head !== undefined && head !== heads.get(seq)
  );
}

function keepInGit({ paths }: Keeping, text: string): void {
  const directory = gitDirectory(paths.root);
  if (directory === null) return;
  const folder = join(directory, GIT_FOLDER);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, COMPARED), text);
}

async function keepInSession(
  { manager, paths, operation }: Keeping,
  session: string,
  text: string,
): Promise<void> {
  const { backend } = manager;
  const request = { operation, actor: "", timeoutMs: PATIENCE_MS };
  await backend.withLock(
    { session },
    request,
    () => backend.writeBlob(KEYS.sessionCompared(session), text, { durable: false }),
  );
  const directory = gitDirectory(paths.root);
  // It is among what was just written.
  if (directory !== null) rmSync(join(directory, GIT_FOLDER, COMPARED), { force: true });
}

/** A hash of where the project is: what was found elsewhere says nothing here. */
function placeOf({ paths }: Pick<Keeping, "paths">, { lineage }: SessionState): string {
  const { machine, path } = rootRecord(paths.root, lineage);
  return `${machine} ${path}`;
}

interface Kept {
  readonly isThere: boolean;
  readonly proofs: readonly KeptProof[];
}

/** What is kept of a session; nothing of what is damaged, or of another place. */
function readKept({ paths }: Pick<Keeping, "paths">, state: SessionState): Kept {
  const files: [string | null, string][] = [
    [paths.stateDirectory, join(paths.stateDirectory, KEYS.sessionCompared(state.session))],
  ];
  const directory = gitDirectory(paths.root);
  if (directory !== null) files.push([directory, join(directory, GIT_FOLDER, COMPARED)]);
  const texts = files.flatMap(([within, file]) => readOne(within, file) ?? []);
  if (texts.length === 0) return { isThere: false, proofs: [] };
  const place = placeOf({ paths }, state);
  const lists = texts.map((text) => {
    const value = parsed(text);
    const isOurs = isRecord(value) && value["format"] === 1 &&
      value["session"] === state.session && value["lineage"] === state.lineage &&
      value["place"] === place;
    return isOurs ? keptIn(value["proofs"]) : [];
  });
  return { isThere: true, proofs: newestOf(lists) };
}

function readOne(within: string | null, file: string): string | null {
  try {
    return readTextWithin(within, file, LIMITS.text);
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What can be told of a session's proofs without starting git. Never throws. */
export function lastComparison(
  { paths, io }: Pick<Keeping, "paths" | "io">,
  state: SessionState,
): LastComparison {
  const held = heldProofs(state);
  if (state.status !== "active" || held.length === 0) return { proofs: [], commitChanged: [] };
  const kept = new Map(
    stillStanding(state, readKept({ paths }, state).proofs).map((one) => [one.seq, one]),
  );
  const looked = new NamedFiles(paths.root);
  const elsewhere = provedElsewhere(state, rootOf({ paths }, state));
  const isElsewhere = ({ phase, item }: HeldProof) => elsewhere.has(`${phase.id}/${item.id}`);
  const about = { time: io.now().toISOString(), command: "status", at: state.seq };
  const head = gitHead(paths.root);
  const proofs: KeptProof[] = [];
  const commitChanged: LastComparison["commitChanged"][number][] = [];
  for (const one of held) {
    const { phase, item, proof } = one;
    const name = { phase: phase.id, item: item.id, seq: proof.seq };
    const before = kept.get(proof.seq);
    const file = isElsewhere(one) ? undefined : fileOf(one, state);
    const verdict = file === undefined ? undefined : looked.verdict(file);
    if (verdict === "stale" && file !== undefined) {
      proofs.push({ ...name, verdict, changed: 1, files: [file.path], ...about });
    } else if (verdict === undefined) {
      if (before !== undefined && before.verdict !== "fresh") proofs.push(before);
      const isOther = file === undefined && !isElsewhere(one) && head !== undefined &&
        proof.tree !== null &&
        proof.head !== head && item.inputs?.length !== 0;
      if (isOther && before?.verdict !== "stale" && before?.head !== head) commitChanged.push(name);
    }
  }
  return { proofs, commitChanged };
}

/** Undefined for a root that cannot be looked at. */
function rootOf({ paths }: Pick<Keeping, "paths">, { lineage }: SessionState) {
  try {
    return { root: rootRecord(paths.root, lineage) };
  } catch {
    return undefined;
  }
}

/** A file by which a proof is judged alone. */
interface JudgedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes?: number | undefined;
}

function fileOf({ standing, proof, item }: HeldProof, state: SessionState): JudgedFile | undefined {
  const approved = approvedFileOf(standing);
  if (approved !== undefined) return { ...approved, bytes: approved.size };
  const path = namedFile(item, state);
  if (path === undefined) return undefined;
  const outcome = standing.verification;
  const found = proof.named?.[path] ??
    (outcome?.type === "file_exists" ? outcome.found : undefined);
  return found?.sha256 === undefined ? undefined : { ...found, path, sha256: found.sha256 };
}

/** `status` reads no more than this of one file, and of all. */
const MOST_FILE_BYTES = 1024 * 1024;
const MOST_BYTES = 4 * MOST_FILE_BYTES;

/** Looks at files, as far as that takes no time. */
class NamedFiles {
  readonly #root: string;
  #bytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Undefined where it was not looked at. */
  verdict({ path, sha256, bytes }: JudgedFile): "fresh" | "stale" | undefined {
    if (bytes === undefined || bytes > MOST_FILE_BYTES || this.#bytes > MOST_BYTES) {
      return undefined;
    }
    const stats = statSync(join(this.#root, path), { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size !== bytes) return "stale";
    this.#bytes += bytes;
    const now = factsOf(this.#root, [path])[path];
    if (now?.sha256 === undefined) return undefined;
    return now.sha256 === sha256 ? "fresh" : "stale";
  }
}
