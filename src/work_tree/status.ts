/**
 * Reading what `git status --porcelain=v2 -z --branch` prints (git-status(1), "Porcelain Format
 * Version 2").
 * @module
 */

/** A path that is not as HEAD or the index has it. */
export interface StatusEntry {
  readonly path: string;
  /** What HEAD has; null for nothing. */
  readonly head: { readonly mode: string; readonly oid: string } | null;
  /** What the index has; null for nothing, and for a conflict. */
  readonly index: { readonly mode: string; readonly oid: string } | null;
  /** The mode on disk; null when it is not there, undefined when git does not say (untracked). */
  readonly mode: string | null | undefined;
  /** Whether the file on disk differs from the index. */
  readonly differs: boolean;
}

/** What git status says. */
export interface Status {
  /** Null before the first commit. */
  readonly head: string | null;
  readonly branch: string | null;
  readonly entries: readonly StatusEntry[];
}

const NO_MODE = "000000";

/** Reads the output. Folders that are repositories of their own (`sub/`) are left out. */
export function readStatus(output: string): Status {
  let head: string | null = null;
  let branch: string | null = null;
  const entries: StatusEntry[] = [];
  for (const line of output.split("\0")) {
    if (line.startsWith("# branch.oid ")) head = orNull(line.slice(13), "(initial)");
    else if (line.startsWith("# branch.head ")) branch = orNull(line.slice(14), "(detached)");
    else if (line.startsWith("? ")) {
      const path = line.slice(2);
      if (!path.endsWith("/")) entries.push(untracked(path));
    } else if (line.startsWith("1 ") || line.startsWith("u ")) entries.push(tracked(line));
  }
  return { head, branch, entries };
}

function orNull(text: string, none: string): string | null {
  return text === none ? null : text;
}

function untracked(path: string): StatusEntry {
  return { path, head: null, index: null, mode: undefined, differs: true };
}

/** `1 XY sub mH mI mW hH hI path`, or `u XY sub m1 m2 m3 mW h1 h2 h3 path`. */
function tracked(line: string): StatusEntry {
  const conflict = line.startsWith("u ");
  const fields = line.split(" ");
  const path = fields.slice(conflict ? 10 : 8).join(" ");
  const [, xy = ".."] = fields;
  if (conflict) {
    // Of a conflict git names the three sides, and not what HEAD has: that is the second one.
    return {
      path,
      head: entryOf(fields[4], fields[8]),
      index: null,
      mode: modeOf(fields[6]),
      differs: true,
    };
  }
  return {
    path,
    head: entryOf(fields[3], fields[6]),
    index: entryOf(fields[4], fields[7]),
    mode: modeOf(fields[5]),
    differs: xy[1] !== ".",
  };
}

function modeOf(mode: string | undefined): string | null {
  return mode === undefined || mode === NO_MODE ? null : mode;
}

function entryOf(
  mode: string | undefined,
  oid: string | undefined,
): { readonly mode: string; readonly oid: string } | null {
  return mode === undefined || oid === undefined || mode === NO_MODE || /^0+$/.test(oid)
    ? null
    : { mode, oid };
}
