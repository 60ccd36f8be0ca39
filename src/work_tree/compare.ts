/**
 * What differs between the files of a project at two moments, by name.
 *
 * A moment is what {@link "./take.ts".takeWorkTree} returned then: a commit and what was not as that
 * commit has it. So moments of one commit are compared without git, and of others by what the commits
 * differ in; no object of a work tree is needed.
 * @module
 */
import type { Environment } from "../platform/processes.ts";
import { blobAs } from "./content.ts";
import { GitFailure, LookingGit } from "./git.ts";
import type { DirtySubmodule, HashedAs, WorkTree } from "../workflow/work_tree.ts";

/** Where the project is. */
export interface ComparedPlace {
  /** Absolute path of the project; its repository may begin above it. */
  readonly root: string;
  readonly env: Environment;
  /** Names below `root` that do not count: the state directory. */
  readonly without: readonly string[];
  /** For all that is asked of git. Default: 2 s. */
  readonly timeoutMs?: number;
}

/** The files at a moment, as far as they are compared. */
export interface Moment
  extends Pick<WorkTree, "head" | "tree" | "changed" | "changedCount" | "submodules"> {
  /** Nothing is known of the paths behind this one. */
  readonly knownTo?: string;
  /** Nothing is known of these. */
  readonly unknown?: ReadonlySet<string>;
}

/** What differs. */
export interface TreeDifference {
  /** Relative to the top of the work tree, with `/`, sorted. */
  readonly paths: readonly string[];
  /** False: something else differs too, which cannot be named. */
  readonly complete: boolean;
  /** How many more differ at least that are not named; absent where that is not known. */
  readonly unnamed?: number;
  /** The commit that would be needed to name it, and is not in this repository. */
  readonly missing?: string;
}

const NO_DIFFERENCE: TreeDifference = { paths: [], complete: true };

/** An entry of a tree; null where there is none. */
type Entry = { readonly mode: string; readonly blob: string; readonly as?: HashedAs } | null;

/** What commits differ in, by path. */
type Moved = ReadonlyMap<string, { readonly from: Entry; readonly to: Entry }>;

const PATIENCE_MS = 2000;

/** Compares moments in one repository; what git has said once is not asked again. */
export class MomentComparison {
  readonly #place: ComparedPlace;
  readonly #git: LookingGit;
  readonly #moved = new Map<string, Promise<Moved | null>>();
  #where: Promise<{ readonly top: string; readonly prefix: string }> | undefined;

  constructor(place: ComparedPlace) {
    this.#place = place;
    this.#git = new LookingGit(place.root, place.env, place.timeoutMs ?? PATIENCE_MS);
  }

  /**
   * What has changed from one moment to another.
   * @throws what {@link LookingGit.run} throws, but for a commit that is not here.
   */
  async between(before: Moment, after: Moment): Promise<TreeDifference> {
    const submodules = changedSubmodules(before.submodules, after.submodules);
    if (before.tree === after.tree && submodules.length === 0) return NO_DIFFERENCE;
    const moved = await this.#movedBetween(before.head, after.head);
    const sides = [sideOf(before), sideOf(after)] as const;
    const isLeftOut = await this.#leftOut();
    const candidates = new Set<string>([
      ...submodules,
      ...before.unknown ?? [],
      ...after.unknown ?? [],
      ...sides.flatMap(({ files }) => [...files.keys()]),
      ...(moved ?? new Map<string, unknown>()).keys(),
    ]);
    const paths = new Set<string>(submodules);
    let complete = moved !== null && sides.every(({ limit }) => limit === undefined);
    for (const path of candidates) {
      if (isLeftOut(path)) continue;
      const verdict = await this.#compareAt(path, sides, moved);
      if (verdict === "differs") paths.add(path);
      else if (verdict === "unknown") complete = false;
    }
    const missing = moved === null ? await this.#missing([before.head, after.head]) : undefined;
    return {
      paths: [...paths].sort(),
      complete,
      ...unnamedIn(before, after),
      ...(missing === undefined ? {} : { missing }),
    };
  }

  /** Where the project begins in its repository: empty, or a path that ends with `/`. */
  async prefix(): Promise<string> {
    return (await this.#places()).prefix;
  }

  #places(): Promise<{ readonly top: string; readonly prefix: string }> {
    this.#where ??= this.#git.run(["rev-parse", "--show-toplevel", "--show-prefix"])
      .then((output) => {
        const [top = "", prefix = ""] = output.split("\n");
        return { top, prefix };
      });
    return this.#where;
  }

  async #leftOut(): Promise<(path: string) => boolean> {
    const prefix = await this.prefix();
    const names = this.#place.without.map((name) => `${prefix}${name}`);
    return (path) => names.some((name) => path === name || path.startsWith(`${name}/`));
  }

  /** @returns null when one of the commits is not here. */
  #movedBetween(before: string | null, after: string | null): Promise<Moved | null> {
    if (before === after) return Promise.resolve(new Map());
    const key = `${before} ${after}`;
    const known = this.#moved.get(key) ?? this.#readMoved(before, after);
    this.#moved.set(key, known);
    return known;
  }

  async #readMoved(before: string | null, after: string | null): Promise<Moved | null> {
    const missing = await this.#missing([before, after]);
    if (missing !== undefined) return null;
    if (before === null || after === null) {
      const entries = await this.#entriesOf(before ?? after ?? "");
      return new Map(
        [...entries].map(([path, entry]) => [
          path,
          before === null ? { from: null, to: entry } : { from: entry, to: null },
        ]),
      );
    }
    const { top } = await this.#places();
    const output = await this.#git.at(top, []).run([
      "diff-tree",
      "-r",
      "-z",
      "--raw",
      "--no-renames",
      "--no-ext-diff",
      "--no-textconv",
      "--no-abbrev",
      before,
      after,
    ]);
    return readRaw(output);
  }

  /** The first of the commits that is not here. */
  async #missing(commits: readonly (string | null)[]): Promise<string | undefined> {
    const named = commits.flatMap((commit) => commit ?? []);
    const odd = named.find((commit) => !/^[0-9a-f]{40,64}$/.test(commit));
    if (odd !== undefined) return odd;
    const output = await this.#git.run(["cat-file", "--batch-check"], {
      input: named.map((commit) => `${commit}^{tree}\n`).join(""),
    });
    const index = output.split("\n").findIndex((line) => line.endsWith(" missing"));
    return named[index];
  }

  /** All entries of a commit. */
  async #entriesOf(commit: string): Promise<ReadonlyMap<string, Entry>> {
    const output = await this.#git.run(["ls-tree", "-r", "-z", "--full-tree", commit]);
    const entries = new Map<string, Entry>();
    for (const line of output.split("\0")) {
      const [, mode = "", blob = "", path = ""] =
        /^(\d{6}) [a-z]+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (path !== "") entries.set(path, { mode, blob });
    }
    return entries;
  }

  async #compareAt(
    path: string,
    [before, after]: readonly [Side, Side],
    moved: Moved | null,
  ): Promise<"same" | "differs" | "unknown"> {
    const [from, to] = [fileAt(before, path), fileAt(after, path)];
    if (from === "unknown" || to === "unknown") return "unknown";
    if (from !== "as commit" && to !== "as commit") return sameEntry(from, to) ? "same" : "differs";
    if (moved === null) return "unknown";
    const step = moved.get(path);
    if (from === "as commit" && to === "as commit") return step === undefined ? "same" : "differs";
    const [own, commits] = from === "as commit" ? [to, step?.from] : [from, step?.to];
    if (own === "as commit") return "same";
    if (own?.as !== undefined && to === "as commit") return await this.#onDisk(path, own);
    // What a commit has is not what is said to differ from it.
    if (step === undefined) return "differs";
    return sameEntry(own, commits ?? null) ? "same" : "differs";
  }

  /** A file whose content is not known as git would commit it, against what is there now. */
  async #onDisk(path: string, was: NonNullable<Entry>): Promise<"same" | "differs"> {
    const { top } = await this.#places();
    const now = blobAs(`${top}/${path}`, was.as ?? "raw", was.blob.length === 64);
    return now === was.blob ? "same" : "differs";
  }
}

/**
 * What is not listed is new since a moment of the same commit that lists everything, but for as many
 * files as that one has there.
 */
function unnamedIn(before: Moment, after: Moment): { readonly unnamed?: number } {
  const limit = after.changed.at(-1)?.path ?? "";
  const old = before.changed.filter(({ path }) => path > limit).length;
  const unnamed = after.changedCount - after.changed.length - old;
  const isKnown = unnamed > 0 && before.head === after.head &&
    before.changedCount === before.changed.length &&
    [before, after].every(({ knownTo, unknown }) => knownTo === undefined && unknown === undefined);
  return isKnown ? { unnamed } : {};
}

/** A moment, by path. */
interface Side {
  readonly files: ReadonlyMap<string, Entry>;
  /** Nothing is known of the paths behind this one. */
  readonly limit: string | undefined;
  readonly unknown: ReadonlySet<string> | undefined;
}

function sideOf({ changed, changedCount, knownTo, unknown }: Moment): Side {
  const files = new Map<string, Entry>();
  for (const { path, mode, blob, as } of changed) {
    files.set(
      path,
      mode === null || blob === null ? null : { mode, blob, ...(as === undefined ? {} : { as }) },
    );
  }
  return {
    files,
    limit: changedCount > changed.length ? changed.at(-1)?.path ?? "" : knownTo,
    unknown,
  };
}

function fileAt({ files, limit, unknown }: Side, path: string): Entry | "as commit" | "unknown" {
  const file = files.get(path);
  if (file !== undefined) return file;
  if (unknown?.has(path) === true) return "unknown";
  return limit !== undefined && path > limit ? "unknown" : "as commit";
}

function sameEntry(one: Entry, other: Entry): boolean {
  return one?.mode === other?.mode && one?.blob === other?.blob;
}

function changedSubmodules(
  before: readonly DirtySubmodule[] = [],
  after: readonly DirtySubmodule[] = [],
): readonly string[] {
  const was = new Map(before.map(({ path, tree }) => [path, tree]));
  const is = new Map(after.map(({ path, tree }) => [path, tree]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path));
}

const NO_MODE = "000000";

/** Reads `diff-tree -r -z --raw` (git-diff-tree(1), "Raw output format"). */
function readRaw(output: string): Moved {
  const moved = new Map<string, { readonly from: Entry; readonly to: Entry }>();
  const fields = output.split("\0");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, oldMode, newMode, oldBlob, newBlob] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*$/.exec(fields[at] ?? "") ?? [];
    const path = fields[at + 1] ?? "";
    if (oldMode === undefined || newMode === undefined || path === "") {
      throw new GitFailure(`${fields[at]} instead of a difference`);
    }
    moved.set(path, {
      from: oldMode === NO_MODE ? null : { mode: oldMode, blob: oldBlob ?? "" },
      to: newMode === NO_MODE ? null : { mode: newMode, blob: newBlob ?? "" },
    });
  }
  return moved;
}
