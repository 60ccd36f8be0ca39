/**
 * How text for people looks: colour and symbols on a terminal, plain ASCII marks elsewhere.
 * @module
 */
import { num, OWN, type Shown, words } from "./shown.ts";

/** Marks of a checklist. */
export interface Symbols {
  readonly done: Shown;
  readonly open: Shown;
  readonly failed: Shown;
  readonly skipped: Shown;
  readonly current: Shown;
  /** The current phase in a list of phases, as wide as `done`. */
  readonly active: Shown;
  readonly bullet: Shown;
  readonly arrow: Shown;
  /** Stands between facts of one line. */
  readonly dot: Shown;
  readonly rule: Shown;
  /** In front of a line that goes on with the one above it; as wide in every style. */
  readonly gutter: Shown;
  readonly ellipsis: Shown;
  readonly barFull: Shown;
  readonly barEmpty: Shown;
}

/** Paints text. Each function returns its input unchanged where there is no colour. */
export interface Style {
  readonly colour: boolean;
  /** True on a terminal: symbols are drawn, and long texts wrapped. */
  readonly terminal: boolean;
  /** Columns to fit in; `Infinity` where there is no terminal. */
  readonly width: number;
  readonly symbols: Symbols;
  bold(text: Shown): Shown;
  dim(text: Shown): Shown;
  green(text: Shown): Shown;
  yellow(text: Shown): Shown;
  red(text: Shown): Shown;
  cyan(text: Shown): Shown;
}

const TERMINAL: Symbols = words({
  done: "✓",
  open: "○",
  failed: "✗",
  skipped: "⊘",
  current: "▶",
  active: "▶",
  bullet: "•",
  arrow: "→",
  dot: "·",
  rule: "─",
  gutter: "│ ",
  ellipsis: "…",
  barFull: "█",
  barEmpty: "░",
});

const PLAIN: Symbols = words({
  done: "[x]",
  open: "[ ]",
  failed: "[!]",
  skipped: "[-]",
  current: ">",
  active: "[>]",
  bullet: "-",
  arrow: "->",
  dot: "|",
  rule: "-",
  gutter: "| ",
  ellipsis: "...",
  barFull: "#",
  barEmpty: ".",
});

const asItIs = (text: Shown): Shown => text;

/** Makes a style. */
export function makeStyle(
  options: {
    readonly terminal: boolean;
    readonly colour: boolean;
    readonly width: number;
    /** Whether symbols are plain ASCII on a terminal, too. Default false. */
    readonly ascii?: boolean;
  },
): Style {
  const paint = (open: number, close: number): (text: Shown) => Shown =>
    options.colour
      ? (text) =>
        text === "" ? text : OWN.concat("\x1b[", num(open), "m", text, "\x1b[", num(close), "m")
      : asItIs;
  return {
    colour: options.colour,
    terminal: options.terminal,
    width: options.width,
    symbols: options.terminal && options.ascii !== true ? TERMINAL : PLAIN,
    bold: paint(1, 22),
    dim: paint(2, 22),
    green: paint(32, 39),
    yellow: paint(33, 39),
    red: paint(31, 39),
    cyan: paint(36, 39),
  };
}
