/**
 * `writer.json`: which chain of the repository's journal this clone writes. It stays on this machine.
 *
 * ```json
 * {"format":1,"writer":"…","seq":7,"hash":"…","next":null,"previous":null}
 * ```
 * `seq` and `hash` are the last line that was written; `next` is what an append that may have been cut
 * off leads to. A chain that ends elsewhere is not what this clone wrote.
 * @module
 */
import { KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import { isRecord } from "../../workflow/record.ts";
import { type ChainHead, headOf, isWriter, type PreviousEnd } from "./lines.ts";

/** A chain that this clone wrote, and why it does not go on. */
export interface PreviousChain extends ChainHead {
  readonly writer: string;
  readonly why: PreviousEnd;
}

/** What the file says. */
export interface WriterFile extends ChainHead {
  /** Null: the next line begins a chain. */
  readonly writer: string | null;
  readonly next: ChainHead | null;
  readonly previous: PreviousChain | null;
}

/** Reads it; null where there is none, or it is damaged: then a chain of another name begins. */
export async function readWriter(backend: StorageBackend): Promise<WriterFile | null> {
  const text = await backend.readText(KEYS.writer);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const head = headOf(value);
  if (head === null || !isRecord(value) || value["format"] !== 1) return null;
  const { writer, next, previous } = value;
  if (writer !== null && !isWriter(writer)) return null;
  return { ...head, writer, next: headOf(next), previous: previousChain(previous) };
}

function previousChain(value: unknown): PreviousChain | null {
  const head = headOf(value);
  if (head === null || !isRecord(value)) return null;
  const { writer, why } = value;
  if (!isWriter(writer)) return null;
  const known = why === "shortened" || why === "continued elsewhere" ? why : "unusable";
  return { ...head, writer, why: known };
}

/** Replaces it, durably. The repository must be locked. */
export async function writeWriter(
  backend: StorageBackend,
  { writer, seq, hash, next, previous }: WriterFile,
): Promise<void> {
  const text = JSON.stringify({ format: 1, writer, seq, hash, next, previous }) + "\n";
  await backend.writeBlob(KEYS.writer, text);
}
