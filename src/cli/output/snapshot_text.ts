/**
 * What is said of snapshots.
 * @module
 */
import { type Manifest, totalSize } from "../../snapshot/manifest.ts";
import { lines, num, say, type Shown, shown, words } from "./shown.ts";
import { sizeText } from "./size_text.ts";
import type { Style } from "./style.ts";
import { clockTime, columns, count, lead, oneLine } from "./text.ts";

/** A row about a session, for programs. */
export function sessionData<Row extends { readonly id: string }>({ id, ...row }: Row) {
  return { session: id, ...row };
}

/** A manifest, for programs. */
export function manifestData({ created, sessions, ...manifest }: Manifest, encrypted: boolean) {
  return {
    createdAt: created,
    ...manifest,
    sessions: sessions.map(sessionData),
    encrypted,
    size: totalSize(manifest.files),
  };
}

/** `3 sessions`, `1 session`. */
export function sessionCount(number: number): Shown {
  return count(number, say`session`);
}

/** Most rows of a list of sessions. */
const ROWS = 20;

/** Whose state it is, when it was taken, what is in it. */
export function manifestText(
  manifest: Manifest,
  facts: { readonly encrypted: boolean },
  style: Style,
): Shown {
  const { repository, sessions, files } = manifest;
  const size = sizeText(totalSize(files));
  const rows = columns([
    [style.dim(say`repository`), shown(repository.remote ?? repository.id)],
    [
      style.dim(say`taken`),
      say`${clockTime(manifest.created, style)} by version ${shown(manifest.tool)}`,
    ],
    [
      style.dim(say`holds`),
      say`${sessionCount(sessions.length)}, ${num(files.length)} files, ${size}`,
    ],
    [style.dim(say`encrypted`), facts.encrypted ? say`yes` : say`no`],
  ]);
  const list = sessions.slice(0, ROWS).map(({ id, name, seq, task }) => [
    style.cyan(lead(id)),
    shown(name ?? "-"),
    say`event ${num(seq)}`,
    oneLine(task, 40, style),
  ]);
  if (list.length === 0) return rows;
  const more = sessions.length - ROWS;
  return lines([
    rows,
    say``,
    columns(list),
    ...(more > 0 ? [style.dim(say`and ${num(more)} more`)] : []),
  ]);
}

/** Below this many bytes the wait is too short for a progress line. */
const SLOW_BYTES = 32 * 1024 * 1024;

/** So many bytes lie between two looks of something whose end is not known. */
const STRIDE = 8 * 1024 * 1024;

const STEPS = words({
  read: "Reading",
  check: "Checking",
  put: "Importing",
  write: "Writing",
});

/** What is being done with a snapshot. */
export type Step = keyof typeof STEPS;

/** A line that says how far something is, rewritten in place on a terminal. */
export class ProgressLine {
  readonly #write: ((text: Shown) => void) | null;
  #last = say``;

  /** @param write writes to the terminal; null when there is none. */
  constructor(write: ((text: Shown) => void) | null) {
    this.#write = write;
  }

  /**
   * Shows so many of so many bytes.
   * @param step what is being done.
   * @param total null when it is not known yet.
   */
  show(step: Step, done: number, total: number | null): void {
    if (this.#write === null || (total ?? done) < SLOW_BYTES) return;
    const text = total === null
      ? say`${STEPS[step]} ${sizeText(done - done % STRIDE)}`
      : say`${STEPS[step]} ${num(Math.floor(done / total * 100))} % of ${sizeText(total)}`;
    if (text === this.#last) return;
    this.#last = text;
    this.#write(say`\r${text}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#write !== null && this.#last !== "") this.#write(say`\r\x1b[K`);
    this.#last = say``;
  }
}
