/**
 * What a clone remembers, outside of its state directory, of how far its sessions were: a file in git's
 * own directory, which `git clean` and an older copy of the state directory do not touch. It shows that
 * sessions are gone or were longer. Nothing is decided on it, and losing it loses nothing.
 *
 * Each change of a session adds a line; the last one of a session and a place counts. A line is a JSON
 * object, written at once: processes that write at the same time do not disturb each other.
 * @module
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../platform/atomic_file.ts";
import { readTextWithin } from "../platform/within.ts";
import { KEYS } from "../state_layout/names.ts";
import { HEADS } from "../state_layout/places.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { SessionState } from "../workflow/state.ts";
import { isRecord } from "../workflow/record.ts";
import type { ChainHead, SessionAt } from "./repository_log/lines.ts";
import { sessionAt } from "./repository_log/session_at.ts";
import { scanJournal } from "./scan_journal.ts";

/** The end of a journal, and when it was there. */
export interface RememberedEnd extends ChainHead {
  /** RFC 3339 UTC. */
  readonly time: string;
}

/** A session as it was when it was last changed here. */
export interface RememberedHead extends SessionAt, RememberedEnd {
  /** The state directory that it was in (`state_place_name.ts`). */
  readonly place: string;
  /** In portable mode, where git takes sessions away and brings them back. */
  readonly portable?: true;
  /** In portable mode: what was checked out. */
  readonly branch?: string;
  /** An end that the journal did not hold any more when it went on. */
  readonly lost?: RememberedEnd;
  /** The repository's journal says that the session is missing. */
  readonly told?: true;
}

/** Where a witness writes, and what it says of it. */
export interface WitnessPlace extends Pick<RememberedHead, "portable" | "branch" | "place"> {
  /** This program's folder in git's own directory; it need not exist yet. */
  readonly folder: string;
}

/** So many sessions are remembered, those that have ended for the shorter time. */
const MOST_SESSIONS = 32;

/** A longer file is written again with the lines that count. */
const LONG_BYTES = 48 * 1024;

/** A longer one is no file of this program. */
const MOST_BYTES = 1024 * 1024;

/** Longer tasks are cut. */
const MOST_TASK = 200;

/** Remembers how far sessions are. No method throws: what cannot be written is not remembered. */
export class Witness {
  readonly #place: WitnessPlace;
  readonly #backend: StorageBackend;
  readonly #now: () => Date;

  constructor(place: WitnessPlace, backend: StorageBackend, now: () => Date) {
    this.#place = place;
    this.#backend = backend;
    this.#now = now;
  }

  /**
   * A session was created, or its journal went on. It is locked.
   * @param before where the journal was known to end; null for a new session.
   * @param isAccepted a person goes on without what is missing.
   */
  async moved(
    before: ChainHead | null,
    { state, head, isAccepted }: {
      readonly state: SessionState;
      readonly head: ChainHead;
      readonly isAccepted: boolean;
    },
  ): Promise<void> {
    try {
      const { folder, ...where } = this.#place;
      const text = readText(folder);
      const known = headsIn(text).find(({ session, place }) =>
        session === state.session && place === where.place
      );
      const lost = known === undefined || isAccepted
        ? undefined
        : isSame(known, before)
        ? known.lost
        : await lostEnd(this.#backend, known) ?? undefined;
      const at = sessionAt(state, head);
      const line: RememberedHead = {
        ...at,
        task: at.task.slice(0, MOST_TASK),
        seq: head.seq,
        time: this.#now().toISOString(),
        ...where,
        ...(lost === undefined ? {} : { lost }),
      };
      add(folder, text, line);
    } catch {
      // It is not needed.
    }
  }

  /** This program is about to replace or remove a session: what is remembered of it means nothing. */
  forget(id: string): void {
    this.#rewrite((heads) => heads.filter(({ session }) => session !== id));
  }

  /** The repository's journal names these sessions as missing. */
  told(ids: readonly string[]): void {
    this.#rewrite((heads) =>
      heads.map((head) => ids.includes(head.session) ? { ...head, told: true } : head)
    );
  }

  /** All that is remembered, of all places, the newest last. */
  heads(): readonly RememberedHead[] {
    try {
      return headsIn(readText(this.#place.folder));
    } catch {
      return [];
    }
  }

  /** What is remembered of a session that is here. */
  headOf(id: string): RememberedHead | undefined {
    return this.heads().find((head) => head.session === id && this.isOf(head));
  }

  /** Whether it is of the same state directory. */
  isOf({ place }: Pick<RememberedHead, "place">): boolean {
    return place === this.#place.place;
  }

  /**
   * The sessions that were in this state directory, or another one, and are gone without a removal. Not
   * those of portable mode: git takes away what is committed, and brings it back.
   * @param isLost whether another state directory is gone, too.
   */
  async gone(isLost: (place: string) => boolean = () => false): Promise<readonly RememberedHead[]> {
    const gone: RememberedHead[] = [];
    for (const head of this.heads()) {
      if (head.portable === true) continue;
      if (head.place !== this.#place.place && !isLost(head.place)) continue;
      try {
        if (await this.#backend.hasSession(head.session)) continue;
        const removals = await this.#backend.readText(KEYS.removed(head.session)) ?? "";
        const { standingRemovals } = await import("./removal.ts");
        if (standingRemovals(removals).length === 0) gone.push(head);
      } catch {
        // Whether it is there cannot be told.
      }
    }
    return gone;
  }

  #rewrite(change: (heads: readonly RememberedHead[]) => readonly RememberedHead[]): void {
    try {
      const { folder } = this.#place;
      const before = headsIn(readText(folder));
      const after = change(before);
      if (JSON.stringify(after) !== JSON.stringify(before)) write(folder, after);
    } catch {
      // It is not needed.
    }
  }
}

/**
 * The furthest end that is remembered of a session and that its journal does not hold; null where it
 * holds all, and where the journal is damaged, which others report.
 * @throws `session_unknown`, I/O errors
 */
export async function lostEnd(
  backend: StorageBackend,
  remembered: RememberedHead,
): Promise<RememberedEnd | null> {
  const ends: readonly RememberedEnd[] = remembered.lost === undefined
    ? [remembered]
    : [remembered, remembered.lost];
  const seq = Math.min(...ends.map((end) => end.seq));
  const { hashes, bad } = await scanJournal(backend, remembered.session, {
    known: { seq, hash: "" },
  });
  if (bad !== null) return null;
  const missing = ends.filter((end) => hashes.get(end.seq) !== end.hash);
  const [last] = missing.toSorted((left, right) => right.seq - left.seq);
  return last === undefined ? null : { seq: last.seq, hash: last.hash, time: last.time };
}

/** Whether all that is remembered of a journal is its end. */
export function isSame(known: RememberedHead, head: ChainHead | null): boolean {
  return known.seq === head?.seq && known.hash === head.hash;
}

/** Empty where there is none, or none that can be one. */
function readText(folder: string): string {
  try {
    return readTextWithin(folder, join(folder, HEADS), MOST_BYTES) ?? "";
  } catch {
    return "";
  }
}

/** The last line of each session and place. A line that a crash or another program left counts for nothing. */
function headsIn(text: string): readonly RememberedHead[] {
  const heads = new Map<string, RememberedHead>();
  for (const line of text.split("\n")) {
    const head = line === "" ? null : parsed(line);
    if (head === null) continue;
    const key = `${head.session} ${head.place}`;
    heads.delete(key);
    heads.set(key, head);
  }
  return [...heads.values()];
}

function parsed(line: string): RememberedHead | null {
  try {
    const value: unknown = JSON.parse(line);
    return isHead(value) ? value : null;
  } catch {
    return null;
  }
}

function isHead(value: unknown): value is RememberedHead {
  return isEnd(value) && "session" in value && typeof value.session === "string" &&
    "place" in value && typeof value.place === "string" &&
    "task" in value && typeof value.task === "string" &&
    "name" in value && (value.name === null || typeof value.name === "string") &&
    "status" in value && typeof value.status === "string" &&
    "done" in value && typeof value.done === "number" &&
    "total" in value && typeof value.total === "number" &&
    (!("branch" in value) || typeof value.branch === "string") &&
    (!("lost" in value) || isEnd(value.lost));
}

function isEnd(value: unknown): value is RememberedEnd {
  return isRecord(value) && Number.isSafeInteger(value["seq"]) &&
    typeof value["hash"] === "string" && typeof value["time"] === "string" &&
    !Number.isNaN(Date.parse(value["time"]));
}

function add(folder: string, before: string, line: RememberedHead): void {
  if (before.length > LONG_BYTES) return write(folder, [...headsIn(before), line]);
  mkdirSync(folder, { recursive: true });
  // A power failure may have left a part of a line.
  const end = before === "" || before.endsWith("\n") ? "" : "\n";
  appendFileSync(join(folder, HEADS), `${end}${JSON.stringify(line)}\n`);
}

/** Writes the file again with what counts of it, as far as it is to be kept. */
function write(folder: string, all: readonly RememberedHead[]): void {
  const heads = headsIn(all.map((head) => JSON.stringify(head)).join("\n"));
  const [ended, active] = [heads.filter(hasEnded), heads.filter((head) => !hasEnded(head))];
  const kept = [...ended, ...active].slice(-MOST_SESSIONS);
  mkdirSync(folder, { recursive: true });
  const text = heads.filter((head) => kept.includes(head))
    .map((head) => `${JSON.stringify(head)}\n`).join("");
  replaceFile(join(folder, HEADS), text, { within: folder, durable: false });
}

function hasEnded({ status }: RememberedHead): boolean {
  return status !== "active";
}
