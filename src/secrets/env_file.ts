/**
 * `.env` files: the part of the format on which programs agree.
 *
 * `NAME=value` or `export NAME=value`, `#` comments, values without quotes (to the end of the line or to
 * ` #`), in single quotes (as they are), or in double quotes (`\n`, `\r`, `\t`, `\"`, `\\` and `\$` mean
 * what they mean in most programs); quoted values may have several lines. Nothing is expanded. Of two
 * values of one name the last counts. Anything else is an error, and no other value.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  $: "$",
};

const LINE = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*/;

/** What may stand behind a closing quote. */
const REST = /^[ \t]*(?:#.*)?$/;

/**
 * Names and values.
 * @param shown the file, as messages name it.
 * @throws `io_failed` for a line that is not understood; the message has its number and no text of it.
 */
export function readEnvText(text: string, shown: string): ReadonlyMap<string, string> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const found = new Map<string, string>();
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^[ \t]*(?:#|$)/.test(line)) continue;
    const [beginning = "", name] = LINE.exec(line) ?? [];
    if (name === undefined) throw notUnderstood(shown, at, "it is not NAME=value");
    const rest = line.slice(beginning.length);
    const quote = rest.charAt(0);
    if (quote === '"' || quote === "'") {
      const quoted = readQuoted(lines, { at, from: beginning.length + 1, quote });
      if (quoted === null) throw notUnderstood(shown, at, "its quote is not closed");
      if (!REST.test(quoted.rest)) throw notUnderstood(shown, quoted.at, "text follows the quote");
      found.set(name, quoted.value);
      at = quoted.at;
      continue;
    }
    if (quote === "`") throw notUnderstood(shown, at, "its value begins with a backquote");
    found.set(name, rest.replace(/(?:^|[ \t])#.*$/, "").trimEnd());
  }
  return found;
}

/** @returns null where the quote is not closed. */
function readQuoted(
  lines: readonly string[],
  { at, from, quote }: { readonly at: number; readonly from: number; readonly quote: string },
): { readonly value: string; readonly rest: string; readonly at: number } | null {
  let value = "";
  for (let line = at; line < lines.length; line++) {
    const text = lines[line] ?? "";
    for (let index = line === at ? from : 0; index < text.length; index++) {
      const char = text.charAt(index);
      if (char === quote) return { value, rest: text.slice(index + 1), at: line };
      const escaped = char === "\\" && quote === '"' ? ESCAPES[text.charAt(index + 1)] : undefined;
      value += escaped ?? char;
      if (escaped !== undefined) index++;
    }
    value += "\n";
  }
  return null;
}

function notUnderstood(shown: string, at: number, why: string): OrchestratorError {
  return new OrchestratorError("io_failed", `Cannot read "${shown}": line ${at + 1}: ${why}`, {
    details: { line: at + 1 },
  });
}
