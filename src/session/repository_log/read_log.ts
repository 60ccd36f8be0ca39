/**
 * Reading the repository's journal: the chains of all writers, in one order, and what is wrong.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { FOLDERS, KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import {
  type Chain,
  CHAIN_START,
  type ChainHead,
  headOf,
  isWriter,
  type LogLine,
  readChain,
} from "./lines.ts";
import { readWriter, type WriterFile } from "./writer_file.ts";

/** Most files that are read, and most characters of all of them: a clone may bring any number. */
const MOST_WRITERS = 10_000;
const MOST_CHARACTERS = 256 * 1024 * 1024;

/** The journal as it is here. */
export interface RepositoryLog {
  readonly chains: ReadonlyMap<string, Chain>;
  /** Lines of all chains, oldest first; see {@link inOrder}. */
  readonly lines: readonly LogLine[];
  /** Length of each file that was read, in characters. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Files that were not read: too many, too large, or not readable. */
  readonly unread: ReadonlyMap<string, Unread>;
  /** What this clone remembers of its own chain; null where it has none. */
  readonly writer: WriterFile | null;
}

/** Why a file was not read. */
export interface Unread {
  /** A clause about it. */
  readonly reason: string;
  /** The error, where there was one. */
  readonly error: OrchestratorError | null;
}

/** Something in the journal that cannot be trusted, as a clause about `log/<writer>.jsonl`. */
export interface LogProblem {
  readonly writer: string;
  /** The line that is concerned, from 1. */
  readonly line: number;
  readonly reason: string;
  /** True when a newer program wrote it: nothing is wrong. */
  readonly tooNew: boolean;
  readonly kind: "changed" | "missing" | "unread";
}

/** Reads the journal. @throws `link_refused` and I/O errors of the folder. */
export async function readRepositoryLog(backend: StorageBackend): Promise<RepositoryLog> {
  const chains = new Map<string, Chain>();
  const sizes = new Map<string, number>();
  const unread = new Map<string, Unread>();
  let left = MOST_CHARACTERS;
  // First: what it says of this clone's chain is there when the chain is read.
  const own = await readWriter(backend);
  for (const key of await backend.listBlobs(`${FOLDERS.log}/`)) {
    const writer = key.slice(FOLDERS.log.length + 1, -".jsonl".length);
    if (KEYS.repositoryLog(writer) !== key || !isWriter(writer)) continue;
    if (chains.size >= MOST_WRITERS || left <= 0) {
      unread.set(writer, { reason: "was not read: there are too many such files", error: null });
      continue;
    }
    try {
      const text = await backend.readText(key) ?? "";
      left -= text.length;
      sizes.set(writer, text.length);
      chains.set(writer, readChain(writer, text));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      unread.set(writer, { reason: `cannot be read: ${error.message}`, error });
    }
  }
  return { chains, lines: inOrder(chains), sizes, unread, writer: own };
}

/**
 * The lines of all chains in one order: a line stands behind the one before it in its chain and behind
 * those that it refers to; where neither decides, the earlier time does.
 */
export function inOrder(chains: ReadonlyMap<string, Chain>): readonly LogLine[] {
  const places = new Map<LogLine, Place>();
  // References go to earlier lines; in forged files they may go in a circle, which ends here, too.
  const begun = new Set<LogLine>();
  for (const chain of chains.values()) {
    for (const line of chain.lines) {
      const waiting = [line];
      for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
        const before = linesBefore(chains, top);
        const missing = before.filter((other) => !begun.has(other));
        begun.add(top);
        if (missing.length > 0) {
          waiting.push(...missing);
          continue;
        }
        if (!places.has(top)) places.set(top, placeBehind(top, before, places));
        waiting.pop();
      }
    }
  }
  return [...places].sort(([left, a], [right, b]) =>
    compare(a.time, b.time) || a.rank - b.rank || compare(left.writer, right.writer) ||
    left.seq - right.seq
  ).map(([line]) => line);
}

/** Where a line stands among all: not before this time, and so many lines behind others of it. */
interface Place {
  readonly time: string;
  readonly rank: number;
}

/** The lines that a line stands behind. */
function linesBefore(chains: ReadonlyMap<string, Chain>, line: LogLine): readonly LogLine[] {
  const before = chains.get(line.writer)?.lines[line.seq - 2];
  const lines = before === undefined ? [] : [before];
  for (const [writer, head] of referredTo(line)) {
    const other = lineAt(chains, writer, head);
    if (other !== undefined) lines.push(other);
  }
  return lines;
}

function placeBehind(
  line: LogLine,
  before: readonly LogLine[],
  places: ReadonlyMap<LogLine, Place>,
): Place {
  let time = line.time;
  let rank = 0;
  for (const other of before) {
    const place = places.get(other);
    if (place === undefined || place.time < time) continue;
    if (place.time > time) ({ time, rank } = { time: place.time, rank: place.rank + 1 });
    else rank = Math.max(rank, place.rank + 1);
  }
  return { time, rank };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The ends of other chains that a line refers to. */
export function* referredTo(line: LogLine): Iterable<readonly [string, ChainHead]> {
  yield* line.seen;
  const previous = previousOf(line);
  if (previous !== null) yield [previous.writer, previous];
}

/** The chain that a chain continues, as its first line says. */
export function previousOf(
  { type, data }: LogLine,
): (ChainHead & { readonly writer: string; readonly why: string }) | null {
  if (type !== "opened") return null;
  const previous = data["previous"];
  const head = headOf(previous);
  if (head === null || typeof previous !== "object" || previous === null) return null;
  const { writer, why } = previous as { readonly writer?: unknown; readonly why?: unknown };
  return isWriter(writer) ? { ...head, writer, why: String(why) } : null;
}

/** A line by its number and hash. */
export function lineAt(
  chains: ReadonlyMap<string, Chain>,
  writer: string,
  { seq, hash }: ChainHead,
): LogLine | undefined {
  const line = chains.get(writer)?.lines[seq - 1];
  return line?.hash === hash ? line : undefined;
}

/** The chains that this clone wrote, the newest first. */
export function ownChains({ chains, writer }: RepositoryLog): readonly Chain[] {
  const own: Chain[] = [];
  let id: string | null = writer?.writer ?? writer?.previous?.writer ?? null;
  while (id !== null) {
    const chain = chains.get(id);
    if (chain === undefined || own.includes(chain)) break;
    own.push(chain);
    const [first] = chain.lines;
    id = first === undefined ? null : previousOf(first)?.writer ?? null;
  }
  return own;
}

/**
 * What is wrong with the journal: lines that do not follow, and lines that another one knows and that
 * are not there, or are others.
 */
export function problemsOf(log: RepositoryLog): readonly LogProblem[] {
  const { chains, unread, writer } = log;
  const problems: LogProblem[] = [];
  for (const { writer, bad } of chains.values()) {
    if (bad !== null) problems.push({ writer, ...bad, kind: "changed" });
  }
  for (const [writer, { reason }] of unread) {
    problems.push({ writer, line: 1, reason, tooNew: false, kind: "unread" });
  }
  const said = new Set(problems.map(({ writer }) => writer));
  const lost = new Map<string, LogProblem>();
  const know = (writer: string, head: ChainHead, by: string) => {
    // What is behind a line that does not follow is not known to be wrong.
    if (head.seq === 0 || said.has(writer) || lineAt(chains, writer, head) !== undefined) return;
    const line = (chains.get(writer)?.head ?? CHAIN_START).seq + 1;
    const before = lost.get(writer);
    if (before !== undefined && before.line >= head.seq) return;
    lost.set(writer, {
      writer,
      line: Math.min(head.seq, line),
      reason: line > head.seq
        ? `is not the one that ${by} refers to`
        : `is missing (${by} refers to line ${head.seq})`,
      tooNew: false,
      kind: line > head.seq ? "changed" : "missing",
    });
  };
  const previous = writer?.previous ?? null;
  if (writer !== null && writer.writer !== null) know(writer.writer, writer, "this clone");
  if (previous !== null) know(previous.writer, previous, "this clone");
  for (const chain of chains.values()) {
    for (const line of chain.lines) {
      for (const [of, head] of referredTo(line)) {
        know(of, head, `line ${line.seq} of ${chain.writer}`);
      }
    }
  }
  return [...problems, ...lost.values()];
}
