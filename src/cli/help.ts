/**
 * Help texts, made from the command table.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import type { Style } from "./output/style.ts";
import { columns, wrap } from "./output/text.ts";
import { describeArguments, findCommand, GLOBAL_OPTIONS } from "./parse.ts";

const GROUPS: Readonly<Record<CommandSpec["group"], string>> = {
  work: "Work",
  sessions: "Sessions",
  project: "Project",
  tool: "Tool",
};

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
  if (topic.length === 0) return overview(table, style);
  for (let length = topic.length; length > 0; length--) {
    const spec = findCommand(topic.slice(0, length), table);
    if (spec !== undefined) return commandHelp(spec, table, style);
  }
  const prefix = topic.join(" ") + " ";
  const members = table.filter((row) => row.path.startsWith(prefix));
  if (members.length > 0) return groupHelp(topic.join(" "), members, style);
  const { nearest } = await import("../workflow/nearest.ts");
  const close = nearest(topic.join(" "), table.map((row) => row.path));
  throw new OrchestratorError(
    "unknown_command",
    `Cannot help with "${topic.join(" ")}": there is no such command`,
    { hint: close === undefined ? "orchestrator --help" : `orchestrator help ${close}` },
  );
}

function overview(table: readonly CommandSpec[], style: Style): string {
  const lines = [
    "Keeps people and AI agents honest about a multi-step workflow in a git repository.",
    "",
    `${style.bold("Usage:")} orchestrator <command> [options]`,
    "",
    style.bold("Begin with"),
    columns([
      [`  ${style.cyan('orchestrator start "Add login"')}`, "open a session for a task"],
      [`  ${style.cyan("orchestrator status")}`, "see what comes next"],
    ]),
  ];
  for (const [group, title] of Object.entries(GROUPS)) {
    const rows = table.filter((row) => row.group === group);
    if (rows.length === 0) continue;
    lines.push("", style.bold(title), columns(rows.map((row) => [`  ${row.path}`, row.summary])));
  }
  lines.push(
    "",
    style.bold("Options of every command"),
    optionLines(GLOBAL_OPTIONS),
    "",
    `${
      style.bold("Exit codes:")
    } 0 ok, 1 failure, 2 usage, 3 config, 4 not found, 5 conflict, 6 locked,`,
    "7 blocked, 8 corrupt, 9 external, 70 internal, 130 interrupted",
    "",
    `orchestrator help <command> shows examples.`,
  );
  return lines.join("\n") + "\n";
}

function groupHelp(name: string, members: readonly CommandSpec[], style: Style): string {
  return [
    `${style.bold("Usage:")} orchestrator ${name} <command>`,
    "",
    columns(members.map((row) => [`  ${row.path}`, row.summary])),
  ].join("\n") + "\n";
}

function commandHelp(spec: CommandSpec, table: readonly CommandSpec[], style: Style): string {
  const usage = ["orchestrator", spec.path, describeArguments(spec), "[options]"]
    .filter((part) => part !== "").join(" ");
  const lines = [`${spec.summary}.`, "", `${style.bold("Usage:")} ${usage}`];
  if (spec.aliases !== undefined && spec.aliases.length > 0) {
    const parent = spec.path.split(" ").slice(0, -1);
    lines.push(
      `${style.bold("Also:")}  ${
        spec.aliases.map((alias) => ["orchestrator", ...parent, alias].join(" ")).join(", ")
      }`,
    );
  }
  if (spec.details !== undefined) lines.push("", wrap(spec.details, style.width));
  if (spec.args !== undefined && spec.args.length > 0) {
    lines.push(
      "",
      style.bold("Arguments"),
      columns(spec.args.map((arg) => [`  ${arg.name}`, arg.summary])),
    );
  }
  if (spec.options !== undefined && spec.options.length > 0) {
    lines.push("", style.bold("Options"), optionLines(spec.options));
  }
  lines.push("", style.bold("Examples"));
  for (const example of spec.examples) {
    lines.push(`  ${style.dim(`# ${example.means}`)}`, `  orchestrator ${example.line}`);
  }
  const deeper = table.filter((row) => row.path.startsWith(spec.path + " "));
  if (deeper.length > 0) {
    lines.push(
      "",
      style.bold("See also"),
      columns(deeper.map((row) => [`  ${row.path}`, row.summary])),
    );
  }
  lines.push("", style.dim("orchestrator --help lists the options of every command."));
  return lines.join("\n") + "\n";
}

function optionLines(options: readonly OptionSpec[]): string {
  return columns(options.map((option) => [
    `  ${option.short === undefined ? "   " : `-${option.short},`} --${option.name}${
      option.value === undefined ? "" : ` ${option.value}`
    }`,
    option.summary + (option.many ? " (repeatable)" : ""),
  ]));
}
