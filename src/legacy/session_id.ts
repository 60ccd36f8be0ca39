/**
 * The id an old workflow gets as a session of the new layout.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { base32 } from "../platform/random.ts";

/** How many base32 digits a session id has: 65 bits. */
const DIGITS = 13;

/**
 * The session id of an imported workflow: the same for every process that computes it, so that two
 * first mutations at once import one session and not two.
 * @param workflowId The old `workflow_id`, such as `wf_1a2b3c4d`.
 */
export function importedSessionId(workflowId: string): string {
  const digest = sha256Hex(`orchestrator legacy workflow ${workflowId}`);
  const bytes = new Uint8Array(Math.ceil(DIGITS * 5 / 8));
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = parseInt(digest.slice(index * 2, index * 2 + 2), 16);
  }
  return base32(bytes).slice(0, DIGITS);
}
