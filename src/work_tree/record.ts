/**
 * What a line of a journal records of the project: where it is, and what its files are.
 * @module
 */
import type { Environment } from "../platform/processes.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import { factsOf } from "./file_facts.ts";
import { rootRecord } from "./root.ts";
import { takeWorkTree } from "./take.ts";
import { writtenBetween } from "./written.ts";

/** What is recorded. */
export interface RecordRequest {
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly env: Environment;
  /** Names below `root` that do not count: the state directory. */
  readonly without: readonly string[];
  /** The session's. */
  readonly lineage: string;
  /** Files that count where there is no git, relative to `root`. */
  readonly named: readonly string[];
  /** Globs of files that count there, too; absent where the item has none. */
  readonly inputs?: readonly string[];
  /** For each look. Default: 2 s. */
  readonly timeoutMs?: number;
  /** What the files were before a command ran; absent where none did. */
  readonly before?: WorkRecord["tree"];
}

/** The work tree; where there is no repository, the files that are named. Never throws. */
export async function takeFiles(
  request: Pick<RecordRequest, "root" | "env" | "without" | "named" | "inputs" | "timeoutMs">,
): Promise<WorkRecord["tree"]> {
  const { root, without, named, inputs } = request;
  const taken = await takeWorkTree(request);
  if ("value" in taken) return taken.value;
  const { reason } = taken.missing;
  const isGitless = reason === "no_git" || reason === "no_repository";
  if (!isGitless || named.length === 0 && inputs === undefined) return taken.missing;
  const files = { named: factsOf(root, named) };
  if (inputs === undefined) return files;
  const { takeInputs } = await import("./inputs.ts");
  return { ...files, inputs: takeInputs({ root, without, inputs }) };
}

/** Records what the project is now. Never throws. */
export async function recordWork(request: RecordRequest): Promise<WorkRecord> {
  const { before } = request;
  // It would be so again: a command must not wait for it twice.
  const isSlow = before !== undefined && "reason" in before && before.reason === "too_slow";
  const tree = isSlow ? before : await takeFiles(request);
  const wrote = before !== undefined && "changedCount" in before && "changedCount" in tree
    ? await writtenBetween(request, before, tree)
    : undefined;
  return { ...rootOf(request), tree, ...(wrote === undefined ? {} : { wrote }) };
}

/** Nothing for a root that cannot be looked at. */
function rootOf({ root, lineage }: RecordRequest): Pick<WorkRecord, "root"> {
  try {
    return { root: rootRecord(root, lineage) };
  } catch {
    return {};
  }
}
