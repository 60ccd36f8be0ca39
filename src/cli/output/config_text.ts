/**
 * The configuration, for people and for programs. Values of secret keys never leave this file.
 * @module
 */
import type { AnswerData } from "../../answers/table.ts";
import { configKey } from "../../config/keys.ts";
import { type Effective, type Entry, originText } from "../../config/layers.ts";
import { isSecret, valueText, withoutCredentials } from "../../config/value.ts";
import { lines, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";

/** `feedback_sync: false (from: env ORCHESTRATOR_FEEDBACK_SYNC)`, and a line for all it shadows. */
export function effectiveText(found: Effective, style: Style): Shown {
  const row = configKey(found.key);
  const value = (entry: Entry) => shown(valueText(row, entry.value));
  const from = (entry: Entry) => style.dim(say`(from: ${shown(originText(entry.origin))})`);
  return lines([
    say`${shown(found.key)}: ${value(found)} ${from(found)}`,
    ...found.shadowed.map((entry) =>
      say`  ${style.dim(say`over`)} ${style.dim(value(entry))} ${from(entry)}`
    ),
  ]);
}

/** The same for programs. */
export function effectiveData(found: Effective): AnswerData<"config get"> {
  const row = configKey(found.key);
  const entry = ({ value, origin }: Entry) => ({
    value: isSecret(row, value)
      ? null
      : typeof value === "string"
      ? withoutCredentials(value)
      : value,
    origin,
  });
  return {
    key: found.key,
    type: row.type.kind,
    ...(isSecret(row, found.value) ? { secret: true as const, set: found.value !== null } : {}),
    ...entry(found),
    shadowed: found.shadowed.map(entry),
  };
}
