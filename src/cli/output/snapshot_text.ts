/**
 * What is said of snapshots.
 * @module
 */
import { type Manifest, totalSize } from "../../snapshot/manifest.ts";
import type { Style } from "./style.ts";
import { clockTime, columns, oneLine, printable } from "./text.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A number of bytes for people: `512 B`, `3.4 MiB`. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 sessions`, `1 session`. */
export function sessionCount(count: number): string {
  return count === 1 ? "1 session" : `${count} sessions`;
}

/** Most rows of a list of sessions. */
const ROWS = 20;

/** Whose state it is, when it was taken, what is in it. */
export function manifestText(
  manifest: Manifest,
  facts: { readonly encrypted: boolean },
  style: Style,
): string {
  const { repository, sessions, files } = manifest;
  const rows = [
    ["repository", printable(repository.remote ?? repository.id)],
    ["taken", `${clockTime(manifest.created)} by version ${printable(manifest.tool)}`],
    [
      "holds",
      `${sessionCount(sessions.length)}, ${files.length} files, ${byteText(totalSize(files))}`,
    ],
    ["encrypted", facts.encrypted ? "yes" : "no"],
  ].map(([key, value]) => [style.dim(key ?? ""), value ?? ""]);
  const list = sessions.slice(0, ROWS).map(({ id, name, seq, task }) => [
    style.cyan(id),
    printable(name ?? "-"),
    `event ${seq}`,
    oneLine(task, 40, style),
  ]);
  const more = sessions.length > ROWS ? `\n${style.dim(`and ${sessions.length - ROWS} more`)}` : "";
  return `${columns(rows)}${list.length === 0 ? "" : `\n\n${columns(list)}${more}`}`;
}

/** Below this many bytes nobody waits long enough to look at a progress line. */
const SLOW_BYTES = 32 * 1024 * 1024;

/** So many bytes lie between two looks of something whose end is not known. */
const STRIDE = 8 * 1024 * 1024;

/** A line that says how far something is, rewritten in place on a terminal. */
export class ProgressLine {
  readonly #write: ((text: string) => void) | null;
  #shown = "";

  /** @param write writes to the terminal; null when there is none. */
  constructor(write: ((text: string) => void) | null) {
    this.#write = write;
  }

  /**
   * Shows so many of so many bytes.
   * @param label what is being done, e.g. `Reading`.
   * @param total null when it is not known yet.
   */
  show(label: string, done: number, total: number | null): void {
    if (this.#write === null || (total ?? done) < SLOW_BYTES) return;
    const text = total === null
      ? `${label} ${byteText(done - done % STRIDE)}`
      : `${label} ${Math.floor(done / total * 100)} % of ${byteText(total)}`;
    if (text === this.#shown) return;
    this.#shown = text;
    this.#write(`\r${text}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#write !== null && this.#shown !== "") this.#write("\r\x1b[K");
    this.#shown = "";
  }
}
