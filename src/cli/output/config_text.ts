/**
 * The configuration, for people and for programs. Values of secret keys never leave this file.
 * @module
 */
import { configKey } from "../../config/keys.ts";
import { type Effective, type Entry, originText } from "../../config/layers.ts";
import { valueText } from "../../config/value.ts";
import type { Style } from "./style.ts";
import { printable } from "./text.ts";

/** `feedback_sync: false (from: env ORCHESTRATOR_FEEDBACK_SYNC)`, and a line for all it shadows. */
export function effectiveText(found: Effective, style: Style): string {
  const row = configKey(found.key);
  const shown = (entry: Entry) => printable(valueText(row, entry.value));
  const from = (entry: Entry) => style.dim(`(from: ${printable(originText(entry.origin))})`);
  return [
    `${found.key}: ${shown(found)} ${from(found)}`,
    ...found.shadowed.map((entry) =>
      `  ${style.dim("over")} ${style.dim(shown(entry))} ${from(entry)}`
    ),
  ].join("\n");
}

/** The same for programs. */
export function effectiveData(found: Effective): Readonly<Record<string, unknown>> {
  const row = configKey(found.key);
  const entry = ({ value, origin }: Entry) => ({
    value: row.secret === true ? null : value,
    origin,
  });
  return {
    key: found.key,
    type: row.type.kind,
    ...(row.secret === true ? { secret: true, set: found.value !== null } : {}),
    ...entry(found),
    shadowed: found.shadowed.map(entry),
  };
}
