/**
 * Sessions kept in memory: for tests, and the plainest reading of the storage contract.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type {
  HolderInfo,
  HoldRequest,
  HoldScope,
  JournalHead,
  JournalRead,
  NewSession,
  StorageBackend,
} from "./backend.ts";
import { checkKey, checkSessionId, SESSION_ID } from "./keys.ts";

/** The in-memory implementation of the storage contract. Marks are the number of lines. */
export class MemoryBackend implements StorageBackend {
  readonly kind = "memory";
  readonly #journals = new Map<string, string[]>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #holders = new Map<string, HolderInfo>();

  sessions(): Promise<readonly string[]> {
    return Promise.resolve([...this.#journals.keys()]);
  }

  hasSession(id: string): Promise<boolean> {
    return Promise.resolve(SESSION_ID.test(id) && this.#journals.has(id));
  }

  // deno-lint-ignore require-await
  async createSession(id: string, content: NewSession): Promise<{ readonly mark: string }> {
    checkSessionId(id);
    if (this.#journals.has(id)) {
      throw new OrchestratorError("already_exists", `Cannot create session "${id}": it exists`);
    }
    for (const [name, data] of Object.entries(content.blobs)) {
      this.#blobs.set(checkKey(`sessions/${id}/${name}`), toBytes(data));
    }
    this.#journals.set(id, [...content.lines]);
    return { mark: String(content.lines.length) };
  }

  // deno-lint-ignore require-await
  async removeSession(id: string): Promise<void> {
    this.#journals.delete(checkSessionId(id));
    for (const key of this.#blobs.keys()) {
      if (key.startsWith(`sessions/${id}/`)) this.#blobs.delete(key);
    }
  }

  // deno-lint-ignore require-await
  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    const lines = this.#lines(id);
    const mark = String(lines.length);
    if (after?.mark === mark) return { unchanged: true };
    return { unchanged: false, lines: [...lines], mark, tornBytes: 0 };
  }

  // deno-lint-ignore require-await
  async readFrom(id: string, fromSeq: number): Promise<readonly string[]> {
    return this.#lines(id).slice(Math.max(0, fromSeq - 1));
  }

  // deno-lint-ignore require-await
  async append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
  ): Promise<{ readonly mark: string }> {
    const journal = this.#lines(id);
    if (journal.length !== after.seq) {
      throw new OrchestratorError(
        "state_moved",
        `Cannot append to session "${id}": its journal moved on`,
        { hint: "Run the command again" },
      );
    }
    journal.push(...lines);
    return { mark: String(journal.length) };
  }

  // deno-lint-ignore require-await
  async readBlob(key: string): Promise<Uint8Array | null> {
    return this.#blobs.get(checkKey(key))?.slice() ?? null;
  }

  async readText(key: string): Promise<string | null> {
    const bytes = await this.readBlob(key);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  // deno-lint-ignore require-await
  async writeBlob(key: string, data: string | Uint8Array): Promise<void> {
    this.#blobs.set(checkKey(key), toBytes(data));
  }

  async appendLine(key: string, line: string): Promise<void> {
    await this.writeBlob(key, `${await this.readText(key) ?? ""}${line}\n`);
  }

  // deno-lint-ignore require-await
  async removeBlob(key: string): Promise<void> {
    this.#blobs.delete(checkKey(key));
  }

  // deno-lint-ignore require-await
  async listBlobs(prefix: string): Promise<readonly string[]> {
    return [...this.#blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async hold<Result>(
    scope: HoldScope,
    request: HoldRequest,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const name = scope === "repository" ? scope : this.#existing(scope.session);
    const deadline = performance.now() + request.timeoutMs;
    for (;;) {
      const holder = this.#holders.get(name);
      if (holder === undefined) break;
      if (performance.now() >= deadline) {
        throw new OrchestratorError(
          "lock_held",
          `Cannot lock "${name}": ${holder.operation} by ${holder.actor} holds it`,
          { details: { holder } },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
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
  async holder(scope: HoldScope): Promise<HolderInfo | null> {
    return this.#holders.get(scope === "repository" ? scope : scope.session) ?? null;
  }

  #existing(id: string): string {
    this.#lines(id);
    return id;
  }

  #lines(id: string): string[] {
    const lines = this.#journals.get(checkSessionId(id));
    if (lines !== undefined) return lines;
    throw new OrchestratorError("session_unknown", `Cannot find session "${id}": there is none`, {
      hint: "orchestrator session list",
    });
  }
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
}
