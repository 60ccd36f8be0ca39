/**
 * Help for programs: the command table as `--json` prints it.
 * @module
 */
import type { AnswerData } from "../../answers/table.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../command.ts";
import { GLOBAL_OPTIONS, spellings } from "../parse.ts";
import { HELP_TOPICS, type HelpTopic } from "./topics.ts";

/** What `help … --json` answers. */
export type HelpData = AnswerData<"help">;

/** The answer about commands. */
export function commandsData(topic: string, commands: readonly CommandSpec[]): HelpData {
  return { ...frame(topic), commands: commands.map(commandData) };
}

/** The answer about a topic. */
export function topicData({ name, tables }: HelpTopic): HelpData {
  const entries = tables().flatMap(({ title, entries }) =>
    entries.map((entry) => ({ table: title, ...entry }))
  );
  return { ...frame(name), entries };
}

function frame(topic: string): HelpData {
  return {
    topic,
    commands: [],
    options: GLOBAL_OPTIONS.map(optionData),
    topics: HELP_TOPICS.map(({ name, summary }) => ({ name, summary })),
    entries: [],
  };
}

function commandData(spec: CommandSpec): HelpData["commands"][number] {
  return {
    path: spec.path,
    aliases: spellings(spec),
    group: spec.group,
    summary: spec.summary,
    details: spec.details ?? null,
    changes: spec.changes,
    destructive: spec.destructive === true,
    arguments: (spec.args ?? []).map(argumentData),
    options: (spec.options ?? []).map(optionData),
    examples: spec.examples.map(({ line, means }) => ({ line: `orchestrator ${line}`, means })),
  };
}

function argumentData(
  { name, summary, optional, many, complete }: ArgumentSpec,
): HelpData["commands"][number]["arguments"][number] {
  return {
    name,
    summary,
    optional: optional === true,
    many: many === true,
    values: typeof complete === "object" ? complete : null,
  };
}

function optionData(
  { name, short, value, many, summary, complete }: OptionSpec,
): HelpData["options"][number] {
  return {
    name,
    short: short ?? null,
    value: value ?? null,
    many: many === true,
    summary,
    values: typeof complete === "object" ? complete : null,
  };
}
