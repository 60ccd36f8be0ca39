/**
 * Files that this program and people write together: some lines are the program's, all others
 * belong to people and stay where they are.
 * @module
 */

/** A text as its lines. */
export interface Lines {
  /** As they are, without their line ends but for a carriage return. */
  readonly lines: readonly string[];
  /** Whether the last line has a line end; true for an empty text. */
  readonly ended: boolean;
  /** How lines that are added end. */
  readonly eol: "\n" | "\r\n";
}

/** Takes a text apart. */
export function linesOf(text: string): Lines {
  const lines = text.split("\n");
  const ended = lines.at(-1) === "";
  if (ended) lines.pop();
  return { lines, ended, eol: text.includes("\r\n") ? "\r\n" : "\n" };
}

/** What a line says: without white space at its end, which git does not count. */
export function saying(line: string): string {
  return line.replace(/^\uFEFF/, "").trimEnd();
}

/**
 * Replaces the program's lines: they go, and `block` stands where the last of them was.
 * @param ours which lines are the program's.
 * @param otherwise where `block` stands when there was none of them.
 */
export function replaceOwned(
  { lines, ended, eol }: Lines,
  ours: (line: string) => boolean,
  block: readonly string[],
  otherwise: "first" | "last",
): string {
  const found = lines.findLastIndex((line) => ours(saying(line)));
  const at = found >= 0 ? found + 1 : otherwise === "first" ? 0 : lines.length;
  const keep = (line: string) => !ours(saying(line));
  const before = lines.slice(0, at).filter(keep);
  const after = lines.slice(at).filter(keep);
  const written = eol === "\n" ? block : block.map((line) => `${line}\r`);
  const text = [...before, ...written, ...after].join("\n");
  return text === "" || (after.length > 0 && !ended) ? text : `${text}\n`;
}
