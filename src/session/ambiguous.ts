/**
 * The error of a name that several sessions have.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/** @param ids of the sessions. */
export function ambiguousSession(value: string, ids: readonly string[]): OrchestratorError {
  return new OrchestratorError(
    "session_ambiguous",
    `Cannot choose session ${JSON.stringify(value)}: it matches ${ids.length} sessions (${
      ids.slice(0, 5).join(", ")
    }${ids.length > 5 ? ", …" : ""})`,
    { hint: "Give more characters of the ID", details: { sessions: ids } },
  );
}
