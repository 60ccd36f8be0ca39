/**
 * Pieces of Markdown, for the generated parts of the documentation.
 * @module
 */

/** Text as inline code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** A table; `|` in its cells is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A fenced block. */
export function fenced(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}
