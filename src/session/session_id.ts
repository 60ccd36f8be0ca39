/**
 * Session ids: 65 random bits as 13 characters of lower-case base32, addressed by any unique prefix.
 * @module
 */
import { randomBase32 } from "../platform/random.ts";

/** A fresh session id. */
export function newSessionId(): string {
  return randomBase32(65);
}

/** A fresh lineage: says whether two copies of a session share one history. */
export function newLineage(): string {
  return randomBase32(100);
}
