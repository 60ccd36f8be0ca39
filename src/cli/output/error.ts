/**
 * How errors and warnings look to people.
 *
 * Each is one line, however many line feeds are in the values that it quotes. On a terminal it is
 * wrapped to the screen behind bars, so that no text can fill a row with something that looks like the program's own.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";
import { withoutExample } from "../../workflow/evidence_examples.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { barred, hang } from "./text.ts";
import { visibleLength } from "./width.ts";

/** Most characters of a message that are shown; `--json` has them all. */
const MOST = 4000;

/** What happened, further facts where there is a list of them, and the one next step. */
export function errorText(error: OrchestratorError, style: Style): Shown {
  const parts = [say`${style.red(say`error:`)} ${fit(error.message, style, "error: ".length)}`];
  const list = error.details?.["list"];
  if (Array.isArray(list)) {
    const { gutter } = style.symbols;
    for (const entry of list) parts.push(say`  ${gutter}${fit(String(entry), style, 4)}`);
  }
  if (error.hint !== undefined) {
    parts.push(say`${style.cyan(say`hint:`)} ${copyable(error.hint, style)}`);
  }
  return say`${lines(parts)}\n`;
}

/** A warning with its line end. */
export function warningText(warning: string, style: Style): Shown {
  return say`${style.yellow(say`warning:`)} ${fit(warning, style, "warning: ".length)}\n`;
}

/** A stack or another text of many lines, each behind a bar. */
export function barredText(text: string, style: Style): Shown {
  return lines(text.split("\n").map((line) => say`${style.symbols.gutter}${shown(line)}`));
}

function fit(text: string, style: Style, indent: number, taken = indent): Shown {
  const line = clipped(text);
  return style.terminal ? hang(line, style, indent, taken) : line;
}

function clipped(text: string): Shown {
  const more = text.length - MOST;
  return more <= 0
    ? shown(text)
    : say`${shown(text.slice(0, MOST))} (and ${num(more)} more characters)`;
}

/** A hint is broken between words, but not inside a command that is there to be copied. */
function copyable(text: string, style: Style): Shown {
  const line = clipped(text);
  if (!style.terminal || visibleLength(line) + HINT_LABEL <= style.width) return line;
  const rows: Shown[] = [];
  let row = say``;
  for (const word of wordsOf(line)) {
    const longer = row === "" ? shown(word) : say`${row} ${shown(word)}`;
    if (row !== "" && visibleLength(longer) + HINT_LABEL > style.width) {
      rows.push(row);
      row = shown(word);
    } else {
      row = longer;
    }
  }
  return barred([...rows, row], style, HINT_LABEL);
}

/** The words of a hint; a command is one of them when its own words need no quotes. */
function wordsOf(hint: string): readonly string[] {
  return (hint.match(/`[^`]*`\S*|\S+/g) ?? []).flatMap((word) =>
    withoutExample(word).includes("'") ? word.split(" ") : [word]
  );
}

/** Columns of the label in front of a hint. */
const HINT_LABEL = 6;
