/** Faults of what is printed. */
import type { Mutant } from "../mutant.ts";

const SHOWN = "tests/unit/cli/shown_test.ts";
const ESCAPES = "tests/transcripts/escapes_test.ts";

export const PRINTING: readonly Mutant[] = [
  {
    name: "nothing is spelled out",
    file: "src/cli/output/shown.ts",
    search: "UNUSUAL.test(text) && TRICKY.test(text) ? spelled(text) : text",
    replace: "text",
    killedBy: { file: SHOWN, filter: "what cannot be seen" },
  },
  {
    name: "direction marks reach the terminal",
    file: "src/cli/output/spelled.ts",
    search: "\\\\u200b-\\\\u200f",
    replace: "\\\\u200b-\\\\u200d",
    killedBy: { file: SHOWN, filter: "what cannot be seen" },
  },
  {
    name: "what is said to be a number is printed as it is",
    file: "src/cli/output/shown.ts",
    search: 'typeof value === "number" ? String(value) : "?"',
    replace: "String(value)",
    killedBy: { file: SHOWN, filter: "own words and what is shown" },
  },
  {
    name: "JSON has characters that cannot be seen",
    file: "src/cli/output/json.ts",
    search: "(TRICKY.test(text) ? escaped(text) : text)",
    replace: "text",
    killedBy: { file: SHOWN, filter: "JSON says the same" },
  },
  {
    name: "a line that goes on has no bar",
    file: "src/cli/output/text.ts",
    search: '${" ".repeat(Math.max(0, indent - GUTTER_WIDTH))}${style.symbols.gutter}',
    replace: '${" ".repeat(indent)}',
    killedBy: { file: "tests/unit/cli/text_test.ts", filter: "stands behind a bar" },
  },
  {
    name: "a text of many lines has no bar",
    file: "src/cli/output/text.ts",
    search: "const lead = indent + style.symbols.gutter;",
    replace: "const lead = indent;",
    killedBy: { file: "tests/unit/cli/text_test.ts", filter: "stands behind a bar" },
  },
  {
    name: "what is piped is cut",
    file: "src/cli/output/text.ts",
    search: "  if (!style.terminal) return line;\n",
    replace: "",
    killedBy: { file: "tests/unit/cli/text_test.ts", filter: "never wider than asked" },
  },
  {
    name: "what is piped is wrapped",
    file: "src/cli/output/style_for.ts",
    search: ": Infinity,",
    replace: ": 80,",
    killedBy: { file: "tests/unit/cli/piped_test.ts", filter: "neither cut nor wrapped" },
  },
  {
    name: "lines of an event's texts have no bar",
    file: "src/cli/output/value_text.ts",
    search: "const bar = say`${shown(indent)}${style.symbols.gutter}`;",
    replace: "const bar = shown(indent);",
    killedBy: { file: "tests/transcripts/transcripts_test.ts", filter: "transcript log/show" },
  },
  {
    name: "a block of Markdown has a fence that its text can end",
    file: "src/cli/output/markdown.ts",
    search: "const longest = Math.max(2, ...",
    replace: "const longest = Math.min(2, ...",
    killedBy: { file: "tests/unit/cli/markdown_test.ts", filter: "no line of a fenced text" },
  },
  {
    name: "records leave evidence out",
    file: "src/cli/output/record_text.ts",
    search: "fieldText(say`evidence`, evidence, style, indent)",
    replace: "say``",
    killedBy: {
      file: "tests/transcripts/transcripts_test.ts",
      filter: "transcript handoff/evidence",
    },
  },
  {
    name: "an agent gets a pager that waits for a key",
    file: "src/cli/output/paged.ts",
    search: "environment.agent === null &&",
    replace: "",
    killedBy: { file: "tests/unit/cli/pager_test.ts", filter: "the first that a variable names" },
  },
  {
    name: "a text is lost when its pager is missing",
    file: "src/platform/pager.ts",
    search: "return code === null || !NOT_STARTED.includes(code);",
    replace: "return true;",
    killedBy: { file: "tests/unit/platform/pager_test.ts", filter: "a pager that is missing" },
  },
  {
    name: "output is cut in silence",
    file: "src/cli/output/verification_output.ts",
    search: "cut: bytes > KEPT_BYTES || all.length > lines.length,",
    replace: "cut: false,",
    killedBy: {
      file: "tests/transcripts/transcripts_test.ts",
      filter: "transcript complete/output_lines",
    },
  },
  {
    name: "messages are printed as they are",
    file: "src/cli/output/error.ts",
    search: "    ? shown(text)\n",
    replace: "    ? text as Shown\n",
    killedBy: { file: ESCAPES, filter: "escapes in a snapshot" },
  },
  {
    name: "the lines of a failed command have no bar",
    file: "src/cli/output/error.ts",
    search: "say`  ${gutter}${fit(String(entry), style, 4)}`",
    replace: "say`  ${fit(String(entry), style, 4)}`",
    killedBy: { file: ESCAPES, filter: "what a command of a workflow prints" },
  },
  {
    name: "a terminal begins rows itself",
    file: "src/cli/run.ts",
    search: "const io = onTerminals(surroundings, () =>",
    replace: "const io = ((it: Io, _: () => boolean) => it)(surroundings, () =>",
    killedBy: { file: ESCAPES, filter: "escapes in a snapshot" },
  },
  {
    name: "a command's output keeps its sequences",
    file: "src/cli/output/command_output.ts",
    search: "final !== undefined && keep(parameters",
    replace: "final !== undefined || keep(parameters",
    killedBy: { file: "tests/unit/cli/command_output_test.ts", filter: "cursor, screen, modes" },
  },
];
