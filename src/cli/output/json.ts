/**
 * The JSON form of answers and errors. `schemaVersion` changes when a field changes its meaning.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";

/** Version of both envelopes. */
export const SCHEMA_VERSION = 1;

/** The one line that a successful command prints on stdout with `--json`. */
export function answerEnvelope(
  command: string,
  data: unknown,
  warnings: readonly string[],
): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, command, data, warnings }) + "\n";
}

/**
 * The one line that a failed command prints on stderr with `--json`; `warnings` are left out where
 * there are none.
 */
export function errorEnvelope(error: OrchestratorError, warnings: readonly string[]): string {
  return JSON.stringify({
    schemaVersion: SCHEMA_VERSION,
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
    ...(warnings.length === 0 ? {} : { warnings }),
  }) + "\n";
}
