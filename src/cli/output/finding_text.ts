/**
 * A finding of a workflow definition as one line.
 * @module
 */
import type { Finding } from "../../workflow/parse_definition.ts";

/** `workflow.yaml:2:1: unknown key "itmes" (Did you mean "items"?)`; without a place when it has none. */
export function findingText({ file, line, column, message, hint }: Finding): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}
