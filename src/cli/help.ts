/**
 * Help texts, made from the command table.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import type { HelpData } from "./help/data.ts";
import type { HelpTopic } from "./help/topics.ts";
import type { Style } from "./output/style.ts";
import { joined, lines, num, say, type Shown, shown, words } from "./output/shown.ts";
import { pad, prose } from "./output/text.ts";
import { visibleLength } from "./output/width.ts";
import { findCommand, GLOBAL_OPTIONS, spellings } from "./parse.ts";
import { describeArguments } from "./usage_errors.ts";

const GROUPS: Readonly<Record<CommandSpec["group"], Shown>> = words({
  work: "Work",
  sessions: "Sessions",
  project: "Project",
  tool: "Tool",
});

/** Left of the summaries; what is longer has its summary in the next line. */
const LEFT_COLUMNS = 30;

/** The commands of most days, in the order in which they are used. The bare program lists these. */
export const EVERYDAY: readonly string[] = [
  "complete",
  "skip",
  "approve",
  "reject",
  "advance",
  "finish",
  "note",
  "log",
  "session list",
  "inbox",
];

/** Commands for when something went wrong, with what they are for. */
const REPAIR: readonly Row[] = [
  [say`reopen, revoke`, say`Take back what was completed, or approved`],
  [say`doctor`, say`Check for problems, and fix those that can be fixed`],
];

/** What help can be about. */
type Page =
  | { readonly kind: "overview" | "all"; readonly commands: readonly CommandSpec[] }
  | { readonly kind: "group"; readonly name: string; readonly commands: readonly CommandSpec[] }
  | {
    readonly kind: "command";
    readonly spec: CommandSpec;
    readonly commands: readonly CommandSpec[];
  }
  | { readonly kind: "topic"; readonly topic: HelpTopic };

/** Columns of a help that does not go to a terminal. */
const PIPED_WIDTH = 80;

/**
 * The help of the whole program, of a group of commands, of one, or of a topic.
 * @param topic the words asked about; none for the commands of most days, `all` for every command.
 * @throws `unknown_command`
 */
export async function helpText(
  topic: readonly string[],
  table: readonly CommandSpec[],
  { width, ...look }: Style,
): Promise<Shown> {
  // These are our own words, meant to be read, also by those who pipe them into a pager.
  const style = { ...look, width: Number.isFinite(width) ? width : PIPED_WIDTH };
  const page = await pageOf(topic, table);
  switch (page.kind) {
    case "overview":
      return await overview(page.commands, style);
    case "all":
      return allCommands(page.commands, style);
    case "group":
      return groupHelp(page.name, page.commands, style);
    case "command":
      return commandHelp(page.spec, page.commands, style);
    case "topic":
      return topicHelp(page.topic, style);
  }
}

/**
 * The same for programs: the command table, or the part of it that was asked about.
 * @throws `unknown_command`
 */
export async function helpData(
  topic: readonly string[],
  table: readonly CommandSpec[],
): Promise<HelpData> {
  const { commandsData, topicData } = await import("./help/data.ts");
  const page = await pageOf(topic, table);
  const name = topic.join(" ");
  if (page.kind === "topic") return topicData(page.topic);
  return commandsData(name, page.kind === "command" ? [page.spec] : page.commands);
}

async function pageOf(topic: readonly string[], table: readonly CommandSpec[]): Promise<Page> {
  const commands = table.filter((row) => row.hidden !== true);
  if (topic.length === 0) return { kind: "overview", commands };
  const spec = findCommand(topic, table);
  if (spec !== undefined) return { kind: "command", spec, commands };
  const name = topic.join(" ");
  const members = commands.filter((row) => row.path.startsWith(name + " "));
  if (members.length > 0) return { kind: "group", name, commands: members };
  if (name === "all") return { kind: "all", commands };
  const { HELP_TOPICS } = await import("./help/topics.ts");
  const found = HELP_TOPICS.find((row) => row.name === name);
  if (found !== undefined) return { kind: "topic", topic: found };
  const { nearest } = await import("../workflow/nearest.ts");
  const known = [...names(commands), ...HELP_TOPICS.map((row) => row.name)];
  const close = nearest(name, known) ?? known.findLast((row) => `${name} `.startsWith(`${row} `));
  throw new OrchestratorError(
    "unknown_command",
    `Cannot help with "${name}": there is no such command or topic`,
    { hint: `Run \`orchestrator ${close === undefined ? "help all" : `help ${close}`}\`` },
  );
}

/** Everything that is a command, and the words before a command's last. */
function names(table: readonly CommandSpec[]): readonly string[] {
  return [
    ...new Set(table.flatMap(({ path }) => {
      const words = path.split(" ");
      return words.map((_, index) => words.slice(0, index + 1).join(" "));
    })),
  ];
}

const INTRODUCTION =
  say`Keeps people and AI agents honest about a multi-step workflow in a git repository.`;

async function overview(table: readonly CommandSpec[], style: Style): Promise<Shown> {
  const { HELP_TOPICS } = await import("./help/topics.ts");
  const rows = commandRows(
    EVERYDAY.flatMap((path) => table.find((row) => row.path === path) ?? []),
  );
  const more: readonly Row[] = [
    [say`help all`, say`All ${num(table.length)} commands, and the options of every command`],
    [say`help <command>`, say`Options and examples of a command`],
    ...HELP_TOPICS.map((topic): Row => [say`help ${shown(topic.name)}`, shown(topic.summary)]),
  ];
  const width = Math.max(...[...rows, ...REPAIR, ...more].map(([left]) => left.length));
  return paragraphs([
    prose(INTRODUCTION, style),
    usage(say`<command> [options]`, style),
    section(say`Begin with`, [
      [style.cyan(say`orchestrator init`), say`Write a workflow.yaml for this project, once`],
      [style.cyan(say`orchestrator start "Add login"`), say`Start a session for a task`],
      [style.cyan(say`orchestrator status`), say`Show the next step`],
    ], style),
    section(say`Everyday commands`, rows, style, width),
    section(say`When something went wrong`, REPAIR, style, width),
    section(say`More`, more, style, width),
  ]);
}

function allCommands(table: readonly CommandSpec[], style: Style): Shown {
  const parts = [usage(say`<command> [options]`, style)];
  const width = Math.max(...table.map((row) => row.path.length));
  for (const [group, title] of Object.entries(GROUPS)) {
    const rows = table.filter((row) => row.group === group);
    if (rows.length > 0) parts.push(section(title, commandRows(rows), style, width));
  }
  parts.push(
    section(say`Options of every command`, optionRows(GLOBAL_OPTIONS), style),
    style.dim(say`orchestrator help <command> shows its options and examples.`),
  );
  return paragraphs(parts);
}

function topicHelp({ summary, text, tables }: HelpTopic, style: Style): Shown {
  return paragraphs([
    style.bold(shown(summary)),
    ...text.map((paragraph) => prose(shown(paragraph), style)),
    ...tables().map(({ title, entries }) =>
      section(
        shown(title),
        entries.map(({ name, means }): Row => [shown(name), shown(means)]),
        style,
      )
    ),
  ]);
}

function usage(rest: Shown, style: Style): Shown {
  return say`${style.bold(say`Usage:`)} orchestrator ${rest}`;
}

function paragraphs(parts: readonly Shown[]): Shown {
  return say`${joined(parts, say`\n\n`)}\n`;
}

function groupHelp(name: string, members: readonly CommandSpec[], style: Style): Shown {
  return paragraphs([
    usage(say`${shown(name)} <command> [options]`, style),
    section(say`Commands`, commandRows(members), style),
    style.dim(say`orchestrator help <command> shows its options and examples.`),
  ]);
}

function commandHelp(spec: CommandSpec, table: readonly CommandSpec[], style: Style): Shown {
  const line = [spec.path, describeArguments(spec), "[options]"]
    .filter((part) => part !== "").join(" ");
  const also = spellings(spec).map((words) => `orchestrator ${words}`);
  const parts = [
    prose(say`${shown(spec.summary)}.`, style),
    lines([
      usage(shown(line), style),
      ...(also.length === 0
        ? []
        : [say`${style.bold(say`Also:`)}  ${prose(shown(also.join(", ")), style, "       ", "")}`]),
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
  parts.push(style.dim(say`orchestrator help all lists the options of every command.`));
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
