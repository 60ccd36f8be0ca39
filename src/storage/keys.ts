/**
 * Which names a backend accepts: nothing that could leave its place.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/** A session id of the new layout: 65 bits in lower-case base32. */
export const SESSION_ID = /^[a-z2-7]{13}$/;

/** @throws `session_unknown` for anything that cannot be a session id, such as `../x`. */
export function checkSessionId(id: string): string {
  if (SESSION_ID.test(id)) return id;
  throw new OrchestratorError(
    "session_unknown",
    `Cannot find session ${JSON.stringify(id)}: it is not a session id`,
    { hint: "orchestrator session list" },
  );
}

/** @throws `invalid_argument` for a key with an empty, `.` or `..` part, a backslash or a NUL. */
export function checkKey(key: string): string {
  const safe = key !== "" && !key.includes("\\") && !key.includes("\0") &&
    !/^[a-zA-Z]:/.test(key) &&
    key.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (safe) return key;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot use ${JSON.stringify(key)} as a key: it would leave the state directory`,
  );
}
