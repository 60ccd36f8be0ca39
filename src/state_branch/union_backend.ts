/**
 * The local sessions together with those of a commit of the state branch, read-only: used by
 * reading commands when the branch was not fully merged.
 * @module
 */
import type {
  JournalHead,
  JournalRead,
  JournalVisit,
  JournalVisitor,
  LockScope,
  LockState,
  StorageBackend,
} from "../storage/backend.ts";
import { removedSession } from "../snapshot/contents.ts";
import { joinedLines } from "../snapshot/place_files.ts";
import { FOLDERS } from "../state_layout/names.ts";
import { checkPrefix } from "../storage/keys.ts";
import { ReadOnlyBackend } from "./read_only_backend.ts";
import { sessionIn, type TreeBackend } from "./tree_backend.ts";

/** So many sessions are read at once where they are asked for one after the other. */
const AHEAD = 256;

/** What is here, and what is only there. */
export class UnionBackend extends ReadOnlyBackend implements StorageBackend {
  readonly kind = "files and state branch";
  readonly here: StorageBackend;
  readonly there: TreeBackend;
  /** Sessions that are read from the commit. */
  readonly only: ReadonlySet<string>;
  /** The same by where each stands among them. */
  readonly #places: ReadonlyMap<string, number>;
  /** Where the last one stands that was asked for. */
  #last = -2;
  /** Where those stand that were read together. */
  #read = { from: 0, to: 0 };

  constructor(here: StorageBackend, there: TreeBackend, only: ReadonlySet<string>) {
    super();
    this.here = here;
    this.there = there;
    this.only = only;
    this.#places = new Map([...only].sort().map((id, index) => [id, index]));
  }

  async sessions(): Promise<readonly string[]> {
    return [...new Set([...await this.here.sessions(), ...this.only])];
  }

  async hasSession(id: string): Promise<boolean> {
    return this.only.has(id) || await this.here.hasSession(id);
  }

  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    return await (await this.#of(id)).readJournal(id, after);
  }

  async isUnchanged(id: string, head: JournalHead): Promise<boolean> {
    return await (await this.#of(id)).isUnchanged(id, head);
  }

  async lastLine(id: string, head: JournalHead, atLeast: number): Promise<string | null> {
    return await (await this.#of(id)).lastLine(id, head, atLeast);
  }

  async *journalPieces(id: string, lines?: number): AsyncIterable<Uint8Array> {
    yield* (await this.#of(id)).journalPieces(id, lines);
  }

  async visitJournal(id: string, visitor: JournalVisitor): Promise<JournalVisit> {
    return await (await this.#of(id)).visitJournal(id, visitor);
  }

  async readBlob(key: string): Promise<Uint8Array | null> {
    const session = sessionIn(key);
    if (session !== null) return await (await this.#of(session)).readBlob(key);
    const here = await this.here.readBlob(key);
    if (here !== null && removedSession(key) === null) return here;
    // A clone without state of its own has the branch's.
    const there = await this.there.readBlob(key);
    return here === null || there === null ? here ?? there : joinedLines(key, there, here) ?? here;
  }

  async *blobPieces(key: string): AsyncIterable<Uint8Array> {
    const session = sessionIn(key);
    if (session !== null) yield* (await this.#of(session)).blobPieces(key);
    else {
      const blob = await this.readBlob(key);
      // Where there is none, the error is that of the place here.
      if (blob === null) yield* this.here.blobPieces(key);
      else yield blob;
    }
  }

  async readText(key: string): Promise<string | null> {
    const bytes = await this.readBlob(key);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  async listBlobs(prefix: string): Promise<readonly string[]> {
    checkPrefix(prefix);
    const session = sessionIn(prefix);
    if (session !== null) return await (await this.#of(session)).listBlobs(prefix);
    if (prefix !== `${FOLDERS.sessions}/`) {
      const here = await this.here.listBlobs(prefix);
      if (prefix !== `${FOLDERS.removed}/`) return here;
      return [...new Set([...here, ...await this.there.listBlobs(prefix)])].sort();
    }
    const keys: string[] = [];
    for (const id of await this.sessions()) {
      keys.push(...await (await this.#of(id)).listBlobs(`${prefix}${id}/`));
    }
    return keys.sort();
  }

  holder(scope: LockScope): Promise<LockState> {
    return scope === "repository" || !this.only.has(scope.session)
      ? this.here.holder(scope)
      : this.there.holder();
  }

  /** Where a session is. One that follows the last one that was asked for is read with many after it. */
  async #of(id: string): Promise<StorageBackend> {
    const place = this.#places.get(id);
    if (place === undefined) return this.here;
    const { from, to } = this.#read;
    if (place === this.#last + 1 && (place < from || place >= to)) {
      this.#read = { from: place, to: place + AHEAD };
      await this.there.prefetch([...this.#places.keys()].slice(place, place + AHEAD));
    }
    this.#last = place;
    return this.there;
  }
}
