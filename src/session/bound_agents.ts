/**
 * The agents that are bound to a session.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { readPointer } from "./session_manager.ts";

/** A binding's key. Other entries in that folder do not belong to the program. */
const BINDING = /^bindings\/(?:.*\/)?[0-9a-f]{32}$/;

/** The keys of all bindings to a session, in no order. */
export async function bindingsTo(backend: StorageBackend, id: string): Promise<readonly string[]> {
  const keys = (await backend.listBlobs(BINDINGS)).filter((key) => BINDING.test(key));
  const to: string[] = [];
  for (const key of keys) if (await readPointer(backend, key) === id) to.push(key);
  return to;
}

/** The folder that all bindings are in. */
const BINDINGS = KEYS.binding("");

/** What stands behind `#` for the agent of a binding, see `Actor.instance`. */
export function instanceOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).slice(0, 8);
}
