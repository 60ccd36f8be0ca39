/**
 * A commit of the state branch as a place that keeps sessions, to be read only: what every reading
 * command works on in a clone that has no state of its own. Nothing is written anywhere.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import { contentOf, journalName } from "../snapshot/contents.ts";
import { stateText } from "../snapshot/incoming.ts";
import { DEFAULT_LIMITS, limitError } from "../snapshot/limits.ts";
import type {
  JournalHead,
  JournalRead,
  JournalVisit,
  JournalVisitor,
  LockState,
  StorageBackend,
} from "../storage/backend.ts";
import { tooLarge } from "../platform/within.ts";
import { readLimit } from "../state_layout/limits.ts";
import { checkKey, checkPrefix, unknownSession } from "../storage/keys.ts";
import { journalAtOnce, plausiblePart, visitLines } from "../storage/pieces.ts";
import { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs, type Tree, type TreeFile } from "./objects.ts";
import { ReadOnlyBackend } from "./read_only_backend.ts";
import { readSession } from "./read_session.ts";

/** Blobs up to this size, and so much of them, are read at once: git is started once for all. */
const SMALL = 256 * 1024;
const AT_ONCE = 32 * 1024 * 1024;

/** A commit, read-only. */
export class TreeBackend extends ReadOnlyBackend implements StorageBackend {
  readonly kind = "state branch";
  readonly tree: BranchTree;
  readonly #git: Git;
  readonly #blobs = new Map<string, Uint8Array>();

  constructor(git: Git, tree: BranchTree) {
    super();
    this.#git = git;
    this.tree = tree;
  }

  /** @throws `git_failed` if it is not a commit. */
  static async open(git: Git, commit: string): Promise<TreeBackend> {
    return new TreeBackend(git, await BranchTree.open(git, commit));
  }

  sessions(): Promise<readonly string[]> {
    return Promise.resolve([...this.tree.folders.keys()]);
  }

  async hasSession(id: string): Promise<boolean> {
    return (await this.#files(id)).has(journalName(id));
  }

  /**
   * Reads many sessions at once, so that asking for them one by one starts no git any more. Those of
   * the last time are forgotten.
   */
  async prefetch(ids: Iterable<string>): Promise<void> {
    const files = await this.tree.filesOf(ids);
    this.#blobs.clear();
    const oids = new Set<string>();
    let total = 0;
    for (const [path, { oid, size }] of files) {
      const wanted = contentOf(path, "branch") !== null && !oids.has(oid);
      if (!wanted || size > SMALL || total + size > AT_ONCE) continue;
      total += size;
      oids.add(oid);
    }
    const blobs = await readBlobs(this.#git, [...oids]);
    for (const [index, oid] of [...oids].entries()) {
      this.#blobs.set(oid, blobs[index] ?? new Uint8Array());
    }
  }

  async isUnchanged(id: string, head: JournalHead): Promise<boolean> {
    return (await this.#journal(id)).oid === head.etag;
  }

  async lastLine(id: string, head: JournalHead, atLeast: number): Promise<string | null> {
    const file = await this.#journal(id);
    if (file.oid !== head.etag || file.size < atLeast) return null;
    return (await this.#lines(id)).at(-1) ?? null;
  }

  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    const { oid } = await this.#journal(id);
    if (after?.etag === oid) return { unchanged: true };
    return { unchanged: false, lines: await this.#lines(id), etag: oid, tornBytes: 0 };
  }

  async *journalPieces(id: string, lines?: number): AsyncIterable<Uint8Array> {
    if (lines !== undefined) return yield* journalAtOnce(this, id, lines);
    yield await this.read(await this.#journal(id));
  }

  async *blobPieces(key: string): AsyncIterable<Uint8Array> {
    const blob = await this.readBlob(key);
    if (blob === null) {
      throw new OrchestratorError("file_unknown", `Cannot read "${key}": it does not exist`);
    }
    yield blob;
  }

  async visitJournal(id: string, visitor: JournalVisitor): Promise<JournalVisit> {
    const { oid } = await this.#journal(id);
    return visitLines(await this.#lines(id), visitor, () => oid);
  }

  async readBlob(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    const session = sessionIn(key);
    if (session !== null && key === KEYS.sessionState(session)) return await this.#derived(session);
    if (contentOf(key, "branch") === null) return null;
    const file = (await this.#filesFor(key)).get(key);
    if (file !== undefined && file.size > readLimit(key)) throw tooLarge(key, readLimit(key));
    if (file !== undefined) return await this.read(file);
    return key === KEYS.current ? this.#onlySession() : null;
  }

  async readText(key: string): Promise<string | null> {
    const bytes = await this.readBlob(key);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  async listBlobs(prefix: string): Promise<readonly string[]> {
    checkPrefix(prefix);
    const files = prefix === "sessions/"
      ? await this.tree.filesOf(this.tree.folders.keys())
      : await this.#filesFor(prefix);
    return [...files.keys()].filter((key) => {
      const content = key.startsWith(prefix) ? contentOf(key, "branch") : null;
      return content !== null && content.kind !== "journal";
    }).sort();
  }

  holder(): Promise<LockState> {
    return Promise.resolve({ state: "free" });
  }

  /** `state.json`, which no branch has: made of the journal. Null when that cannot be trusted. */
  async #derived(id: string): Promise<Uint8Array | null> {
    const etag = (await this.#files(id)).get(journalName(id))?.oid;
    if (etag === undefined) return null;
    try {
      const { state, lines, hash } = await readSession(
        this.#git,
        this.tree,
        id,
        { read: (file) => this.read(file) },
      );
      const text = stateText(state, { seq: lines.length, hash, etag }, {});
      return new TextEncoder().encode(text);
    } catch (error) {
      // Replaying the journal reports what is wrong with it.
      if (error instanceof OrchestratorError && error.code !== "git_failed") return null;
      throw error;
    }
  }

  #onlySession(): Uint8Array | null {
    const [only, ...others] = this.tree.folders.keys();
    return only === undefined || others.length > 0 ? null : new TextEncoder().encode(`${only}\n`);
  }

  async #lines(id: string): Promise<readonly string[]> {
    const bytes = plausiblePart(await this.read(await this.#journal(id)));
    return new TextDecoder().decode(bytes).split("\n").slice(0, -1);
  }

  /** @throws `session_unknown` */
  async #journal(id: string): Promise<TreeFile> {
    const file = (await this.#files(id)).get(journalName(id));
    if (file === undefined) throw unknownSession(id);
    return file;
  }

  async #files(id: string): Promise<Tree> {
    return await this.tree.filesOf([id]);
  }

  /** The files among which a key is found. */
  async #filesFor(key: string): Promise<Tree> {
    const session = sessionIn(key);
    return session === null ? this.tree.files : await this.#files(session);
  }

  /** The bytes of a file of the commit. @throws `limit_exceeded` */
  async read({ oid, size }: TreeFile): Promise<Uint8Array> {
    const known = this.#blobs.get(oid);
    if (known !== undefined) return known;
    if (size > DEFAULT_LIMITS.fileSize) throw limitError("fileSize", DEFAULT_LIMITS, size);
    const [blob] = await readBlobs(this.#git, [oid]);
    return blob ?? new Uint8Array();
  }
}

/** The session that a key, or the prefix of one, is about; null for none. */
export function sessionIn(key: string): string | null {
  return /^sessions\/([^/]+)\//.exec(key)?.[1] ?? null;
}
