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

/** A line that says how far something is, rewritten in place on a terminal. */
export class ProgressLine {
  readonly #write: ((text: string) => void) | null;
  readonly #label: string;
  #shown = -1;

  /** @param write writes to the terminal; null when there is none. */
  constructor(label: string, write: ((text: string) => void) | null) {
    this.#label = label;
    this.#write = write;
  }

  /** Shows so many of so many bytes. */
  show(done: number, total: number): void {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    if (this.#write === null || percent === this.#shown) return;
    this.#shown = percent;
    this.#write(`\r${this.#label} ${percent} %, ${byteText(done)}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#write !== null && this.#shown >= 0) this.#write("\r\x1b[K");
  }
}
