/**
 * Help texts, made from the command table.
 * @module
 */
import { EXIT_CODES, OrchestratorError } from "../errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import type { Style } from "./output/style.ts";
import { hang, pad, visibleLength, wrap } from "./output/text.ts";
import { describeArguments, findCommand, GLOBAL_OPTIONS } from "./parse.ts";

const GROUPS: Readonly<Record<CommandSpec["group"], string>> = {
  work: "Work",
  sessions: "Sessions",
  project: "Project",
  tool: "Tool",
};

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
): Promise<string> {
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

function overview(table: readonly CommandSpec[], style: Style): string {
  const parts = [
    wrap(
      "Keeps people and AI agents honest about a multi-step workflow in a git repository.",
      style.width,
    ),
    `${style.bold("Usage:")} orchestrator <command> [options]`,
    section("Begin with", [
      [style.cyan('orchestrator start "Add login"'), "Open a session for a task"],
      [style.cyan("orchestrator status"), "See what comes next"],
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
    section("Options of every command", optionRows(GLOBAL_OPTIONS), style),
    [
      style.bold("Exit codes"),
      wrap(["0 ok", ...codes].join(", "), style.width, "  "),
    ].join("\n"),
    style.dim("orchestrator help <command> shows its options and examples."),
  );
  return parts.join("\n\n") + "\n";
}

function groupHelp(name: string, members: readonly CommandSpec[], style: Style): string {
  return [
    `${style.bold("Usage:")} orchestrator ${name} <command> [options]`,
    section("Commands", commandRows(members), style),
    style.dim("orchestrator help <command> shows its options and examples."),
  ].join("\n\n") + "\n";
}

function commandHelp(spec: CommandSpec, table: readonly CommandSpec[], style: Style): string {
  const usage = ["orchestrator", spec.path, describeArguments(spec), "[options]"]
    .filter((part) => part !== "").join(" ");
  const parent = spec.path.split(" ").slice(0, -1);
  const also = (spec.aliases ?? []).map((alias) => ["orchestrator", ...parent, alias].join(" "));
  const parts = [
    wrap(`${spec.summary}.`, style.width),
    [
      `${style.bold("Usage:")} ${usage}`,
      ...(also.length === 0 ? [] : [`${style.bold("Also:")}  ${also.join(", ")}`]),
    ].join("\n"),
  ];
  if (spec.details !== undefined) parts.push(wrap(spec.details, style.width));
  const { args = [], options = [] } = spec;
  if (args.length > 0) {
    parts.push(section("Arguments", args.map((arg) => [arg.name, arg.summary]), style));
  }
  if (options.length > 0) parts.push(section("Options", optionRows(options), style));
  parts.push(
    [
      style.bold("Examples"),
      ...spec.examples.flatMap((example) => [
        `  ${style.dim(hang(example.means, style.width, "  # "))}`,
        `  orchestrator ${example.line}`,
      ]),
    ].join("\n"),
  );
  const deeper = table.filter((row) => row.path.startsWith(spec.path + " "));
  if (deeper.length > 0) parts.push(section("See also", commandRows(deeper), style));
  parts.push(style.dim("orchestrator --help lists the options of every command."));
  return parts.join("\n\n") + "\n";
}

/** A row: what is explained, and the explanation. */
type Row = readonly [left: string, right: string];

function commandRows(rows: readonly CommandSpec[]): readonly Row[] {
  return rows.map((row) => [row.path, row.summary]);
}

function optionRows(options: readonly OptionSpec[]): readonly Row[] {
  return options.map(({ name, short, value, many, summary }) => [
    `${short === undefined ? "   " : `-${short},`} --${name}${
      value === undefined ? "" : ` ${value}`
    }`,
    many === true && !summary.includes("repeated") ? `${summary}; may be repeated` : summary,
  ]);
}

/** A title and rows in two columns, the right one wrapped. */
function section(title: string, rows: readonly Row[], style: Style, least = 0): string {
  const widths = rows.map(([left]) => visibleLength(left)).filter((width) => width <= LEFT_COLUMNS);
  const width = Math.max(least, ...widths);
  const indent = " ".repeat(width + 4);
  const lines = rows.map(([left, right]) => {
    const text = hang(right, style.width, indent);
    return visibleLength(left) <= width
      ? `  ${pad(left, width)}  ${text}`
      : `  ${left}\n${indent}${text}`;
  });
  return [style.bold(title), ...lines].join("\n");
}
