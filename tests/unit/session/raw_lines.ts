/**
 * Lines of journals as programs wrote them before lines recorded their rules and states, and whatever a
 * text editor and a hash program can make.
 * @module
 */
import { sha256Hex } from "../../../src/platform/hash.ts";
import type { Stamp } from "../../../src/session/journal.ts";
import { type JournalHead, ORIGIN_HASH } from "../../../src/storage/backend.ts";

/** A line, as an object; `seq` and `prev` are set when it is chained. */
export type RawLine = Readonly<Record<string, unknown>>;

/** Chains lines: each gets its number and the hash of the one before. All else stays as it is. */
export function chained(
  lines: readonly RawLine[],
  after: Pick<JournalHead, "seq" | "hash"> = { seq: 0, hash: ORIGIN_HASH },
): readonly string[] {
  let { seq, hash } = after;
  return lines.map((line) => {
    seq += 1;
    const { prev: _, ...rest } = line;
    const text = JSON.stringify({ ...rest, seq, prev: hash });
    hash = sha256Hex(text);
    return text;
  });
}

/** Events as lines of format 1, which say nothing of their rules and states. */
export function oldLines(
  events: readonly { readonly type?: unknown; readonly data?: unknown }[],
  { time, actor }: Stamp,
  after?: Pick<JournalHead, "seq" | "hash">,
): readonly string[] {
  return chained(
    events.map(({ type, data }) => ({ v: 1, seq: 0, time, type, actor, data })),
    after,
  );
}

/** The lines of a journal's text, parsed. */
export function parsedLines(text: string): readonly Record<string, unknown>[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The text of a journal. */
export function journalText(lines: readonly string[]): string {
  return lines.map((line) => line + "\n").join("");
}
