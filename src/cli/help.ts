/**
 * Help texts, made from the command table.
 * @module
 */
import { EXIT_CODES, OrchestratorError } from "../errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import type { Style } from "./output/style.ts";
import { joined, lines, say, type Shown, shown, words } from "./output/shown.ts";
import { pad, prose } from "./output/text.ts";
import { visibleLength } from "./output/width.ts";
import { describeArguments, findCommand, GLOBAL_OPTIONS } from "./parse.ts";

const GROUPS: Readonly<Record<CommandSpec["group"], Shown>> = words({
  work: "Work",
  sessions: "Sessions",
  project: "Project",
  tool: "Tool",
});

/** Left of the summaries; what is longer has its summary in the next line. */
const LEFT_COLUMNS = 30;

/**
 * The help of the whole program, of a group of commands, or of one.
 * @param topic the words asked about; none for the whole.
 * @throws `unknown_command`
 */
export async function helpText(
  topic: readonly string[],
  table: readonly CommandSpec[],
  style: Style,
): Promise<Shown> {
  const shown = table.filter((row) => row.hidden !== true);
  if (topic.length === 0) return overview(shown, style);
  const spec = findCommand(topic, table);
  if (spec !== undefined) return commandHelp(spec, shown, style);
  const prefix = topic.join(" ") + " ";
  const members = shown.filter((row) => row.path.startsWith(prefix));
  if (members.length > 0) return groupHelp(topic.join(" "), members, style);
  const { nearest } = await import("../workflow/nearest.ts");
  const known = topics(shown);
  const close = nearest(topic.join(" "), known) ??
    known.findLast((name) => `${topic.join(" ")} `.startsWith(`${name} `));
  throw new OrchestratorError(
    "unknown_command",
    `Cannot help with "${topic.join(" ")}": there is no such command`,
    { hint: `Run \`orchestrator ${close === undefined ? "--help" : `help ${close}`}\`` },
  );
}

/** Everything help can be asked about: commands, and the words before their last. */
function topics(table: readonly CommandSpec[]): readonly string[] {
  return [
    ...new Set(table.flatMap(({ path }) => {
      const words = path.split(" ");
      return words.map((_, index) => words.slice(0, index + 1).join(" "));
    })),
  ];
}

function overview(table: readonly CommandSpec[], style: Style): Shown {
  const parts = [
    prose(
      say`Keeps people and AI agents honest about a multi-step workflow in a git repository.`,
      style,
    ),
    say`${style.bold(say`Usage:`)} orchestrator <command> [options]`,
    section(say`Begin with`, [
      [style.cyan(say`orchestrator start "Add login"`), say`Open a session for a task`],
      [style.cyan(say`orchestrator status`), say`See what comes next`],
    ], style),
  ];
  const width = Math.max(...table.map((row) => row.path.length));
  for (const [group, title] of Object.entries(GROUPS)) {
    const rows = table.filter((row) => row.group === group);
    if (rows.length > 0) parts.push(section(title, commandRows(rows), style, width));
  }
  const codes = Object.entries(EXIT_CODES)
    .map(([kind, code]) => `${code} ${kind.replaceAll("_", " ")}`);
  parts.push(
    section(say`Options of every command`, optionRows(GLOBAL_OPTIONS), style),
    lines([
      style.bold(say`Exit codes`),
      prose(shown(["0 ok", ...codes].join(", ")), style, "  "),
    ]),
    style.dim(say`orchestrator help <command> shows its options and examples.`),
  );
  return paragraphs(parts);
}

function paragraphs(parts: readonly Shown[]): Shown {
  return say`${joined(parts, say`\n\n`)}\n`;
}

function groupHelp(name: string, members: readonly CommandSpec[], style: Style): Shown {
  return paragraphs([
    say`${style.bold(say`Usage:`)} orchestrator ${shown(name)} <command> [options]`,
    section(say`Commands`, commandRows(members), style),
    style.dim(say`orchestrator help <command> shows its options and examples.`),
  ]);
}

function commandHelp(spec: CommandSpec, table: readonly CommandSpec[], style: Style): Shown {
  const usage = ["orchestrator", spec.path, describeArguments(spec), "[options]"]
    .filter((part) => part !== "").join(" ");
  const parent = spec.path.split(" ").slice(0, -1);
  const also = (spec.aliases ?? []).map((alias) => ["orchestrator", ...parent, alias].join(" "));
  const parts = [
    prose(say`${shown(spec.summary)}.`, style),
    lines([
      say`${style.bold(say`Usage:`)} ${shown(usage)}`,
      ...(also.length === 0 ? [] : [say`${style.bold(say`Also:`)}  ${shown(also.join(", "))}`]),
    ]),
  ];
  if (spec.details !== undefined) {
    parts.push(lines(spec.details.split("\n").map((text) => prose(shown(text), style))));
  }
  const { args = [], options = [] } = spec;
  if (args.length > 0) {
    const rows = args.map((arg): Row => [shown(arg.name), shown(arg.summary)]);
    parts.push(section(say`Arguments`, rows, style));
  }
  if (options.length > 0) parts.push(section(say`Options`, optionRows(options), style));
  parts.push(
    lines([
      style.bold(say`Examples`),
      ...spec.examples.flatMap((example) => [
        style.dim(prose(shown(example.means), style, "  # ")),
        say`  orchestrator ${shown(example.line)}`,
      ]),
    ]),
  );
  const deeper = table.filter((row) => row.path.startsWith(spec.path + " "));
  if (deeper.length > 0) parts.push(section(say`See also`, commandRows(deeper), style));
  parts.push(style.dim(say`orchestrator --help lists the options of every command.`));
  return paragraphs(parts);
}

/** A row: what is explained, and the explanation. */
type Row = readonly [left: Shown, right: Shown];

function commandRows(rows: readonly CommandSpec[]): readonly Row[] {
  return rows.map((row) => [shown(row.path), shown(row.summary)]);
}

function optionRows(options: readonly OptionSpec[]): readonly Row[] {
  return options.map(({ name, short, value, many, summary }) => [
    say`${short === undefined ? say`   ` : say`-${shown(short)},`} --${shown(name)}${
      value === undefined ? say`` : say` ${shown(value)}`
    }`,
    many === true && !summary.includes("repeated")
      ? say`${shown(summary)}; may be repeated`
      : shown(summary),
  ]);
}

/** A title and rows in two columns, the right one wrapped. */
function section(title: Shown, rows: readonly Row[], style: Style, least = 0): Shown {
  const widths = rows.map(([left]) => visibleLength(left)).filter((width) => width <= LEFT_COLUMNS);
  const width = Math.max(least, ...widths);
  const indent = " ".repeat(width + 4);
  const texts = rows.map(([left, right]) => {
    const beside = visibleLength(left) <= width;
    const text = prose(right, style, indent, beside ? "" : indent);
    return beside ? say`  ${pad(left, width)}  ${text}` : say`  ${left}\n${text}`;
  });
  return lines([style.bold(title), ...texts]);
}
