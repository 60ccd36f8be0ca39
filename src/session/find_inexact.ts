/**
 * Finding a session where not exactly one has the value as its ID or name.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { ambiguousSession } from "./ambiguous.ts";
import { findRenamed } from "./find_renamed.ts";

/** Which sessions a beginning of an ID may mean. */
export interface Inexact {
  /** So many characters it needs. */
  readonly least: number;
  /** Sessions elsewhere that have the value as ID or name. */
  readonly exact: readonly string[];
  /** Those elsewhere whose ID begins with it. */
  readonly begins: readonly string[];
}

/**
 * Chooses by the beginning of an ID, or by a name that only a journal knows.
 * @param among.ids the sessions that are here.
 * @param among.matches those of them with that name.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function findInexact(
  backend: StorageBackend,
  { value, ids, matches, inexact }: {
    readonly value: string;
    readonly ids: readonly string[];
    readonly matches: readonly string[];
    readonly inexact?: ((value: string) => Promise<Inexact>) | undefined;
  },
): Promise<string> {
  if (matches.length > 0) return theOne(value, matches);
  const begins = value === "" ? [] : ids.filter((id) => id.startsWith(value));
  if (begins.length > 0) {
    const { least, exact, begins: elsewhere } = await inexact?.(value) ??
      { least: 1, exact: [], begins: [] };
    if (exact.length > 0) throw unknownSession(value);
    if (value.length < least) throw tooShort(value, least);
    return theOne(value, [...begins, ...elsewhere]);
  }
  const renamed = await findRenamed(backend, ids, value);
  if (renamed.length === 0) throw unknownSession(value);
  return theOne(value, renamed);
}

/** The only one. @throws `session_ambiguous` */
export function theOne(value: string, ids: readonly string[]): string {
  const [first, ...others] = [...new Set(ids)].sort();
  if (first === undefined) throw unknownSession(value);
  if (others.length > 0) throw ambiguousSession(value, [first, ...others]);
  return first;
}

/** The error of too short a beginning of an ID. */
export function tooShort(value: string, least: number): OrchestratorError {
  return new OrchestratorError(
    "session_unknown",
    `Cannot find session ${
      JSON.stringify(value)
    }: no session has that name, and to decide takes ${least} or more characters of an ID`,
    { hint: "Run `orchestrator session list`" },
  );
}

function unknownSession(value: string): OrchestratorError {
  return new OrchestratorError(
    "session_unknown",
    `Cannot find session ${
      JSON.stringify(value)
    }: no session has that name or an ID starting with it`,
    { hint: "Run `orchestrator session list`" },
  );
}
