/**
 * What is said of snapshots.
 * @module
 */
import { type Manifest, totalSize } from "../../snapshot/manifest.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
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
