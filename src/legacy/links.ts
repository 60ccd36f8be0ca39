/**
 * Symbolic links at the old tool's places: where they lead, said so that a person can decide about
 * their content. None is followed unless a person says so.
 * @module
 */
import { readlinkSync, realpathSync, statSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { partBelow } from "../platform/path.ts";

/** Where a link leads. */
export interface LinkSeen {
  /** What it says; empty for what is no link. */
  readonly to: string;
  readonly where: "inside" | "outside" | "broken";
  /** What is there; `nothing` for a broken link. */
  readonly kind: "file" | "directory" | "other" | "nothing";
}

/**
 * Looks where a link leads.
 * @param path of the link, from the root, with `/`.
 */
export function seeLink(root: string, path: string): LinkSeen {
  const to = linkText(`${root}/${path}`);
  try {
    const real = realpathSync(`${root}/${path}`);
    const isInside = partBelow(realpathSync(root), real) !== null;
    const stats = statSync(real);
    return {
      to,
      where: isInside ? "inside" : "outside",
      kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
    };
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return { to, where: "broken", kind: "nothing" };
  }
}

/** Where a link leads, as a clause about "it". */
export function linkReason({ to, where, kind }: LinkSeen): string {
  if (where === "broken") return `it is a broken symbolic link to "${to}"`;
  const what = {
    file: "",
    directory: ", a directory",
    other: ", which is not a file",
    nothing: "",
  };
  return `it is a symbolic link to "${to}"${what[kind]} ${
    where === "inside" ? "in" : "outside"
  } the project`;
}

/** What a link says; empty for what is none. */
function linkText(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
