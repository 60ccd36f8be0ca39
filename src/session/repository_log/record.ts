/**
 * Adding to the repository's journal. A line is written when what it says is durable, while the
 * repository is locked. A process that dies in between leaves a session of which no line says that it
 * came, or that it went: the next one that writes adds that it was found, or is missing.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { randomBase32 } from "../../platform/random.ts";
import { gitignoreFor } from "../../project/gitignore.ts";
import { LIMITS, LINE_LIMIT } from "../../state_layout/limits.ts";
import { KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import { VERSION } from "../../version.ts";
import type { Actor } from "../../workflow/events.ts";
import type { Witness } from "../witness.ts";
import { isRecord } from "../../workflow/record.ts";
import {
  CHAIN_START,
  type ChainHead,
  encodeLine,
  type LineStamp,
  type NewRepositoryEvent,
} from "./lines.ts";
import { lineAt, readRepositoryLog, referredTo, type RepositoryLog } from "./read_log.ts";
import { scrubbedEvent } from "./scrub_event.ts";
import { unrecorded } from "./unrecorded.ts";
import { type PreviousChain, writeWriter } from "./writer_file.ts";

/** Who writes, and where. */
export interface RecordRequest {
  readonly backend: StorageBackend;
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly time: string;
  /** Removes known secrets from a text. */
  readonly clean: (text: string) => string;
  /** What is remembered of sessions outside of the backend. */
  readonly witness?: Witness | null;
}

/**
 * Adds to the repository's journal what has just become durable. A failure is a warning: the change was
 * made, and the next one that is recorded adds what is missing.
 */
export async function recordOrWarn(
  request: RecordRequest,
  events: readonly NewRepositoryEvent[],
  warn: (message: string) => void,
): Promise<void> {
  try {
    await recordEvents(request, events);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    warn(`The change was made, but not recorded in the repository's journal: ${error.message}`);
  }
}

/**
 * Adds events, and what became of sessions without a line. The repository must be locked. An event with
 * an `operation` that is recorded already is not recorded again.
 */
async function recordEvents(
  request: RecordRequest,
  events: readonly NewRepositoryEvent[],
): Promise<void> {
  const { backend, clean, witness = null } = request;
  const log = await readRepositoryLog(backend);
  requireRead(log);
  const fresh = events.filter((event) => !isRecorded(log, event));
  const identity = await identityOf(backend);
  const isPortable = identity.mode === "portable";
  const remembered = isPortable ? [] : await witness?.gone() ?? [];
  const all: readonly Dated[] = [
    ...(await unrecorded(backend, log, { events: fresh, isPortable, remembered })).map((one) => ({
      event: one.event,
      stamp: one.stamp ?? request,
    })),
    ...fresh.map((event) => ({ event, stamp: request })),
  ].map(({ event, stamp }) => ({ event: scrubbedEvent(event, clean), stamp }));
  if (all.length === 0) return;
  if (log.writer === null && isPortable) await ignoreWriter(backend);
  const chain = chainToContinue(log);
  const tips = tipsOf(log, chain.writer);
  const opened: readonly Dated[] = chain.head.seq > 0 ? [] : [{
    event: {
      type: "opened",
      data: { repository: identity.id, tool: VERSION, previous: chain.previous },
    },
    stamp: request,
  }];
  const texts: string[] = [];
  let head = chain.head;
  for (const { event, stamp } of [...opened, ...all]) {
    const { actor, time } = stamp;
    const line = encodeLine(event, head, { actor, time }, texts.length === 0 ? tips : undefined);
    if (line.text.length > LINE_LIMIT) continue;
    texts.push(line.text);
    head = line.head;
  }
  const { writer, previous } = chain;
  await writeWriter(backend, { writer, ...chain.head, next: head, previous });
  await append(backend, KEYS.repositoryLog(writer), texts);
  await writeWriter(backend, { writer, ...head, next: null, previous: null });
  witness?.told(
    all.flatMap(({ event }) =>
      event.type === "sessions_missing" ? event.data.sessions.map(({ session }) => session) : []
    ),
  );
}

/**
 * A file that cannot be read for now is no reason to begin another: what it holds would be recorded twice. One
 * that is a link or too large stays so.
 * @throws what reading it threw.
 */
function requireRead({ unread }: RepositoryLog): void {
  for (const { error } of unread.values()) {
    if (error === null) continue;
    if (error.code !== "link_refused" && error.code !== "limit_exceeded") throw error;
  }
}

/** A line is appended; several are written in one go. */
async function append(
  backend: StorageBackend,
  key: string,
  lines: readonly string[],
): Promise<void> {
  const [only, ...others] = lines;
  if (only !== undefined && others.length === 0) return await backend.appendLine(key, only);
  const present = await backend.readText(key) ?? "";
  const whole = present.slice(0, present.lastIndexOf("\n") + 1);
  await backend.writeBlob(key, whole + lines.map((line) => `${line}\n`).join(""));
}

/** An event, and when and by whom. */
interface Dated {
  readonly event: NewRepositoryEvent;
  readonly stamp: LineStamp;
}

function isRecorded({ lines }: RepositoryLog, { type, data }: NewRepositoryEvent): boolean {
  if (!("operation" in data)) return false;
  return lines.some((line) => line.type === type && line.data["operation"] === data.operation);
}

/** The repository's id and mode, as far as `meta.json` says them. */
async function identityOf(
  backend: StorageBackend,
): Promise<{ readonly id: string | null; readonly mode: string | null }> {
  try {
    const meta: unknown = JSON.parse(await backend.readText(KEYS.meta) ?? "null");
    if (!isRecord(meta)) return { id: null, mode: null };
    const { id, mode } = meta;
    return {
      id: typeof id === "string" ? id : null,
      mode: typeof mode === "string" ? mode : null,
    };
  } catch {
    return { id: null, mode: null };
  }
}

/** A `.gitignore` of an earlier version does not know the file of the writer. */
async function ignoreWriter(backend: StorageBackend): Promise<void> {
  const present = await backend.readText(KEYS.gitignore);
  const wanted = gitignoreFor("portable", present);
  if (wanted !== present) await backend.writeBlob(KEYS.gitignore, wanted);
}

/** More are written to another file. */
const FULL = LIMITS.lines - 2 * LINE_LIMIT;

/** The chain that this clone goes on with, which may be a new one. */
function chainToContinue(log: RepositoryLog): {
  readonly writer: string;
  readonly head: ChainHead;
  readonly previous: PreviousChain | null;
} {
  const known = log.writer;
  const begin = (previous: PreviousChain | null) => ({
    writer: randomBase32(65),
    head: CHAIN_START,
    previous,
  });
  if (known === null || known.writer === null) return begin(known?.previous ?? null);
  const { writer, seq, hash, next, previous } = known;
  const end = (why: PreviousChain["why"]) => begin({ writer, seq, hash, why });
  if (log.unread.has(writer)) return end("unusable");
  const chain = log.chains.get(writer);
  const head = chain?.head ?? CHAIN_START;
  if (seq > 0 && lineAt(log.chains, writer, { seq, hash }) === undefined) {
    return chain?.bad?.tooNew === true ? end("unusable") : end("shortened");
  }
  if (chain !== undefined && chain.bad !== null) return end("unusable");
  const isOurs = head.seq === seq || (next !== null && (head.seq < next.seq ||
    head.seq === next.seq && head.hash === next.hash));
  if (!isOurs) return end("continued elsewhere");
  return (log.sizes.get(writer) ?? 0) > FULL ? end("unusable") : { writer, head, previous };
}

/** Most ends of chains that a line names; others are named by the next. */
const MOST_TIPS = 64;

/** The ends of other chains that no line refers to yet. */
function tipsOf(log: RepositoryLog, writer: string): ReadonlyMap<string, ChainHead> {
  const named = new Set<string>();
  for (const line of log.lines) for (const [, { hash }] of referredTo(line)) named.add(hash);
  const tips = new Map<string, ChainHead>();
  for (const chain of log.chains.values()) {
    if (chain.writer === writer || chain.head.seq === 0 || named.has(chain.head.hash)) continue;
    if (tips.size < MOST_TIPS) tips.set(chain.writer, chain.head);
  }
  return tips;
}
