/**
 * Refuses changes to a read-only place.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/** The changing half of a storage backend, each of it refused with `read_only`. */
export abstract class ReadOnlyBackend {
  createSession(): Promise<never> {
    return refuse();
  }

  replaceSession(): Promise<never> {
    return refuse();
  }

  removeSession(): Promise<never> {
    return refuse();
  }

  append(): Promise<never> {
    return refuse();
  }

  rewriteLineEnds(): Promise<never> {
    return refuse();
  }

  writeBlob(): Promise<never> {
    return refuse();
  }

  appendLine(): Promise<never> {
    return refuse();
  }

  removeBlob(): Promise<never> {
    return refuse();
  }

  withLock(): Promise<never> {
    return refuse();
  }
}

function refuse(): Promise<never> {
  return Promise.reject(
    new OrchestratorError(
      "read_only",
      "Cannot change a commit of the state branch: it is read-only",
      { hint: "Run `orchestrator state pull`" },
    ),
  );
}
