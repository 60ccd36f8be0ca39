/**
 * A model of a disk: what a program sees, and what of it a power cut would leave.
 *
 * It is what POSIX promises, and no more:
 * - The content of a file is on the disk once the file has been synced; until then each page of it, and
 *   its size, may be of any version since.
 * - A name is on the disk once its directory has been synced; until then each change of a name may be
 *   there or not, whatever became of the others.
 * - A rename within a directory happens or not. From one directory to another the new name may be
 *   there without the old one having gone. That the old one has gone without the new one being there is
 *   left only where the directory it has left was synced first.
 * @module
 */
import { dirname } from "node:path";
import type { DiskCall } from "./call_log.ts";
import {
  type Content,
  type FileTree,
  isSame,
  type Moment,
  type NameChange,
  type Names,
  type NodeId,
  treeOf,
  type Version,
  type Versions,
} from "./moment.ts";

interface FileNode {
  readonly kind: "file";
  /** The first one is on the disk. */
  versions: Versions;
}

interface DirectoryNode {
  readonly kind: "directory";
  mode: number;
  /** As the program sees them. */
  readonly names: Map<string, NodeId>;
  /** As they are on the disk. */
  durable: Names;
}

interface SymlinkNode {
  readonly kind: "symlink";
  readonly target: string;
}

type Node = FileNode | DirectoryNode | SymlinkNode;

/** A disk on which calls are done. */
export class Disk {
  readonly #root: string;
  readonly #nodes = new Map<NodeId, Node>();
  readonly #syncs = new Map<number, { readonly node: NodeId; readonly versions: number }>();
  readonly #umask: number;
  readonly #end: ReadonlyMap<NodeId, Version>;
  readonly #elsewhere: string | null;
  /** Directories of another machine's. */
  readonly #foreign = new Set<NodeId>();
  #changes: readonly NameChange[] = [];
  #answered = false;
  #next = 1;

  /**
   * @param root absolute path of the directory that is on it; calls elsewhere are left out.
   * @param tree what it holds, all of it durable.
   * @param options.umask of the programs.
   * @param options.end what files will be at last: then they have the time that they have there.
   * @param options.elsewhere a directory below the root that stands for another machine's, where the
   * power does not fail: all is durable there, and what was under way is cleaned up.
   */
  constructor(
    root: string,
    tree: FileTree,
    options: {
      readonly umask: number;
      readonly end?: ReadonlyMap<NodeId, Version>;
      readonly elsewhere?: string;
    },
  ) {
    this.#root = root;
    this.#umask = options.umask;
    this.#end = options.end ?? new Map();
    this.#elsewhere = options.elsewhere === undefined ? null : `${root}/${options.elsewhere}`;
    this.#nodes.set(0, directory(0o755));
    const known = new Map<NodeId, NodeId>();
    for (const [path, entry] of tree) {
      const at = this.#place(`${root}/${path}`);
      if (at === null) throw new TypeError(`there is no directory for ${path}`);
      const twin = entry.kind === "file" ? known.get(entry.node) : undefined;
      const id = twin ?? this.#add(
        entry.kind === "file"
          ? { kind: "file", versions: [entry.version] }
          : entry.kind === "directory"
          ? directory(entry.mode)
          : entry,
      );
      if (entry.kind === "file") known.set(entry.node, id);
      at.directory.names.set(at.name, id);
      at.directory.durable = new Map(at.directory.names);
      if (entry.kind === "directory" && this.#isElsewhere(`${root}/${path}`)) this.#foreign.add(id);
    }
  }

  /** Does a call. @returns whether what a power cut would leave may be another now. */
  do(call: DiskCall): boolean {
    if (call.kind === "answer") {
      this.#answered = true;
      return true;
    }
    if (call.kind === "sync all") {
      this.#syncAll();
      return true;
    }
    if (!this.#isHere(call.path)) {
      if ("to" in call && this.#isHere(call.to)) throw unknown(call, "from another disk");
      return false;
    }
    switch (call.kind) {
      case "open":
        return this.#open(call);
      case "write":
      case "resize":
      case "chmod":
      case "touch":
        return this.#change(call);
      case "sync begins":
      case "sync":
        return this.#sync(call);
      default:
        this.#rename(call);
        return true;
    }
  }

  /** What a power cut would meet now. */
  moment(after: string): Moment {
    const content = new Map<NodeId, Content>();
    const names = new Map<NodeId, Names>();
    for (const [id, node] of this.#nodes) {
      if (node.kind === "file") content.set(id, { kind: "file", versions: node.versions });
      else if (node.kind === "directory") {
        content.set(id, { kind: "directory", mode: node.mode });
        names.set(id, this.#foreign.has(id) ? withoutWork(node.durable) : node.durable);
      } else content.set(id, node);
    }
    const { answered, changes } = { answered: this.#answered, changes: this.#changes };
    return { root: 0, content, names, changes, answered, after };
  }

  /** The tree as the program sees it. */
  tree(): FileTree {
    return treeOf(0, (id) => {
      const node = this.#nodes.get(id);
      return node?.kind === "directory" ? node.names : new Map();
    }, (id) => {
      const node = this.#nodes.get(id);
      if (node === undefined) throw new TypeError(`there is no node ${id}`);
      return node.kind === "file" ? { ...node, version: last(node.versions) } : node;
    });
  }

  /** The node that a path stands for, seen by the program. */
  nodeAt(path: string): NodeId | null {
    return this.#find(path);
  }

  #open(call: Extract<DiskCall, { kind: "open" }>): boolean {
    const found = this.#find(call.path);
    if (found === null) {
      if (!call.creates) throw unknown(call, "it opens nothing");
      const bytes = new Uint8Array();
      const mode = call.mode & ~this.#umask;
      const id = this.#add({
        kind: "file",
        versions: [{ bytes, mode, time: this.#time(this.#next, bytes) }],
      });
      this.#set(call, id, "create");
      return true;
    }
    const node = this.#nodes.get(found);
    if (!call.empties || node?.kind !== "file" || last(node.versions).bytes.length === 0) {
      return false;
    }
    this.#push(found, node, { bytes: new Uint8Array() });
    return true;
  }

  #change(call: Extract<DiskCall, { kind: "write" | "resize" | "chmod" | "touch" }>): boolean {
    const id = this.#find(call.path) ?? -1;
    const node = this.#nodes.get(id);
    if (node?.kind === "directory") {
      if (call.kind === "chmod") node.mode = call.mode;
      return true;
    }
    if (node?.kind !== "file") throw unknown(call, "it changes nothing");
    const before = last(node.versions);
    if (call.kind === "chmod") this.#push(id, node, { mode: call.mode });
    else if (call.kind === "touch") this.#push(id, node, {});
    else if (call.kind === "resize") {
      this.#push(id, node, { bytes: resized(before.bytes, call.size) });
    } else {
      const at = call.at === "end" ? before.bytes.length : call.at;
      const end = at + call.data.length;
      const bytes = resized(before.bytes, Math.max(before.bytes.length, end));
      bytes.set(call.data, at);
      this.#push(id, node, { bytes });
    }
    if (this.#isElsewhere(call.path)) node.versions = [last(node.versions)];
    return true;
  }

  #sync(call: Extract<DiskCall, { kind: "sync begins" | "sync" }>): boolean {
    const id = this.#find(call.path);
    const node = this.#nodes.get(id ?? -1);
    if (id === null || node === undefined) return false;
    if (node.kind === "directory") {
      if (call.kind === "sync") this.#syncNames(id);
      return call.kind === "sync";
    }
    if (node.kind === "symlink") return false;
    if (call.kind === "sync begins") {
      this.#syncs.set(call.thread, { node: id, versions: node.versions.length });
      return false;
    }
    const begun = this.#syncs.get(call.thread);
    this.#syncs.delete(call.thread);
    const covered = begun?.node === id ? begun.versions : node.versions.length;
    const [first, ...rest] = node.versions.slice(covered - 1);
    if (first !== undefined) node.versions = [first, ...rest];
    return true;
  }

  #syncAll(): void {
    for (const node of this.#nodes.values()) {
      if (node.kind === "file") node.versions = [last(node.versions)];
      if (node.kind === "directory") node.durable = new Map(node.names);
    }
    this.#changes = [];
  }

  /** Makes what has become of the names in a directory last. */
  #syncNames(id: NodeId): void {
    const left: NameChange[] = [];
    for (const change of this.#changes) {
      const inside = change.sets.filter(({ directory }) => directory === id);
      const outside = change.sets.filter(({ directory }) => directory !== id);
      if (inside.length === 0) {
        left.push(change);
        continue;
      }
      this.#settle(inside);
      // A folder that has a new parent on the disk has left the old one.
      const arrived = inside.some(({ node }) => node !== null);
      if (outside.length > 0 && arrived) this.#settle(outside);
      else if (outside.length > 0) left.push({ ...change, sets: outside });
    }
    const gone = new Set(this.#changes.filter((change) => !left.includes(change)));
    this.#changes = left.map((change) =>
      change.needs !== null && gone.has(change.needs) ? { ...change, needs: null } : change
    );
  }

  #settle(sets: NameChange["sets"]): void {
    for (const { directory: id, name, node } of sets) {
      const directory = this.#nodes.get(id);
      if (directory?.kind !== "directory") continue;
      const names = new Map(directory.durable);
      if (node === null) names.delete(name);
      else names.set(name, node);
      directory.durable = names;
    }
  }

  #rename(call: Extract<DiskCall, { kind: NameCall }>): void {
    const { kind, path } = call;
    if (kind === "mkdir") {
      const made = this.#add(directory(call.mode & ~this.#umask));
      if (this.#isElsewhere(path)) this.#foreign.add(made);
      return void this.#set(call, made, "mkdir");
    }
    if (kind === "symlink") {
      return void this.#set(call, this.#add({ kind: "symlink", target: call.target }), "symlink");
    }
    const node = this.#find(path);
    if (node === null) throw unknown(call, "there is nothing of that name");
    if (kind === "remove") return void this.#set(call, null, "remove");
    const target = this.#place(call.to);
    if (target === null) throw unknown(call, "its target is nowhere");
    const arrives = { directory: target.id, name: target.name, node };
    if (kind === "link") return this.#note([arrives], null, call);
    if (this.#find(call.to) === node) return;
    const source = this.#place(path);
    if (source === null) throw unknown(call, "its source is nowhere");
    const leaves = { directory: source.id, name: source.name, node: null };
    const whole = source.id === target.id || this.#nodes.get(node)?.kind === "directory";
    if (whole) return this.#note([leaves, arrives], null, call);
    this.#note([arrives], null, call);
    this.#note([leaves], this.#changes.at(-1) ?? null, call);
  }

  /** Lets a name stand for something, or for nothing. */
  #set(call: Extract<DiskCall, { path: string }>, node: NodeId | null, what: string): void {
    const place = this.#place(call.path);
    if (place === null) throw unknown(call, `${what} nowhere`);
    this.#note([{ directory: place.id, name: place.name, node }], null, call);
  }

  #note(sets: NameChange["sets"], needs: NameChange | null, call: DiskCall): void {
    for (const { directory: id, name, node } of sets) {
      const directory = this.#nodes.get(id);
      if (directory?.kind !== "directory") throw unknown(call, "it is in no directory");
      if (node === null) directory.names.delete(name);
      else directory.names.set(name, node);
    }
    if (this.isElsewhere(call)) this.#settle(sets);
    else this.#changes = [...this.#changes, { sets, needs, what: describe(call, this.#root) }];
  }

  /** Whether a call is about the other machine's directory. */
  isElsewhere(call: DiskCall): boolean {
    return "path" in call && this.#isElsewhere(call.path);
  }

  #isElsewhere(path: string): boolean {
    const there = this.#elsewhere;
    return there !== null && (path === there || path.startsWith(`${there}/`));
  }

  #push(id: NodeId, node: FileNode, change: Partial<Pick<Version, "bytes" | "mode">>): void {
    const fresh = { ...last(node.versions), ...change };
    node.versions = [...node.versions, { ...fresh, time: this.#time(id, fresh.bytes) }];
  }

  #time(id: NodeId, bytes: Uint8Array): number | null {
    const end = this.#end.get(id);
    return end !== undefined && isSame(end.bytes, bytes) ? end.time : null;
  }

  #isHere(path: string): boolean {
    return path === this.#root || path.startsWith(`${this.#root}/`);
  }

  #add(node: Node): NodeId {
    this.#nodes.set(this.#next, node);
    return this.#next++;
  }

  #find(path: string): NodeId | null {
    if (path === this.#root) return 0;
    const place = this.#place(path);
    return place?.directory.names.get(place.name) ?? null;
  }

  /** The directory that a path is in; null when there is none. */
  #place(
    path: string,
  ): { readonly id: NodeId; readonly directory: DirectoryNode; readonly name: string } | null {
    const parent = dirname(path);
    const id = this.#find(parent);
    const node = this.#nodes.get(id ?? -1);
    if (id === null || node?.kind !== "directory") return null;
    return { id, directory: node, name: path.slice(parent.length + 1) };
  }
}

type NameCall = "mkdir" | "symlink" | "remove" | "rename" | "link";

/** A call in a few words. */
export function describe(call: DiskCall, root: string): string {
  const short = (path: string) => path.replace(`${root}/`, "");
  if (!("path" in call)) return call.kind;
  const more = "to" in call ? ` to ${short(call.to)}` : "";
  return `${call.kind} ${short(call.path)}${more}`;
}

function directory(mode: number): DirectoryNode {
  return { kind: "directory", mode, names: new Map(), durable: new Map() };
}

function last(versions: Versions): Version {
  return versions.at(-1) ?? versions[0];
}

/** Names without git's unfinished files: the server's git removes them when its client is gone. */
function withoutWork(names: Names): Names {
  return new Map([...names].filter(([name]) => !/\.lock$|^tmp_/.test(name)));
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(size);
  copy.set(bytes.subarray(0, size));
  return copy;
}

function unknown(call: DiskCall, why: string): Error {
  return new Error(`the log does not fit the disk: ${describe(call, "")}: ${why}`);
}
