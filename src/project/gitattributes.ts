/**
 * How git treats state that is committed: the text of `.orchestrator/.gitattributes` in portable mode.
 *
 * Journals are chained by hashes of their lines and `state.json` carries its own checksum, so not one
 * byte may change between machines (`core.autocrlf`, a `text` attribute further up). Two journals
 * that went on separately cannot be made one line by line: a merge that conflicts leaves your own
 * side whole in the work tree, without marks in it. Feedback is one object a line, and keeps all.
 *
 * In normal mode nothing needs the file. One that stands stays, for journals that were committed
 * before are still git's; `.gitignore` hides it with the rest.
 * @module
 */
import { MERGE_ATTRIBUTES } from "../state_layout/git_files.ts";
import { linesOf, replaceOwned, saying } from "./owned_lines.ts";

const OURS: readonly string[] = [
  "# State is stored byte for byte. When a merge conflicts, your own side is kept whole.",
  "* -text",
  ...MERGE_ATTRIBUTES,
];

/** The text a new `.gitattributes` gets. */
export function gitattributesText(): string {
  return OURS.map((line) => `${line}\n`).join("");
}

/**
 * The text that should stand in portable mode, given the one that stands. Other lines are
 * kept, behind ours, where they win.
 * @param present Content of the existing file, null when there is none.
 */
export function gitattributesFor(present: string | null): string {
  if (present === null || present.trim() === "") return gitattributesText();
  const parts = linesOf(present);
  const said = new Set(parts.lines.map(saying));
  const rules = OURS.filter((line) => !line.startsWith("#"));
  if (rules.every((rule) => said.has(rule))) return present;
  const others = parts.lines.filter((line) => !OURS.includes(saying(line)));
  return replaceOwned({ ...parts, lines: others }, () => false, OURS, "first");
}
