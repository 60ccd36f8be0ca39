/**
 * The command reference: what the command table says of each command, with a run of it from the
 * transcripts and the exit codes that they have seen.
 * @module
 */
import { resolve } from "node:path";
import type { Effect } from "../src/app/declared_changes.ts";
import type { CommandSpec, OptionSpec } from "../src/cli/command.ts";
import { GLOBAL_OPTIONS, spellings } from "../src/cli/parse.ts";
import { COMMANDS } from "../src/cli/table.ts";
import { describeArguments } from "../src/cli/usage_errors.ts";
import { code, fenced, table } from "./markdown.ts";
import { type Call, transcriptCalls } from "./transcript_calls.ts";

const TRANSCRIPTS = resolve(import.meta.dirname ?? ".", "..", "tests", "transcripts");

/** From the page to the transcripts. */
const TO_TRANSCRIPTS = "../tests/transcripts/";

/** Lines that an example may print. */
const MOST_LINES = 24;

/** Transcripts whose first call of a command tells more of it than another's. */
const CHOSEN: Readonly<Record<string, string>> = {
  "finish": "finish/early.txt",
  "init": "init/new_project.txt",
  "log": "status/whole_story.txt",
  "session list": "session/rename.txt",
  "skip": "skip/flexible.txt",
  "snapshot export": "snapshot/export.txt",
  "snapshot import": "snapshot/choose_sessions.txt",
  "status": "checkpoint/story.txt",
  "validate": "validate/good.txt",
};

const GROUPS: Readonly<Record<CommandSpec["group"], string>> = {
  work: "Work",
  sessions: "Sessions",
  project: "Project",
  tool: "Tool",
};

const EFFECTS: Readonly<Record<Effect, string>> = {
  nothing: "nothing",
  program: "this program itself, nothing of the project",
  project: "files of the project or your own, no session",
  session: "the session",
  new_session: "makes a session",
  state: "sessions, by the state branch or a snapshot",
  old_layout: "the old tool's files, and the sessions made of them",
  removal: "removes what the program wrote",
};

/** The commands that are documented, by the titles of their groups. */
function groups(): readonly (readonly [string, readonly CommandSpec[]])[] {
  return Object.entries(GROUPS).map(([group, title]) => [
    title,
    COMMANDS.filter((spec) => spec.group === group && !spec.hidden),
  ]);
}

/** A table of each group: the commands, each with a link to its section. */
export function commandIndex(): string {
  return groups().map(([title, specs]) => {
    const rows = specs.map(({ path, summary }) => [
      `[${code(path)}](#${path.replaceAll(" ", "-")})`,
      summary,
    ]);
    return `**${title}**\n\n${table(["command", "what it does"], rows)}`;
  }).join("\n\n");
}

/** The options that every command takes. */
export function globalOptions(): string {
  return optionTable(GLOBAL_OPTIONS);
}

/** A section for each command. */
export function commandReference(): string {
  const calls = transcriptCalls(TRANSCRIPTS, COMMANDS);
  return groups().flatMap(([title, specs]) => [
    `## ${title}`,
    ...specs.map((spec) => section(spec, calls.filter(({ command }) => command === spec.path))),
  ]).join("\n\n");
}

function section(spec: CommandSpec, calls: readonly Call[]): string {
  const { path, summary, details, options = [], args = [], examples, changes } = spec;
  const also = spellings(spec);
  const codes = [...new Set(calls.map(({ exit }) => exit))].sort((left, right) => left - right);
  const usage = [path, describeArguments(spec), options.length > 0 ? "[options]" : ""];
  const facts = [
    `Changes: ${EFFECTS[changes]}.`,
    ...(codes.length === 0 ? [] : [`Exit codes in the tests: ${codes.join(", ")}.`]),
    ...(also.length === 0 ? [] : [`Also: ${also.map(code).join(", ")}.`]),
  ];
  const rows = [
    ...args.map(({ name, summary }) => [code(name), summary]),
    ...options.map(optionRow),
  ];
  return [
    `### ${path}`,
    `${summary}. **${code(`orchestrator ${usage.filter((part) => part !== "").join(" ")}`)}**`,
    facts.join(" "),
    ...(details === undefined ? [] : details.split("\n").map(angled)),
    ...(rows.length === 0 ? [] : [table(["argument or option", "what it does"], rows)]),
    ...(examples.length === 0 ? [] : [
      fenced("sh", examples.map(({ line, means }) => `orchestrator ${line} # ${means}`)),
    ]),
    ...shownRun(path, calls),
  ].join("\n\n");
}

/** A run of the command, as a transcript has it. */
function shownRun(path: string, calls: readonly Call[]): readonly string[] {
  const fitting = calls.filter((call) => isShort(call, path));
  const chosen = fitting.find(({ file }) => file === CHOSEN[path]);
  const own = fitting.filter(({ file }) => file.startsWith(`${path.split(" ")[0]}/`));
  // What says that there was nothing to do shows least.
  const call = chosen ?? own.find(saysMore) ?? fitting.find(saysMore) ?? own[0] ?? fitting[0];
  if (call === undefined) return [];
  const link = `[a test](${TO_TRANSCRIPTS}${call.file})`;
  return [`In ${link}:`, fenced("text", [`$ ${call.line}`, ...call.stdout])];
}

/** Whether a call can be shown: it succeeded, and is for people, short and plain. */
function isShort({ line, stdout, stderr, hasStdin, isSpecial, exit }: Call, path: string): boolean {
  return exit === 0 && !hasStdin && !isSpecial && stderr.length === 0 &&
    (line === `orchestrator ${path}` || line.startsWith(`orchestrator ${path} `)) &&
    !/--json|--root|-C |--quiet|[<>&|]/.test(line) && line.length < 140 &&
    stdout.length > 0 && stdout.length <= MOST_LINES &&
    stdout.every((text) => text.length < 160 && !/␛|^```/.test(text));
}

function saysMore({ stdout }: Call): boolean {
  return !/^(?:No |Nothing|[-•] |\{)/.test(stdout[0] ?? "");
}

function optionTable(options: readonly OptionSpec[]): string {
  return table(["option", "what it does"], options.map(optionRow));
}

function optionRow({ name, short, value, many, summary }: OptionSpec): readonly string[] {
  const long = `--${name}${value === undefined ? "" : ` ${value}`}`;
  const text = code(short === undefined ? long : `-${short}, ${long}`);
  return [text, many === true ? `${angled(summary)} (can be repeated)` : angled(summary)];
}

/** Prose in which `<` begins no HTML element. */
function angled(text: string): string {
  return text.replaceAll("<", "\\<").replaceAll("*", "\\*");
}
