/**
 * The JSON form of answers and errors. `schemaVersion` changes when a field changes its meaning.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";
import { randomBase32 } from "../../platform/random.ts";
import type { HintStep } from "./hint_step.ts";
import type { Shown } from "./shown.ts";
import { TRICKY } from "./spelled.ts";

/** Version of both envelopes. */
export const SCHEMA_VERSION = 1;

/** The one line that a successful command prints on stdout with `--json`. */
export function answerEnvelope(
  command: string,
  data: unknown,
  warnings: readonly string[],
): Shown {
  return jsonLine({ schemaVersion: SCHEMA_VERSION, command, data, warnings });
}

/**
 * The one line that a failed command prints on stderr with `--json`; `warnings` are left out where
 * there are none.
 * @param next the command that the hint names; left out where there is none.
 */
export function errorEnvelope(
  error: OrchestratorError,
  warnings: readonly string[],
  next?: HintStep,
): Shown {
  return jsonLine({
    schemaVersion: SCHEMA_VERSION,
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(next === undefined ? {} : { next }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
    ...(warnings.length === 0 ? {} : { warnings }),
  });
}

/** A value as one line of JSON, in which whatever cannot be seen is escaped: it says the same. */
export function jsonLine(value: unknown): Shown {
  return jsonText(value) + "\n" as Shown;
}

/** The same without a line feed. */
export function jsonText(value: unknown): Shown {
  const text = JSON.stringify(value);
  return (TRICKY.test(text) ? escaped(text) : text) as Shown;
}

/**
 * JSON around a value that is printed otherwise.
 * @param make gives the JSON with a text in that value's place.
 * @returns what stands before and behind that value.
 */
export function jsonAround(make: (mark: string) => Shown): readonly [Shown, Shown] {
  const mark = randomBase32(80);
  const [head = "", tail = ""] = make(mark).split(`"${mark}"`);
  return [head as Shown, tail as Shown];
}

// Its tables are large: it is made where it is used, not at start.
function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\ufff0-\ufffb\ufffe\uffff]/gv,
    (character) =>
      character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}
