/**
 * What is wrong with what a line records of the project's files.
 * @module
 */
import type { NewEvent, SessionEvent } from "../events.ts";
import { isRecord } from "../record.ts";
import type { SessionState } from "../state.ts";
import type { FilesDigest, WorkRecord } from "../work_record.ts";
import { MOST_CHANGED, type WorkTree } from "../work_tree.ts";

/** Events that record it, in a session whose beginning does. */
const PROOFS: ReadonlySet<string> = new Set<NewEvent["type"]>([
  "item_completed",
  "item_failed",
  "item_approved",
  "phase_approved",
  "review_recorded",
  "workflow_completed",
]);

/** @returns a clause; null when nothing is wrong. @param state the state before the event. */
export function workProblem(
  state: Pick<SessionState, "begun" | "listed">,
  event: SessionEvent,
  digest: (text: string) => string,
): string | null {
  const work = "work" in event.data ? event.data.work : undefined;
  if (work === undefined) {
    return state.begun !== undefined && PROOFS.has(event.type)
      ? "it does not record the project's files, and the session's first line does"
      : null;
  }
  if (!isRecord(work) || !isRecord(work.tree)) return "its record of the project's files is none";
  return fileProblem(state, event) ?? treeProblem(state, work, digest);
}

/** A passing check of a file says what was there: `decide()` judges that. */
function fileProblem({ begun }: Pick<SessionState, "begun">, { data }: SessionEvent) {
  const outcome = "verification" in data ? data.verification : undefined;
  return begun !== undefined && outcome?.type === "file_exists" && outcome.passed &&
      outcome.found === undefined
    ? `it does not record what was at "${outcome.path}"`
    : null;
}

function treeProblem(
  { listed }: Pick<SessionState, "listed">,
  { tree }: WorkRecord,
  digest: (text: string) => string,
): string | null {
  if ("named" in tree) return inputsProblem(tree, digest);
  if (!("changedCount" in tree)) return null;
  const { changedIn } = tree;
  if (changedIn === undefined) return listProblem(tree, digest);
  const isThere = listed !== undefined && changedIn === listed.seq && tree.head === listed.head &&
    tree.tree === listed.tree && tree.changedSha256 === listed.changed;
  return isThere ? null : `line ${changedIn} does not list the changed files of its tree`;
}

/** A list is the one whose hash it names, where it is whole and no secret was removed from it. */
function listProblem(
  { changed, changedCount, changedSha256, committable }: WorkTree,
  digest: (text: string) => string,
): string | null {
  if (!Array.isArray(changed) || changed.length !== Math.min(changedCount, MOST_CHANGED)) {
    return "its list of changed files has not as many as it says";
  }
  if (changedCount > MOST_CHANGED) return null;
  const text = JSON.stringify(changed);
  if (text.includes("[redacted")) return null;
  if (changedSha256 !== (changedCount === 0 ? undefined : digest(text))) {
    return "its list of changed files is not the one whose hash it records";
  }
  return committable === changed.every(({ as }) => as === undefined)
    ? null
    : `its list of changed files contradicts "committable"`;
}

/** Inputs are the ones whose hash they name, where they are whole and no secret was removed from them. */
function inputsProblem(
  { inputs }: FilesDigest,
  digest: (text: string) => string,
): string | null {
  if (inputs === undefined || "missing" in inputs || inputs.files === undefined) return null;
  const files = Object.entries(inputs.files).sort(([one], [other]) => one < other ? -1 : 1);
  const text = JSON.stringify(files);
  if (text.includes("[redacted")) return null;
  return inputs.count === files.length && inputs.sha256 === digest(text)
    ? null
    : "its list of inputs is not the one whose hash it records";
}
