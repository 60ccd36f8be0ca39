/**
 * A commit of the state branch as a place that keeps sessions, to be read only: what every reading
 * command works on in a clone that has no state of its own. Nothing is written anywhere.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import { contentOf, journalName } from "../snapshot/contents.ts";
import { checkFromFiles, type Incoming, stateText } from "../snapshot/incoming.ts";
import { DEFAULT_LIMITS, limitError } from "../snapshot/limits.ts";
import type { Holding, JournalHead, JournalRead, StorageBackend } from "../storage/backend.ts";
import { checkKey, checkPrefix, unknownSession } from "../storage/keys.ts";
import type { Git } from "./git.ts";
import { sessionsOf } from "./merge.ts";
import { readBlobs, readTree, type Tree } from "./objects.ts";

/** Blobs up to this size, and so much of them, are read at once: git is started once for all. */
const SMALL = 256 * 1024;
const AT_ONCE = 32 * 1024 * 1024;

/** A commit, read-only. */
export class TreeBackend implements StorageBackend {
  readonly kind = "state branch";
  readonly tree: Tree;
  readonly #git: Git;
  readonly #sessions: ReadonlySet<string>;
  #blobs: Map<string, Uint8Array> | undefined;

  private constructor(git: Git, tree: Tree) {
    this.#git = git;
    this.tree = tree;
    this.#sessions = new Set(sessionsOf(tree));
  }

  /** @throws `git_failed` for what is no commit. */
  static async open(git: Git, commit: string): Promise<TreeBackend> {
    return new TreeBackend(git, await readTree(git, commit));
  }

  sessions(): Promise<readonly string[]> {
    return Promise.resolve([...this.#sessions]);
  }

  hasSession(id: string): Promise<boolean> {
    return Promise.resolve(this.#sessions.has(id));
  }

  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    const file = this.tree.get(journalName(id));
    if (file === undefined || !this.#sessions.has(id)) throw unknownSession(id);
    if (after?.mark === file.oid) return { unchanged: true };
    return { unchanged: false, lines: await this.#lines(id), mark: file.oid, tornBytes: 0 };
  }

  async *journalPieces(id: string): AsyncIterable<Uint8Array> {
    if (!this.#sessions.has(id)) throw unknownSession(id);
    yield await this.#blob(journalName(id)) ?? new Uint8Array();
  }

  async *blobPieces(key: string): AsyncIterable<Uint8Array> {
    const blob = await this.readBlob(key);
    if (blob === null) {
      throw new OrchestratorError("file_unknown", `Cannot read "${key}": there is no such file`);
    }
    yield blob;
  }

  async readFrom(id: string, fromSeq: number): Promise<readonly string[]> {
    if (!this.#sessions.has(id)) throw unknownSession(id);
    return (await this.#lines(id)).slice(Math.max(0, fromSeq - 1));
  }

  async readBlob(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    const content = contentOf(key);
    if (content === null || content.kind === "secret") return await this.#derived(key);
    if (key === KEYS.current && !this.tree.has(key)) return this.#onlySession();
    return await this.#blob(key);
  }

  async readText(key: string): Promise<string | null> {
    const bytes = await this.readBlob(key);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  listBlobs(prefix: string): Promise<readonly string[]> {
    checkPrefix(prefix);
    const keys = [...this.tree.keys()].filter((key) => {
      const content = key.startsWith(prefix) ? contentOf(key) : null;
      return content !== null && content.kind !== "journal" && content.kind !== "secret";
    });
    return Promise.resolve(keys.sort());
  }

  holder(): Promise<Holding> {
    return Promise.resolve({ state: "free" });
  }

  createSession(): Promise<never> {
    return refuse();
  }

  replaceSession(): Promise<never> {
    return refuse();
  }

  removeSession(): Promise<never> {
    return refuse();
  }

  append(): Promise<never> {
    return refuse();
  }

  writeBlob(): Promise<never> {
    return refuse();
  }

  appendLine(): Promise<never> {
    return refuse();
  }

  removeBlob(): Promise<never> {
    return refuse();
  }

  hold(): Promise<never> {
    return refuse();
  }

  /** `state.json`, which no branch has: made of the journal. Null when that cannot be trusted. */
  async #derived(key: string): Promise<Uint8Array | null> {
    const id = [...this.#sessions].find((session) => key === KEYS.sessionState(session));
    const mark = id === undefined ? undefined : this.tree.get(journalName(id))?.oid;
    if (id === undefined || mark === undefined) return null;
    try {
      const { state, lines, hash } = await this.#checked(id);
      const text = stateText(state, { seq: lines.length, hash, mark }, {});
      return new TextEncoder().encode(text);
    } catch (error) {
      // Whoever replays the journal says what is wrong with it.
      if (error instanceof OrchestratorError && error.code !== "git_failed") return null;
      throw error;
    }
  }

  async #checked(id: string): Promise<Incoming> {
    const files: (readonly [string, Uint8Array])[] = [];
    for (const path of this.tree.keys()) {
      const content = contentOf(path);
      if (content === null || !("session" in content) || content.session !== id) continue;
      files.push([path, await this.#blob(path) ?? new Uint8Array()]);
    }
    return checkFromFiles(id, files);
  }

  #onlySession(): Uint8Array | null {
    const [only, ...others] = this.#sessions;
    return only === undefined || others.length > 0 ? null : new TextEncoder().encode(`${only}\n`);
  }

  async #lines(id: string): Promise<readonly string[]> {
    const text = new TextDecoder().decode(await this.#blob(journalName(id)) ?? new Uint8Array());
    return text.split("\n").slice(0, -1);
  }

  async #blob(path: string): Promise<Uint8Array | null> {
    const file = this.tree.get(path);
    if (file === undefined) return null;
    this.#blobs ??= await this.#readSmall();
    const known = this.#blobs.get(file.oid);
    if (known !== undefined) return known;
    if (file.size > DEFAULT_LIMITS.fileSize) {
      throw limitError("fileSize", DEFAULT_LIMITS, file.size);
    }
    const [blob] = await readBlobs(this.#git, [file.oid]);
    return blob ?? null;
  }

  async #readSmall(): Promise<Map<string, Uint8Array>> {
    const oids = new Set<string>();
    let total = 0;
    for (const [path, { oid, size }] of this.tree) {
      if (contentOf(path) === null || size > SMALL || total + size > AT_ONCE) continue;
      total += size;
      oids.add(oid);
    }
    const blobs = await readBlobs(this.#git, [...oids]);
    return new Map([...oids].map((oid, index) => [oid, blobs[index] ?? new Uint8Array()]));
  }
}

function refuse(): Promise<never> {
  return Promise.reject(
    new OrchestratorError(
      "read_only",
      "Cannot change a commit of the state branch: it is only looked at",
      { hint: "Run `orchestrator state pull`" },
    ),
  );
}
