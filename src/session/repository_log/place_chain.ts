/**
 * Joining two copies of a chain of the repository's journal. A chain has one writer, so one copy is the
 * beginning of the other; but a copied clone, or one that was restored from a backup, may have written
 * under the name of the original.
 * @module
 */
import { Buffer } from "node:buffer";
import { base32 } from "../../platform/random.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import { type Chain, CHAIN_START, encodeLine, type LogLine, readChain } from "./lines.ts";
import { readWriter, writeWriter } from "./writer_file.ts";

/** Two copies of a chain as one. */
export interface JoinedChain {
  /** The copy that keeps the name. */
  readonly keeps: "local" | "incoming";
  /** What the other one has of its own, in a chain of another name; null when it has nothing. */
  readonly apart:
    | { readonly writer: string; readonly text: string; readonly end: Chain["head"] }
    | null;
}

/**
 * Joins two copies. Where both go on differently the incoming one keeps the name, for others may know it
 * by now; the lines of the local one that it lacks begin a chain whose name follows from them.
 */
export function joinChains(writer: string, local: string, incoming: string): JoinedChain {
  // Also of lines that this program does not know.
  if (local.startsWith(incoming)) return { keeps: "local", apart: null };
  if (incoming.startsWith(local)) return { keeps: "incoming", apart: null };
  const [here, there] = [readChain(writer, local), readChain(writer, incoming)];
  let common = 0;
  while (
    common < here.lines.length && here.lines[common]?.hash === there.lines[common]?.hash
  ) common += 1;
  if (common === there.lines.length) return { keeps: "local", apart: null };
  const rest = here.lines.slice(common);
  if (rest.length === 0) return { keeps: "incoming", apart: null };
  return { keeps: "incoming", apart: apartFrom(here, rest) };
}

/** The chain of what only one copy has. It is the same wherever it is made. */
function apartFrom(
  { writer, lines, head: { hash } }: Chain,
  rest: readonly LogLine[],
): NonNullable<JoinedChain["apart"]> {
  const digest = Buffer.from(sha256Hex(`${writer} ${hash}`), "hex");
  const last = lines[lines.length - rest.length - 1] ?? CHAIN_START;
  const previous = { writer, seq: last.seq, hash: last.hash, why: "continued elsewhere" };
  const [first] = rest;
  const opened = { repository: null, tool: "", previous };
  const texts: string[] = [];
  let head = CHAIN_START;
  const add = (event: { readonly type: string; readonly data: object }, line: LogLine) => {
    const next = encodeLine(event, head, line, line.seen);
    texts.push(`${next.text}\n`);
    head = next.head;
  };
  if (first !== undefined) add({ type: "opened", data: opened }, { ...first, seen: new Map() });
  for (const line of rest) add(line, line);
  return { writer: base32(digest).slice(0, 13), text: texts.join(""), end: head };
}

/**
 * Puts a copy of a chain that arrives beside what is here. The repository must be locked.
 * @returns whether anything changed.
 */
export async function placeChain(
  backend: StorageBackend,
  writer: string,
  incoming: string,
): Promise<boolean> {
  const key = KEYS.repositoryLog(writer);
  const local = await backend.readText(key) ?? "";
  const { keeps, apart } = joinChains(writer, local, incoming);
  if (keeps === "local") return false;
  // Before the name is given to the other copy, so that no line is ever in neither.
  if (apart !== null) {
    await backend.writeBlob(KEYS.repositoryLog(apart.writer), apart.text);
  }
  const own = await readWriter(backend);
  if (own?.writer === writer) {
    const none = { next: null, previous: null };
    const why = "continued elsewhere" as const;
    const { seq, hash } = own;
    await writeWriter(
      backend,
      apart === null
        ? { ...CHAIN_START, ...none, writer: null, previous: { writer, seq, hash, why } }
        : { ...apart.end, ...none, writer: apart.writer },
    );
  }
  await backend.writeBlob(key, incoming);
  return true;
}
