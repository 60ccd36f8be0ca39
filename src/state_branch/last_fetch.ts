/**
 * When the server was last asked: stored in a small file in git's directory, so that reading
 * commands write neither to the state directory nor to the work tree. Light: `status` uses it.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gitDirectory } from "../project/git_remote.ts";
import { GIT_FOLDER, LAST_FETCH } from "../state_layout/places.ts";

/** A fetch from the server, or a question whether there is something new. */
export interface LastFetch {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Opaque: who fetched. */
  readonly who: string;
}

/** This program's folder in git's directory; null without git. */
function folderOf(root: string): string | null {
  const directory = gitDirectory(root);
  return directory === null ? null : `${directory}/${GIT_FOLDER}`;
}

/** The last fetch; `never` when there was none as far as is known, and null without git. */
export function lastFetch(root: string): LastFetch | "never" | null {
  const folder = folderOf(root);
  if (folder === null) return null;
  try {
    const [time = "", who = ""] = readFileSync(`${folder}/${LAST_FETCH}`, "utf8").split("\n");
    return /^\d{1,16}$/.test(time) ? { time: Number(time), who } : "never";
  } catch {
    return "never";
  }
}

/** Remembers a fetch where that is possible: the record only saves time. */
export function writeLastFetch(root: string, { time, who }: LastFetch): void {
  const folder = folderOf(root);
  if (folder === null) return;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${LAST_FETCH}`, `${time}\n${who}\n`);
  } catch {
    // A disk that cannot be written to is asked again each time.
  }
}
