/**
 * How an error looks to people.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";
import type { Style } from "./style.ts";
import { printable } from "./text.ts";

/** What happened, further facts where there is a list of them, and the one next step. */
export function errorText(error: OrchestratorError, style: Style): string {
  const lines = [`${style.red("error:")} ${printable(error.message)}`];
  const list = error.details?.["list"];
  if (Array.isArray(list)) {
    for (const entry of list) lines.push(`  ${printable(String(entry))}`);
  }
  if (error.hint !== undefined) lines.push(`${style.cyan("hint:")} ${printable(error.hint)}`);
  return lines.join("\n") + "\n";
}
