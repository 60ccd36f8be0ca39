/**
 * The last look at what goes to a terminal: no line is left for the terminal to break, since a row that
 * it begins could be filled with anything.
 * @module
 */
import { withoutExample } from "../../workflow/evidence_examples.ts";
import type { Io } from "../io.ts";
import { OWN, type Shown } from "./shown.ts";
import { mayUseSymbols } from "./style_for.ts";
import { UNUSUAL } from "./spelled.ts";
import { fitting, visibleLength } from "./width.ts";

/**
 * A command of this program whose words need no quotes, except the example of evidence: it stays in one piece
 * to be copied.
 */
const COMMAND = /^[ │|]*(?:\w+: )?`?orchestrator(?: (?:[\w./:@%+=,-]+|"<[^">]*>"))*`?$/;

const BAR = OWN.concat("│ ");
const PLAIN_BAR = OWN.concat("| ");

/** Where a row has no room for a bar and some text, nothing is fitted. */
const NARROWEST = 8;

/**
 * The same surroundings, in which texts for terminals fit into them.
 * @param isJson whether they are for programs: a bar would break them.
 */
export function onTerminals(io: Io, isJson = () => false): Io {
  const bar = mayUseSymbols(io.env) ? BAR : PLAIN_BAR;
  const fit = (stream: "stdout" | "stderr", text: Shown) =>
    io.isTerminal(stream) && !isJson() ? fitted(text, io.width(), bar) : text;
  return {
    env: io.env,
    cwd: io.cwd,
    home: io.home,
    now: io.now,
    out: (text) => io.out(fit("stdout", text)),
    outBytes: io.outBytes,
    lostReader: io.lostReader,
    err: (text) => io.err(fit("stderr", text)),
    isTerminal: io.isTerminal,
    width: io.width,
    userName: io.userName,
    launchedBy: io.launchedBy,
    environmentsAbove: io.environmentsAbove,
    readStdin: io.readStdin,
    stdinBytes: io.stdinBytes,
    confirm: io.confirm,
    askText: io.askText,
    askSecret: io.askSecret,
    foreground: io.foreground,
    pager: async (request) => {
      const pager = await io.pager(request);
      return pager === null
        ? null
        : { ...pager, write: (text) => pager.write(fitted(text, io.width(), bar)) };
    },
    ...(io.answered === undefined ? {} : { answered: io.answered }),
    ...(io.workFactor === undefined ? {} : { workFactor: io.workFactor }),
    // Asking for it installs handlers: only who listens may.
    get interrupted(): AbortSignal {
      return io.interrupted;
    },
  };
}

/** A text whose lines are not wider than `width`: those that were go on behind a bar. */
export function fitted(text: Shown, width: number, bar = BAR): Shown {
  if (width < NARROWEST || text.length <= width && !UNUSUAL.test(text)) return text;
  return text.split("\n").map((line) => {
    const fits = line.length <= width && !UNUSUAL.test(line) || visibleLength(line) <= width;
    return fits ? line : broken(line, width, bar);
  }).join("\n") as Shown;
}

// deno-lint-ignore no-control-regex
const COLOURS = /(\x1b\[[\d;:]*[mK]|\r)/;

function broken(line: string, width: number, bar: Shown): string {
  const parts = line.split(COLOURS);
  // With a group in the pattern, colours are the parts of odd numbers.
  const bare = parts.filter((_, index) => index % 2 === 0).join("");
  if (COMMAND.test(withoutExample(bare))) return line;
  let result = "";
  let column = 0;
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      result += part;
      if (part === "\r") column = 0;
      continue;
    }
    let rest = part;
    while (column + visibleLength(rest) > width) {
      const piece = row(rest, width - column);
      result += `${piece.trimEnd()}\n${bar}`;
      column = bar.length;
      rest = rest.slice(piece.length);
    }
    result += rest;
    column += visibleLength(rest);
  }
  return result;
}

/** What goes into a row: up to a space where one is near its end. */
function row(text: string, room: number): string {
  const piece = fitting(text, room);
  if (text[piece.length] === " ") return `${piece} `;
  const space = piece.lastIndexOf(" ") + 1;
  return space > piece.length / 2 ? piece.slice(0, space) : piece;
}
