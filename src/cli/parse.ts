/**
 * From argv to a command and its input.
 *
 * The splitting of words into options and values is `node:util`'s `parseArgs`; what may be there
 * comes from the command table. A bare command (`orchestrator status`) needs neither.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command.ts";
import { Input } from "./command.ts";

/** Options that every command takes, before or behind its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: "root",
    short: "C",
    value: "DIR",
    summary: "Work on the project in DIR",
    complete: "directory",
  },
  {
    name: "session",
    short: "s",
    value: "SESSION",
    summary: "The session to use: its id, a unique prefix of it, or its name",
    complete: "session",
  },
  { name: "json", summary: "Answer in JSON" },
  { name: "quiet", short: "q", summary: "Say nothing but what was asked for" },
  { name: "no-input", summary: "Never ask; fail where an answer would be needed" },
  { name: "no-color", summary: "No colours (so does NO_COLOR)" },
  {
    name: "lock-timeout",
    value: "SECONDS",
    summary: "How long to wait for a lock (default 10)",
  },
  { name: "debug", summary: "Show where an unexpected error came from" },
  { name: "help", short: "h", summary: "Show help" },
  { name: "version", short: "V", summary: "Show the version" },
];

/** What argv asks for. */
export type Request =
  | { readonly kind: "command"; readonly spec: CommandSpec; readonly input: Input }
  | { readonly kind: "help"; readonly topic: readonly string[]; readonly input: Input }
  | { readonly kind: "version"; readonly input: Input };

const NOTHING = new Input({}, {});

/**
 * Reads argv.
 * @param argv without the program's name.
 * @throws OrchestratorError of kind `usage`, with the nearest right word as hint.
 */
export async function parseRequest(
  argv: readonly string[],
  table: readonly CommandSpec[],
): Promise<Request> {
  const first = argv[0];
  if (argv.length === 1 && first !== undefined && !first.startsWith("-")) {
    const spec = table.find((row) => row.path === first);
    if (spec !== undefined && (spec.args ?? []).every((arg) => arg.optional)) {
      return { kind: "command", spec, input: NOTHING };
    }
  }
  const { parseArgs } = await import("node:util");
  const lead = splitLead(argv, table);
  const known = [...GLOBAL_OPTIONS, ...(lead.spec?.options ?? [])];
  const { tokens } = parseArgs({
    args: [...lead.rest],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map((option) => [option.name, {
        type: option.value === undefined ? "boolean" as const : "string" as const,
        ...(option.short === undefined ? {} : { short: option.short }),
      }]),
    ),
  });
  const options: Record<string, string[] | true> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
    } else if (token.kind === "option") {
      const option = known.find((row) => row.name === token.name);
      if (option === undefined) throw await unknownOption(token.rawName, known, lead.spec);
      takeOption(options, option, token.rawName, token.value);
    }
  }
  const bare = new Input({}, options);
  if (bare.has("version")) return { kind: "version", input: bare };
  if (lead.spec === undefined) {
    const topic = [...lead.group, ...positionals];
    if (bare.has("help") || topic.length === 0) return { kind: "help", topic, input: bare };
    if (topic[0] === "help") return { kind: "help", topic: topic.slice(1), input: bare };
    throw await unknownCommand(topic, lead.group, table);
  }
  if (bare.has("help")) return { kind: "help", topic: lead.spec.path.split(" "), input: bare };
  const args = takeArguments(lead.spec, positionals);
  return { kind: "command", spec: lead.spec, input: new Input(args, options) };
}

/** Finds the command's words, which may stand behind global options. */
function splitLead(
  argv: readonly string[],
  table: readonly CommandSpec[],
): {
  readonly spec: CommandSpec | undefined;
  /** Words that begin a command but are none, e.g. `session`. */
  readonly group: readonly string[];
  readonly rest: readonly string[];
} {
  const before: string[] = [];
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (!word.startsWith("-") || word === "-" || word === "--") break;
    before.push(word);
    const option = GLOBAL_OPTIONS.find((row) =>
      word === `--${row.name}` || word === `-${row.short}`
    );
    if (option?.value !== undefined) {
      index++;
      const value = argv[index];
      if (value !== undefined) before.push(value);
    }
  }
  for (let length = 3; length > 0; length--) {
    const words = argv.slice(index, index + length);
    if (words.length < length) continue;
    const spec = findCommand(words, table);
    if (spec !== undefined) {
      return { spec, group: [], rest: [...before, ...argv.slice(index + length)] };
    }
  }
  const group: string[] = [];
  while (index < argv.length) {
    const prefix = [...group, argv[index]].join(" ") + " ";
    if (!table.some((row) => row.path.startsWith(prefix))) break;
    group.push(argv[index] ?? "");
    index++;
  }
  return { spec: undefined, group, rest: [...before, ...argv.slice(index)] };
}

/** The command of exactly these words, by path or alias. */
export function findCommand(
  words: readonly string[],
  table: readonly CommandSpec[],
): CommandSpec | undefined {
  const path = words.join(" ");
  return table.find((row) => row.path === path) ??
    table.find((row) => {
      const parent = row.path.split(" ").slice(0, -1);
      return row.aliases?.some((alias) => [...parent, alias].join(" ") === path) ?? false;
    });
}

function takeOption(
  options: Record<string, string[] | true>,
  option: OptionSpec,
  written: string,
  value: string | undefined,
): void {
  if (option.value === undefined) {
    if (value !== undefined) {
      throw new OrchestratorError(
        "invalid_argument",
        `Cannot use "${written}=${value}": ${written} takes no value`,
      );
    }
    options[option.name] = true;
    return;
  }
  if (value === undefined) {
    throw new OrchestratorError(
      "missing_argument",
      `Cannot use "${written}": it needs a value ${option.value}`,
    );
  }
  const before = options[option.name];
  if (before !== undefined && before !== true) {
    if (!option.many) {
      throw new OrchestratorError(
        "invalid_argument",
        `Cannot use "${written}" twice: it takes one value`,
      );
    }
    before.push(value);
  } else {
    options[option.name] = [value];
  }
}

function takeArguments(
  spec: CommandSpec,
  values: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const args: Record<string, readonly string[]> = {};
  let index = 0;
  for (const arg of spec.args ?? []) {
    const taken = arg.many ? values.slice(index) : values.slice(index, index + 1);
    if (taken.length === 0 && !arg.optional) throw missingArgument(spec, arg);
    if (taken.length > 0) args[arg.name] = taken;
    index += taken.length;
  }
  const extra = values[index];
  if (extra !== undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot run "${spec.path}" with "${extra}": it takes ${
        describeArguments(spec) || "no arguments"
      }`,
      { hint: quoteHint(spec, values) ?? `orchestrator ${spec.path} --help` },
    );
  }
  return args;
}

/** Several words where one text belongs are most often a forgotten pair of quotes. */
function quoteHint(spec: CommandSpec, values: readonly string[]): string | undefined {
  const only = spec.args?.length === 1 ? spec.args[0] : undefined;
  if (only === undefined || (only.name !== "task" && only.name !== "text")) return undefined;
  return `orchestrator ${spec.path} ${JSON.stringify(values.join(" "))}`;
}

function missingArgument(spec: CommandSpec, arg: ArgumentSpec): OrchestratorError {
  return new OrchestratorError(
    "missing_argument",
    `Cannot run "${spec.path}": ${arg.name} is missing (${arg.summary})`,
    { hint: `orchestrator ${spec.path} ${describeArguments(spec)}` },
  );
}

/** The arguments as a usage line shows them. */
export function describeArguments(spec: CommandSpec): string {
  return (spec.args ?? []).map((arg) => {
    const name = arg.many ? `${arg.name}…` : arg.name;
    return arg.optional ? `[${name}]` : `<${name}>`;
  }).join(" ");
}

async function unknownOption(
  written: string,
  known: readonly OptionSpec[],
  spec: CommandSpec | undefined,
): Promise<OrchestratorError> {
  const { nearest } = await import("../workflow/nearest.ts");
  const close = nearest(written.replace(/^-+/, ""), known.map((option) => option.name));
  const where = spec === undefined ? "orchestrator" : `orchestrator ${spec.path}`;
  return new OrchestratorError(
    "unknown_option",
    `Cannot use "${written}": ${where} has no such option`,
    { hint: close === undefined ? `${where} --help` : `Did you mean --${close}?` },
  );
}

async function unknownCommand(
  topic: readonly string[],
  group: readonly string[],
  table: readonly CommandSpec[],
): Promise<OrchestratorError> {
  if (topic.length === group.length) {
    const prefix = group.join(" ") + " ";
    const words = table.filter((row) => row.path.startsWith(prefix)).map((row) =>
      row.path.slice(prefix.length)
    );
    return new OrchestratorError(
      "missing_argument",
      `Cannot run "${group.join(" ")}": it needs one of ${words.join(", ")}`,
      { hint: `orchestrator ${group.join(" ")} --help` },
    );
  }
  const { nearest } = await import("../workflow/nearest.ts");
  const wanted = topic.slice(0, group.length + 1).join(" ");
  const names = table.flatMap((row) => [row.path, ...(row.aliases ?? [])]);
  const close = nearest(wanted, names) ?? nearest(topic.slice(0, 2).join(" "), names);
  return new OrchestratorError(
    "unknown_command",
    `Cannot run "${wanted}": there is no such command`,
    { hint: close === undefined ? "orchestrator --help" : `Did you mean orchestrator ${close}?` },
  );
}
