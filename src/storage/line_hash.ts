/**
 * The hash by which the line behind it, and all who compare copies of a journal, know a line.
 *
 * It is the SHA-256 of the line's bytes. A redacted line, of format 3, has other bytes than it was
 * written with: it ends with the hash of the line as it was, and counts as that line. What it says
 * besides is bound by the event that records the redaction.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";

const REDACTED_START = '{"v":3,';

/** The hash is the last field of the line itself: quotes within texts are escaped. */
const REDACTED_END = /,"original":"([0-9a-f]{64})"\}$/;

/** The hash of a redacted line as it was; null for a line of another format. */
export function originalHash(line: string): string | null {
  if (!line.startsWith(REDACTED_START)) return null;
  return REDACTED_END.exec(line.slice(-90))?.[1] ?? null;
}

/** The hash of a line in its chain: what `prev` of the next line is. */
export function lineHash(line: string): string {
  return originalHash(line) ?? sha256Hex(line);
}
