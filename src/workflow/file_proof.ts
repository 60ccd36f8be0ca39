/**
 * Whether a file proves what an item asks for.
 * @module
 */
import type { Verification } from "./definition.ts";
import { own } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { FileFacts } from "./work_record.ts";

/** Files up to this size are read: one without a hash could not be. */
const READ_BYTES = 100 * 1024 * 1024;

/** What a look at a file means for its item. */
export interface FileVerdict {
  /** Why it proves nothing, as a clause; absent where it passes. */
  readonly reason?: string;
  /** What passes only in a workflow without `format: 2`, as a clause. */
  readonly remark?: string;
}

/**
 * What is at the path, as a proof. A workflow without `format: 2` is content with anything that exists:
 * what would prove nothing elsewhere is a remark there.
 */
export function fileVerdict(
  state: Pick<SessionState, "definition" | "begun">,
  wanted: Extract<Verification, { readonly type: "file_exists" }>,
  found: FileFacts,
): FileVerdict {
  if (found.kind === "missing") return { reason: `"${wanted.path}" does not exist` };
  const problem = weakness(state, wanted, found);
  if (problem === null) return {};
  return state.definition.format === 2 ? { reason: problem } : { remark: problem };
}

/** Why what is there is no new file with content; null where it is. */
function weakness(
  state: Pick<SessionState, "begun">,
  wanted: Extract<Verification, { readonly type: "file_exists" }>,
  found: FileFacts,
): string | null {
  const { path, kind } = wanted;
  if (kind === "directory") {
    return found.kind === "directory" ? null : `"${path}" is not a directory`;
  }
  if (found.kind !== "file") {
    return `"${path}" is ${found.kind === "directory" ? "a directory" : "not a regular file"}`;
  }
  if (found.bytes === 0) return `"${path}" is empty`;
  if (wanted.may_be_old === true) return null;
  if (found.sha256 === undefined && (found.bytes ?? 0) <= READ_BYTES) {
    return `"${path}" cannot be read`;
  }
  return isAsBefore(state, path, found)
    ? `"${path}" has not changed since the session began`
    : null;
}

/** Whether a file has the content that it had when the session began. */
function isAsBefore(
  { begun }: Pick<SessionState, "begun">,
  path: string,
  found: FileFacts,
): boolean {
  const before = begun === undefined ? undefined : own(begun.files, path);
  return before?.kind === "file" && found.kind === "file" && found.sha256 !== undefined &&
    found.sha256 === before.sha256;
}
