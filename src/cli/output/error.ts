/**
 * How an error looks to people.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";
import type { Style } from "./style.ts";
import { hang, printable, visibleLength } from "./text.ts";

/**
 * What happened, further facts where there is a list of them, and the one next step. On a terminal
 * long lines are wrapped; the hint never is, for it holds a command to be copied.
 */
export function errorText(error: OrchestratorError, style: Style): string {
  const lines = [`${style.red("error:")} ${fit(`error: ${error.message}`, "  ", style).slice(7)}`];
  const list = error.details?.["list"];
  if (Array.isArray(list)) {
    for (const entry of list) lines.push(`  ${fit(String(entry), "    ", style)}`);
  }
  if (error.hint !== undefined) lines.push(`${style.cyan("hint:")} ${printable(error.hint)}`);
  return lines.join("\n") + "\n";
}

function fit(text: string, indent: string, style: Style): string {
  return style.terminal && visibleLength(text) + indent.length > style.width
    ? hang(text, style.width, indent)
    : printable(text);
}
