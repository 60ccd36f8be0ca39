/**
 * A state directory that cannot be used as a whole. It is one cause, and one finding: what is in it cannot
 * be looked at then.
 * @module
 */
import { lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { isTrackedLink } from "../platform/own_link.ts";
import { STATE_DIRECTORY } from "../state_layout/names.ts";
import type { Finding } from "./finding.ts";

/**
 * Why the state directory cannot be used; null where it can, and where there is none.
 * @param path of the state directory, absolute.
 */
export function unusableState(path: string): Finding | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isSymbolicLink()) return unusableLink(path) ?? listed(path);
    return stat.isDirectory() ? listed(path) : noDirectory("is not a directory");
  } catch (error) {
    return unreadable(error);
  }
}

function unusableLink(path: string): Finding | null {
  const link = `is a link to ${readlinkSync(path)}`;
  const tracked = isTrackedLink(path);
  if (tracked !== false) {
    return {
      level: "error",
      seen: tracked === null
        ? `${STATE_DIRECTORY} ${link}, and git cannot tell whether it tracks it: it is not used`
        : `${STATE_DIRECTORY} ${link} that git tracks: it is not used`,
      todo: "Replace the link with a directory, or remove it from git",
    };
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return null;
  return noDirectory(`${link}, which is not a directory`);
}

function noDirectory(what: string): Finding {
  return {
    level: "error",
    seen: `${STATE_DIRECTORY} ${what}: it is not used`,
    todo: "Move it elsewhere, then run `orchestrator init`",
  };
}

function listed(path: string): Finding | null {
  try {
    readdirSync(path);
    return null;
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): Finding {
  const code = systemErrorCode(error);
  if (code === undefined) throw error;
  return {
    level: "error",
    seen: `${STATE_DIRECTORY} cannot be read (${code})`,
    todo: "Check its owner and its permissions",
  };
}
