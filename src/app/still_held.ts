/**
 * Where a text that was taken out of a journal still is, or may be: by name.
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { lookWithin, namesWithin, readWithin } from "../platform/within.ts";
import { FOLDERS } from "../state_layout/names.ts";
import { branchName } from "../state_branch/places.ts";
import { knowsBranch } from "./state/known_branch.ts";
import type { Workspace } from "./workspace.ts";

/** A place that still has the text, or may have it. */
export interface StillHeld {
  /**
   * `file`: a file here that was found to have it. `state_branch`, `git_history`: commits that were made
   * before. `elsewhere`: what cannot be looked at.
   */
  readonly kind: "file" | "state_branch" | "git_history" | "elsewhere";
  /** For people; of a file its path from the project root. */
  readonly what: string;
}

/** What to look for. */
interface Search {
  /** The session it was in. */
  readonly session: string;
  /** Texts, and other values such as evidence. */
  readonly values: readonly unknown[];
  /** Lines of the journal that were not looked at. */
  readonly tooLong: readonly number[];
}

/** Bytes of files that are looked at: a place with more is not searched to its end. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** A file with more is not read. */
const LARGEST = 128 * 1024 * 1024;

/** Files that are named; more are counted. */
const MOST_NAMED = 20;

/** Shorter texts are in too many files by chance. */
const SHORTEST = 4;

/** Looks for a text in the state directory, and says what else may have it. */
export async function stillHeld(
  workspace: Workspace,
  search: Search,
): Promise<readonly StillHeld[]> {
  const { paths, meta } = workspace;
  const found = new Files(needlesOf(search.values)).search(paths.stateDirectory);
  const files = found.slice(0, MOST_NAMED).map((path): StillHeld => ({
    kind: "file",
    what: `.orchestrator/${path}`,
  }));
  const more = found.length - files.length;
  return [
    ...files,
    ...(more > 0 ? [{ kind: "file", what: `${more} more files in .orchestrator/` } as const] : []),
    ...search.tooLong.map((line): StillHeld => ({
      kind: "elsewhere",
      what: `event ${line} of session ${search.session}, which is too long to be rewritten`,
    })),
    ...await branchHeld(workspace),
    ...(meta?.mode === "portable"
      ? [
        {
          kind: "git_history",
          what:
            "commits of this repository that have the journal: commit it again, and rewrite the " +
            "history with a tool such as git filter-repo if the text must go from there too",
        } as const,
      ]
      : []),
    ...(workspace.oldFiles === null
      ? []
      : [{ kind: "elsewhere", what: "files of the old tool in this project" } as const]),
    {
      kind: "elsewhere",
      what:
        "snapshots that were exported, other clones until they pull, and whatever has recorded " +
        "terminals, agents and CI",
    },
  ];
}

/** The state branch takes the redaction with the next push; what it was before stays in its commits. */
async function branchHeld(workspace: Workspace): Promise<readonly StillHeld[]> {
  const { meta } = workspace;
  if (meta === null || !await knowsBranch(workspace)) return [];
  const branch = branchName((await workspace.config()).get("state_branch"), meta.id);
  return [{
    kind: "state_branch",
    what:
      `the state branch ${branch}: push the state, then \`orchestrator state compact\` replaces ` +
      "its older commits; a server may keep those until it cleans up",
  }];
}

/** The bytes to look for: a text as it is, and as JSON has it. */
function needlesOf(values: readonly unknown[]): readonly Buffer[] {
  const needles = new Set<string>();
  for (const value of values) {
    const json = JSON.stringify(value);
    if (typeof value !== "string") {
      needles.add(json).add(JSON.stringify(json).slice(1, -1));
    } else if (value.trim().length >= SHORTEST) {
      needles.add(value).add(json.slice(1, -1));
    }
  }
  return [...needles].map((needle) => Buffer.from(needle));
}

/** A search through the files of a folder. What cannot be read is passed over. */
class Files {
  readonly #needles: readonly Buffer[];
  readonly #found: string[] = [];
  #left = MOST_BYTES;

  constructor(needles: readonly Buffer[]) {
    this.#needles = needles;
  }

  /** @returns paths from `top` on, sorted, of the files that have the bytes. Secrets are not looked at. */
  search(top: string): readonly string[] {
    if (this.#needles.length > 0) this.#folder(top, "");
    return this.#found.sort();
  }

  #folder(top: string, below: string): void {
    for (const name of this.#quietly(() => namesWithin(top, join(top, below))) ?? []) {
      const path = below === "" ? name : `${below}/${name}`;
      if (path === FOLDERS.secrets) continue;
      const stat = this.#quietly(() => lookWithin(top, join(top, path)));
      if (stat?.isDirectory() === true) this.#folder(top, path);
      else if (stat?.isFile() === true && stat.size <= Math.min(LARGEST, this.#left)) {
        this.#left -= stat.size;
        if (this.#has(top, path)) this.#found.push(path);
      }
    }
  }

  #has(top: string, path: string): boolean {
    const bytes = this.#quietly(() => readWithin(top, join(top, path), LARGEST));
    if (bytes === null || bytes === undefined) return false;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#needles.some((needle) => buffer.includes(needle));
  }

  #quietly<Result>(look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return undefined;
    }
  }
}
