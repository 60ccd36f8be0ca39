/**
 * A disk at one instant, and trees of files as values.
 * @module
 */

/** What a file was at some time. */
export interface Version {
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** When it was last changed, in milliseconds; null if unknown. */
  readonly time: number | null;
}

/** What a file has been since it was synced: the first one is on the disk. */
export type Versions = readonly [Version, ...Version[]];

/** What a name stands for. */
export type Content =
  | { readonly kind: "file"; readonly versions: Versions }
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "symlink"; readonly target: string };

/** Identifies what a name stands for. */
export type NodeId = number;

export type Names = ReadonlyMap<string, NodeId>;

/** A change of names that happens or not. */
export interface NameChange {
  readonly sets: readonly {
    readonly directory: NodeId;
    readonly name: string;
    readonly node: NodeId | null;
  }[];
  /** Another one without which this one does not happen. */
  readonly needs: NameChange | null;
  /** For people. */
  readonly what: string;
}

/** What a power cut at one instant meets. */
export interface Moment {
  readonly root: NodeId;
  readonly content: ReadonlyMap<NodeId, Content>;
  /** Names that are on the disk, by directory. */
  readonly names: ReadonlyMap<NodeId, Names>;
  /** Changes that may be. */
  readonly changes: readonly NameChange[];
  /** Whether the program has answered by then. */
  readonly answered: boolean;
  /** The last call before it, for people. */
  readonly after: string;
}

/** What is at a path of a tree. */
export type TreeEntry =
  | { readonly kind: "file"; readonly version: Version; readonly node: NodeId }
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "symlink"; readonly target: string };

/** A tree by path relative to the root; directories come before what is in them. */
export type FileTree = ReadonlyMap<string, TreeEntry>;

/** Walks a tree from its root. */
export function treeOf(
  root: NodeId,
  namesOf: (id: NodeId) => Names,
  contentOf: (id: NodeId) =>
    | { readonly kind: "file"; readonly version: Version }
    | { readonly kind: "directory"; readonly mode: number }
    | { readonly kind: "symlink"; readonly target: string },
): FileTree {
  const tree = new Map<string, TreeEntry>();
  const walk = (id: NodeId, base: string): void => {
    for (const [name, node] of namesOf(id)) {
      const path = base === "" ? name : `${base}/${name}`;
      const content = contentOf(node);
      if (content.kind === "file") tree.set(path, { kind: "file", version: content.version, node });
      else if (content.kind === "symlink") tree.set(path, content);
      else {
        tree.set(path, { kind: "directory", mode: content.mode });
        walk(node, path);
      }
    }
  };
  walk(root, "");
  return tree;
}

/** Whether two contents are the same. */
export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
