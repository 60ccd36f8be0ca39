/**
 * What a line records of the project's files, in a few words.
 * @module
 */
import type { RecordedFiles } from "../../workflow/item_records.ts";
import { isRecord } from "../../workflow/record.ts";

/** How many changed files are named. */
const NAMED = 10;

/**
 * A work record as fields for people. Takes anything: it may not be one.
 * @param isFirst whether it is that of the session's beginning.
 */
export function workSummary(work: unknown, isFirst: boolean): unknown {
  if (!isRecord(work) || !isRecord(work["tree"])) return work;
  const { tree, root, wrote } = work;
  return {
    ...treeSummary(tree),
    ...(isRecord(wrote) ? { written: `${filesText(wrote)}, by the command itself` } : {}),
    ...(root === undefined || isFirst
      ? {}
      : { directory: "not the one that the session began in, or it was not recorded then" }),
  };
}

/** A mark of a record in one line. */
export function recordedFiles({ head, tree, committable, changed }: RecordedFiles): string {
  const names = changed === undefined || changed.count === 0 ? "" : `; changed: ${
    filesText({
      changed: changed.first.map((path) => ({ path })),
      changedCount: changed.count,
    })
  }`;
  const fits = committable ? "" : " (fits no commit)";
  return `commit ${head?.slice(0, 12) ?? "none yet"}, tree ${tree?.slice(0, 12)}${fits}${names}`;
}

function treeSummary(tree: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if ("named" in tree) return { files: filesSummary(tree["named"]) };
  if (!("changedCount" in tree)) {
    return { tree: `not taken: ${text(tree["message"] ?? tree["reason"])}` };
  }
  const { head, branch, committable, changedCount, changedIn } = tree;
  const { submodules, unwatched, hidden } = tree;
  const on = typeof branch === "string" ? ` on ${branch}` : "";
  const files = typeof changedIn === "number"
    ? `${counted(changedCount)}, as listed in event ${changedIn}`
    : filesText(tree);
  return {
    commit: head === null ? "none yet" : `${text(head)}${on}`,
    tree: `${text(tree["tree"])}${committable === false ? " (fits no commit)" : ""}`,
    ...(changedCount === 0 ? {} : { changed: files }),
    ...(Array.isArray(submodules) ? { submodules: submodules.map(pathOf).join(", ") } : {}),
    ...(Array.isArray(unwatched) ? { unwatched: unwatched.map(text).join(", ") } : {}),
    ...(isRecord(hidden)
      ? { hidden: `${counted(hidden["count"])}, by rules that are not committed` }
      : {}),
  };
}

/** Files at paths, by what is there. */
export function filesSummary(files: unknown): unknown {
  if (!isRecord(files)) return files;
  return Object.fromEntries(
    Object.entries(files).map(([path, facts]) => [path, factsText(facts)]),
  );
}

function factsText(facts: unknown): unknown {
  if (!isRecord(facts)) return facts;
  const { kind, bytes, sha256 } = facts;
  if (kind !== "file") return kind;
  const content = sha256 === undefined ? "not read" : `SHA-256 ${text(sha256)}`;
  return `${text(bytes)} bytes, ${content}`;
}

function filesText({ changed, changedCount }: Readonly<Record<string, unknown>>): string {
  const files: readonly unknown[] = Array.isArray(changed) ? changed : [];
  if (files.length === 0) return counted(changedCount);
  const named = files.slice(0, NAMED).map(pathOf).join(", ");
  const more = Number(changedCount) > NAMED ? ", …" : "";
  return `${counted(changedCount)}: ${named}${more}`;
}

function pathOf(file: unknown): string {
  if (!isRecord(file)) return text(file);
  const { path, mode, blob } = file;
  return `${text(path)}${mode === null || blob === null ? " (removed)" : ""}`;
}

function counted(number: unknown): string {
  return `${text(number)} ${number === 1 ? "file" : "files"}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
