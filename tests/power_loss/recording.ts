/**
 * Runs a program on a directory and knows from then on what a power cut would have left at any instant.
 * @module
 */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { type DiskCall, readCallLog } from "./call_log.ts";
import { describe, Disk } from "./disk.ts";
import {
  type FileTree,
  isSame,
  type Moment,
  type NodeId,
  type TreeEntry,
  type Version,
} from "./moment.ts";

/** A directory as it is, all of it taken to be durable. */
export function readFileTree(root: string): FileTree {
  const tree = new Map<string, TreeEntry>();
  const walk = (base: string): void => {
    for (const name of readdirSync(`${root}/${base}`).sort()) {
      const path = base === "" ? name : `${base}/${name}`;
      const stat = lstatSync(`${root}/${path}`);
      const mode = stat.mode & 0o7777;
      if (stat.isSymbolicLink()) {
        tree.set(path, { kind: "symlink", target: readlinkSync(`${root}/${path}`) });
      } else if (stat.isDirectory()) {
        tree.set(path, { kind: "directory", mode });
        walk(path);
      } else {
        const bytes = new Uint8Array(readFileSync(`${root}/${path}`));
        tree.set(path, {
          kind: "file",
          version: { bytes, mode, time: stat.mtimeMs },
          node: stat.ino,
        });
      }
    }
  };
  walk("");
  return tree;
}

/** Writes a tree into an empty directory. */
export function writeFileTree(root: string, tree: FileTree): void {
  const placed = new Map<NodeId, string>();
  const umask = process.umask();
  for (const [path, entry] of tree) {
    const at = `${root}/${path}`;
    if (entry.kind === "symlink") symlinkSync(entry.target, at);
    else if (entry.kind === "directory") {
      mkdirSync(at);
      if (entry.mode !== (0o777 & ~umask)) chmodSync(at, entry.mode);
    } else {
      const twin = placed.get(entry.node);
      if (twin !== undefined) {
        linkSync(twin, at);
        continue;
      }
      placed.set(entry.node, at);
      const { bytes, mode, time } = entry.version;
      writeFileSync(at, bytes);
      if (mode !== (0o666 & ~umask)) chmodSync(at, mode);
      if (time !== null) utimesSync(at, time / 1000, time / 1000);
    }
  }
}

/** What a program did, and what its power cuts meet. */
export interface Recording {
  readonly calls: readonly DiskCall[];
  /** The instants at which most can be lost: before each sync, before the answer, and the end. */
  readonly moments: readonly Moment[];
}

/**
 * Replays what a program did.
 * @param input.log what strace wrote.
 * @param input.cwd the program's working directory.
 * @param input.root the directory that is watched, and `before` what it held.
 * @param input.elsewhere see {@link Disk}.
 * @throws when the replay does not end with what is really there: then the model has missed something.
 */
export function replayLog(
  { log, cwd, root, before, elsewhere }: {
    readonly log: string;
    readonly cwd: string;
    readonly root: string;
    readonly before: FileTree;
    readonly elsewhere?: string;
  },
): Recording {
  const calls = readCallLog(log, cwd);
  const umask = process.umask();
  const rehearsal = new Disk(root, before, { umask });
  for (const call of calls) rehearsal.do(call);
  const after = readFileTree(root);
  const differences = differencesOf(rehearsal.tree(), after);
  if (differences.length > 0) {
    throw new Error(`the log does not lead to what is there: ${differences.join(", ")}`);
  }
  const end = endOf(rehearsal.tree(), after);
  const disk = new Disk(root, before, {
    umask,
    end,
    ...elsewhere === undefined ? {} : { elsewhere },
  });
  return { calls, moments: momentsOf(disk, calls, root) };
}

/** Does the calls. @returns the instants at which most can be lost. */
export function momentsOf(disk: Disk, calls: readonly DiskCall[], root: string): readonly Moment[] {
  const answer = calls.findLastIndex(({ kind }) => kind === "answer");
  const moments: Moment[] = [];
  let moment: Moment | null = disk.moment("the beginning");
  for (const [index, call] of calls.entries()) {
    // The last answer counts: the ones before tell how far it is.
    if (call.kind === "answer" && index !== answer) continue;
    // What a cut could leave before another change it can leave behind it too, when that is lost.
    const narrows = /^(?:sync|sync all|answer)$/.test(call.kind) || disk.isElsewhere(call);
    if (narrows && moment !== null) {
      moments.push(moment);
      moment = null;
    }
    if (disk.do(call)) moment = disk.moment(describe(call, root));
  }
  return moment === null ? moments : [...moments, moment];
}

/** What files are at the end, by the model's nodes. */
function endOf(model: FileTree, real: FileTree): ReadonlyMap<NodeId, Version> {
  const end = new Map<NodeId, Version>();
  for (const [path, entry] of model) {
    const there = real.get(path);
    if (entry.kind === "file" && there?.kind === "file") end.set(entry.node, there.version);
  }
  return end;
}

function differencesOf(model: FileTree, real: FileTree): readonly string[] {
  return [...new Set([...model.keys(), ...real.keys()])].filter((path) => {
    const [left, right] = [model.get(path), real.get(path)];
    if (left === undefined || right === undefined || left.kind !== right.kind) return true;
    if (left.kind === "symlink" && right.kind === "symlink") return left.target !== right.target;
    if (left.kind === "directory" && right.kind === "directory") return left.mode !== right.mode;
    if (left.kind !== "file" || right.kind !== "file") return true;
    return left.version.mode !== right.version.mode ||
      !isSame(left.version.bytes, right.version.bytes);
  });
}
