/**
 * What stands in a journal in place of a text that was taken out: a marker with the text's hash.
 *
 * Digests of states hold texts by their hashes (`projection.ts`), and a marker counts as the text that
 * it stands for. So a text can be taken out of a journal, and every digest still holds.
 * @module
 */

const MARKER = /^\[redacted sha256:([0-9a-f]{64})\]$/;

/** The marker of a text, or of another value such as evidence, with its hash ({@link textHash}). */
export function redactedText(hash: string): string {
  return `[redacted sha256:${hash}]`;
}

/** Whether a value is a marker. */
export function isRedactedText(value: unknown): boolean {
  return hashOfRedacted(value) !== null;
}

/** The hash of the text that a marker stands for; null for what is no marker. */
function hashOfRedacted(value: unknown): string | null {
  return typeof value === "string" ? MARKER.exec(value)?.[1] ?? null : null;
}

/**
 * The hash of a text or of another recorded value: SHA-256 of its JSON, in lower-case hex. That of a
 * marker is the hash of what it stands for.
 */
export function textHash(value: unknown, sha256: (text: string) => string): string {
  return hashOfRedacted(value) ?? sha256(JSON.stringify(value));
}
