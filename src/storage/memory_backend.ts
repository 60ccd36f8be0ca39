/**
 * Sessions kept in memory: for tests, and the plainest reading of the storage contract.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import {
  type AppendOptions,
  type BlobContent,
  type JournalHead,
  type JournalRead,
  type JournalVisit,
  type JournalVisitor,
  type LockHolderInfo,
  type LockRequest,
  type LockScope,
  type LockState,
  type NewSession,
  ORIGIN_HASH,
  type StorageBackend,
} from "./backend.ts";
import {
  checkJournalLines,
  checkKey,
  checkLines,
  checkPrefix,
  checkSessionId,
  SESSION_ID,
  sessionOf,
  unknownSession,
} from "./keys.ts";
import { lineHash } from "./line_hash.ts";
import { blobAtOnce, journalAtOnce, visitLines } from "./pieces.ts";

/** The journal of one session. */
interface Journal {
  /** Tells journals of one id apart: a session may be removed and made again. */
  generation: number;
  readonly lines: string[];
}

/** How often a process that waits for a lock tries again, in milliseconds. */
const POLL_MS = 1;

/** The in-memory implementation of the storage contract. */
export class MemoryBackend implements StorageBackend {
  readonly kind = "memory";
  readonly #journals = new Map<string, Journal>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #holders = new Map<string, LockHolderInfo>();
  #generations = 0;

  sessions(): Promise<readonly string[]> {
    return Promise.resolve([...this.#journals.keys()]);
  }

  hasSession(id: string): Promise<boolean> {
    return Promise.resolve(SESSION_ID.test(id) && this.#journals.has(id));
  }

  // deno-lint-ignore require-await
  async createSession(id: string, content: NewSession): Promise<{ readonly etag: string }> {
    if (this.#journals.has(checkSessionId(id))) {
      throw new OrchestratorError(
        "already_exists",
        `Cannot create session "${id}": it already exists`,
        {
          details: { session: id },
        },
      );
    }
    return this.#put(id, content);
  }

  // deno-lint-ignore require-await
  async replaceSession(id: string, content: NewSession): Promise<{ readonly etag: string }> {
    this.#journal(id);
    return this.#put(id, content);
  }

  // deno-lint-ignore require-await
  async removeSession(id: string): Promise<void> {
    this.#journals.delete(checkSessionId(id));
    this.#dropBlobs(id);
  }

  /** Lets a session be this. What is refused changes nothing. */
  #put(id: string, content: NewSession): { readonly etag: string } {
    const lines = "length" in content.lines ? content.lines : linesOf(content.lines.pieces);
    checkLines(lines);
    const journal = { generation: ++this.#generations, lines: [...lines] };
    const etag = etagOf(journal);
    const blobs = Object.entries({ ...content.blobs, ...content.derived?.(etag) });
    const checked = blobs.map(([name, data]) =>
      [checkKey(`sessions/${id}/${name}`), toBytes(data)] as const
    );
    this.#dropBlobs(id);
    for (const [key, data] of checked) this.#blobs.set(key, data);
    this.#journals.set(id, journal);
    return { etag };
  }

  #dropBlobs(id: string): void {
    for (const key of this.#blobs.keys()) {
      if (key.startsWith(`sessions/${id}/`)) this.#blobs.delete(key);
    }
  }

  // deno-lint-ignore require-await
  async isUnchanged(id: string, head: JournalHead): Promise<boolean> {
    return etagOf(this.#journal(id)) === head.etag;
  }

  // deno-lint-ignore require-await
  async lastLine(id: string, head: JournalHead, atLeast: number): Promise<string | null> {
    const journal = this.#journal(id);
    if (etagOf(journal) !== head.etag) return null;
    const bytes = toBytes(journal.lines.map((line) => `${line}\n`).join("")).length;
    return bytes < atLeast ? null : journal.lines.at(-1) ?? null;
  }

  // deno-lint-ignore require-await
  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    const journal = this.#journal(id);
    const etag = etagOf(journal);
    if (after?.etag === etag) return { unchanged: true };
    return { unchanged: false, lines: [...journal.lines], etag, tornBytes: 0 };
  }

  journalPieces(id: string, lines?: number): AsyncIterable<Uint8Array> {
    return journalAtOnce(this, id, lines);
  }

  // deno-lint-ignore require-await
  async visitJournal(id: string, visitor: JournalVisitor): Promise<JournalVisit> {
    const journal = this.#journal(id);
    return visitLines(journal.lines, visitor, (lines) => etagOf(journal, lines));
  }

  // deno-lint-ignore require-await
  async append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
    options: AppendOptions = {},
  ): Promise<{ readonly etag: string }> {
    checkJournalLines(lines);
    const journal = this.#journal(id);
    const last = journal.lines[after.seq - 1];
    const hash = last === undefined ? ORIGIN_HASH : lineHash(last);
    const behind = toBytes(journal.lines.slice(after.seq).map((line) => `${line}\n`).join(""));
    const fits = journal.lines.length >= after.seq && hash === after.hash;
    if (!fits || behind.length !== (options.behindBytes ?? 0)) {
      throw new OrchestratorError(
        "state_moved",
        `Cannot append to session "${id}": another process changed its journal`,
        { hint: "Run the command again" },
      );
    }
    if (behind.length > 0) {
      const name = `${after.seq}-${sha256Hex(behind).slice(0, 16)}`;
      this.#blobs.set(`sessions/${id}/set_aside/${name}`, behind);
      journal.lines.length = after.seq;
      journal.generation = ++this.#generations;
    }
    journal.lines.push(...lines);
    return { etag: etagOf(journal) };
  }

  rewriteLineEnds(
    id: string,
    after: JournalHead,
    options?: AppendOptions,
  ): Promise<{ readonly etag: string }> {
    return this.append(id, after, [], options);
  }

  // deno-lint-ignore require-await
  async readBlob(key: string): Promise<Uint8Array | null> {
    return this.#blobs.get(checkKey(key))?.slice() ?? null;
  }

  blobPieces(key: string): AsyncIterable<Uint8Array> {
    return blobAtOnce(this, key);
  }

  async readText(key: string): Promise<string | null> {
    const bytes = await this.readBlob(key);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  // deno-lint-ignore require-await
  async writeBlob(key: string, data: string | Uint8Array): Promise<void> {
    this.#blobs.set(this.#writable(key), toBytes(data));
  }

  async appendLine(key: string, line: string): Promise<void> {
    checkLines([line]);
    const before = await this.readText(key) ?? "";
    await this.writeBlob(key, `${before.slice(0, before.lastIndexOf("\n") + 1)}${line}\n`);
  }

  // deno-lint-ignore require-await
  async removeBlob(key: string): Promise<void> {
    this.#blobs.delete(checkKey(key));
  }

  // deno-lint-ignore require-await
  async listBlobs(prefix: string): Promise<readonly string[]> {
    checkPrefix(prefix);
    return [...this.#blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async withLock<Result>(
    scope: LockScope,
    request: LockRequest,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const name = scope === "repository" ? scope : checkSessionId(scope.session);
    const deadline = performance.now() + request.timeoutMs;
    for (;;) {
      // It may have been removed while we waited.
      if (scope !== "repository") this.#journal(name);
      const holder = this.#holders.get(name);
      if (holder === undefined) break;
      if (performance.now() >= deadline) {
        throw new OrchestratorError(
          "lock_held",
          `Cannot lock "${name}": ${holder.operation} by ${holder.actor} holds the lock`,
          { details: { heldBy: holder } },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#holders.set(name, {
      operation: request.operation,
      actor: request.actor,
      pid: 0,
      host: "memory",
      since: new Date().toISOString(),
    });
    try {
      return await task();
    } finally {
      this.#holders.delete(name);
    }
  }

  // deno-lint-ignore require-await
  async holder(scope: LockScope): Promise<LockState> {
    const by = this.#holders.get(scope === "repository" ? scope : checkSessionId(scope.session));
    return by === undefined ? { state: "free" } : { state: "held", by };
  }

  #writable(key: string): string {
    const session = sessionOf(checkKey(key));
    if (session !== null) this.#journal(session);
    return key;
  }

  #journal(id: string): Journal {
    const journal = this.#journals.get(checkSessionId(id));
    if (journal === undefined) throw unknownSession(id);
    return journal;
  }
}

/** A journal in memory only grows or has a new generation, so its length is sufficient. */
function etagOf(journal: Journal, lines = journal.lines.length): string {
  return `${journal.generation}:${lines}`;
}

function linesOf(pieces: Iterable<Uint8Array>): readonly string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = [...pieces].map((piece) => decoder.decode(piece, { stream: true })).join("");
  return text.split("\n").slice(0, -1);
}

function toBytes(data: BlobContent): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data.slice();
  const bytes = new Uint8Array(data.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of data) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
