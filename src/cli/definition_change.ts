/**
 * What has become of the file that a session's definition was read from.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { readTextWithin } from "../platform/within.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Context } from "./context.ts";

/** A definition has at most 1 MiB. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What has become of the definition's file, as a sentence; null for nothing, undefined without one. */
export function definitionChange(
  { paths }: Context,
  { definitionOrigin }: SessionState,
): string | null | undefined {
  if (definitionOrigin === undefined) return undefined;
  const { path, outside, sha256 } = definitionOrigin;
  if (typeof path !== "string" || outside === true) return undefined;
  let text: string | null;
  try {
    text = readTextWithin(null, paths.resolveFrom(paths.root, path), MOST_BYTES);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return `${path} cannot be read any more (the session keeps its own)`;
  }
  if (text === null) return `${path} is gone (the session keeps its own)`;
  if (sha256Hex(text) === sha256) return null;
  // As a checkout does.
  const lines = text.replaceAll("\r\n", "\n");
  if (sha256Hex(lines) === sha256 || sha256Hex(lines.replaceAll("\n", "\r\n")) === sha256) {
    return null;
  }
  return `${path} has changed since the start (the session keeps its own)`;
}
