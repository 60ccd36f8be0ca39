/**
 * How text for people looks: colour and symbols on a terminal, plain ASCII marks elsewhere.
 * @module
 */

/** Marks of a checklist. */
export interface Symbols {
  readonly done: string;
  readonly open: string;
  readonly failed: string;
  readonly skipped: string;
  readonly current: string;
  /** The current phase in a list of phases, as wide as `done`. */
  readonly active: string;
  readonly bullet: string;
  readonly arrow: string;
  /** Stands between facts of one line. */
  readonly dot: string;
  readonly rule: string;
  readonly ellipsis: string;
  readonly barFull: string;
  readonly barEmpty: string;
}

/** Paints text. Each function returns its input unchanged where there is no colour. */
export interface Style {
  readonly colour: boolean;
  /** True when somebody looks at it: symbols are drawn, and long texts wrapped. */
  readonly terminal: boolean;
  /** Columns to fit in. */
  readonly width: number;
  readonly symbols: Symbols;
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

const TERMINAL: Symbols = {
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
  ellipsis: "…",
  barFull: "█",
  barEmpty: "░",
};

const PLAIN: Symbols = {
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
  ellipsis: "...",
  barFull: "#",
  barEmpty: ".",
};

const asItIs = (text: string): string => text;

/** Makes a style. */
export function makeStyle(
  options: { readonly terminal: boolean; readonly colour: boolean; readonly width: number },
): Style {
  const paint = (open: number, close: number): (text: string) => string =>
    options.colour ? (text) => text === "" ? "" : `\x1b[${open}m${text}\x1b[${close}m` : asItIs;
  return {
    colour: options.colour,
    terminal: options.terminal,
    width: options.width,
    symbols: options.terminal ? TERMINAL : PLAIN,
    bold: paint(1, 22),
    dim: paint(2, 22),
    green: paint(32, 39),
    yellow: paint(33, 39),
    red: paint(31, 39),
    cyan: paint(36, 39),
  };
}
