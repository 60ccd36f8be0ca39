/**
 * From argv to a command and its input.
 *
 * The splitting of words into options and values is `node:util`'s `parseArgs`; what may be there
 * comes from the command table. A bare command (`orchestrator status`) needs neither.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command.ts";
import { Input } from "./input.ts";
import type { CommandInfo } from "./spec.ts";

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
  { name: "quiet", short: "q", summary: "Print only the requested output" },
  { name: "no-input", summary: "Never ask; fail if an answer would be needed" },
  { name: "no-pager", summary: "Print long answers without a pager" },
  { name: "no-color", summary: "Do not use colors (like NO_COLOR)" },
  {
    name: "set",
    value: "KEY=VALUE",
    many: true,
    summary: "Override a configuration key",
    complete: "config_setting",
  },
  {
    name: "lock-timeout",
    value: "SECONDS",
    summary: "How long to wait for a lock (default 10)",
  },
  { name: "debug", summary: "Show the origin of an unexpected error" },
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
  // A command's own options first: it may take one of them more often than others do.
  const known = [...(lead.spec?.options ?? []), ...GLOBAL_OPTIONS];
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
      if (token.inlineValue === false) refuseOptionAsValue(option, token, known);
      takeOption(options, option, token.rawName, token.value);
    }
  }
  const bare = new Input({}, options);
  if (bare.has("version")) return { kind: "version", input: bare };
  if (lead.spec === undefined) {
    const topic = [...lead.group, ...positionals];
    if (bare.has("help") || positionals.length === 0) return { kind: "help", topic, input: bare };
    if (topic[0] === "help") return { kind: "help", topic: topic.slice(1), input: bare };
    throw await unknownCommand(topic, lead.group, table);
  }
  if (bare.has("help")) return { kind: "help", topic: lead.spec.path.split(" "), input: bare };
  await refuseMisspelt(lead.spec, positionals, table);
  const args = takeArguments(lead.spec, positionals);
  const { becomes } = lead.spec.options?.find((row) => row.becomes && bare.has(row.name)) ?? {};
  const spec = becomes === undefined ? lead.spec : table.find((row) => row.path === becomes);
  return { kind: "command", spec: spec ?? lead.spec, input: new Input(args, options) };
}

/** Most words that a command has. */
const LONGEST_PATH = 3;

/** True for letters run together of which the last takes a value: `-qs`. */
function endsInValueOption(word: string): boolean {
  if (!/^-[A-Za-z]{2,}$/.test(word)) return false;
  const options = [...word.slice(1)].map((letter) =>
    GLOBAL_OPTIONS.find((row) => row.short === letter)
  );
  return options.at(-1)?.value !== undefined &&
    options.slice(0, -1).every((option) => option !== undefined && option.value === undefined);
}

/** Finds the command's words; global options may stand before and between them. */
function splitLead(
  argv: readonly string[],
  table: readonly CommandSpec[],
): {
  readonly spec: CommandSpec | undefined;
  /** Words that begin a command but are none, e.g. `session`. */
  readonly group: readonly string[];
  readonly rest: readonly string[];
} {
  const places: number[] = [];
  for (let index = 0; index < argv.length && places.length < LONGEST_PATH; index++) {
    const word = argv[index] ?? "";
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") {
      places.push(index);
      continue;
    }
    const option = GLOBAL_OPTIONS.find((row) => isSpelling(word, row));
    if (option?.value !== undefined || endsInValueOption(word)) index++;
    else if (option === undefined && places.length > 0 && !isInlineGlobal(word)) break;
  }
  const first = (length: number) => places.slice(0, length).map((place) => argv[place] ?? "");
  const without = (length: number) => {
    const taken = places.slice(0, length);
    return argv.filter((_, index) => !taken.includes(index));
  };
  for (let length = places.length; length > 0; length--) {
    const spec = findCommand(first(length), table);
    if (spec !== undefined) return { spec, group: [], rest: without(length) };
  }
  let length = 0;
  while (
    length < places.length &&
    table.some((row) => row.path.startsWith(first(length + 1).join(" ") + " "))
  ) length++;
  return { spec: undefined, group: first(length), rest: without(length) };
}

/** Whether a whole word is this option: `--json`, `-q`. */
function isSpelling(word: string, option: OptionSpec): boolean {
  return word === `--${option.name}` || word === `-${option.short}`;
}

/** Whether a word is a global option with its value: `--root=dir`, `-Cdir`. */
function isInlineGlobal(word: string): boolean {
  return GLOBAL_OPTIONS.some((row) =>
    row.value !== undefined &&
    (word.startsWith(`--${row.name}=`) ||
      (row.short !== undefined && word.startsWith(`-${row.short}`)))
  );
}

/** The command of exactly these words, by path or alias. */
export function findCommand<Row extends CommandInfo>(
  words: readonly string[],
  table: readonly Row[],
): Row | undefined {
  const path = words.join(" ");
  return table.find((row) => row.path === path) ??
    table.find((row) => spellings(row).includes(path));
}

/** The other command lines of a command: those of its aliases, and its synonyms. */
export function spellings({ path, aliases = [], synonyms = [] }: CommandInfo): readonly string[] {
  const parent = path.split(" ").slice(0, -1);
  return [...aliases.map((alias) => [...parent, alias].join(" ")), ...synonyms];
}

/** A value that is itself an option is a value that was forgotten. */
function refuseOptionAsValue(
  option: OptionSpec,
  token: { readonly rawName: string; readonly value?: string | undefined },
  known: readonly OptionSpec[],
): void {
  const { rawName, value = "" } = token;
  if (option.value === undefined || !known.some((row) => isSpelling(value, row))) return;
  throw new OrchestratorError(
    "missing_argument",
    `Cannot use "${rawName}": it needs a value ${option.value}, and "${value}" is an option`,
    { hint: `Write --${option.name}=${value} if that is the value` },
  );
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
      { hint: `Write --${option.name} "<${option.value.toLowerCase()}>"` },
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
  for (const [place, arg] of (spec.args ?? []).entries()) {
    const needed = (spec.args ?? []).slice(place + 1).filter(({ optional }) => !optional).length;
    // `session rename [session] <name>`: what is left belongs to the arguments that must be there.
    if (arg.optional && needed > 0 && values.length - index <= needed) continue;
    const taken = arg.many ? values.slice(index) : values.slice(index, index + 1);
    if (taken.length === 0 && !arg.optional) throw missingArgument(spec, arg);
    if (taken.length > 0) args[arg.name] = taken;
    index += taken.length;
  }
  const extra = values[index];
  if (extra !== undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot run "${spec.path}" with ${
        spec.discreet ? "a further argument" : `"${extra}"`
      }: it takes ${describeArguments(spec) || "no arguments"}`,
      {
        hint: (spec.discreet ? undefined : quoteHint(spec, values)) ??
          `Run \`orchestrator ${spec.path} --help\``,
      },
    );
  }
  return args;
}

/** Several words where one text belongs are most often a forgotten pair of quotes. */
function quoteHint(spec: CommandSpec, values: readonly string[]): string | undefined {
  const only = spec.args?.length === 1 ? spec.args[0] : undefined;
  if (only === undefined || (only.name !== "task" && only.name !== "text")) return undefined;
  return `Run \`orchestrator ${spec.path} ${JSON.stringify(values.join(" "))}\``;
}

function missingArgument(spec: CommandSpec, arg: ArgumentSpec): OrchestratorError {
  return new OrchestratorError(
    "missing_argument",
    `Cannot run "${spec.path}": ${arg.name} is missing (${arg.summary})`,
    { hint: `Run \`orchestrator ${spec.path} ${describeArguments(spec)}\`` },
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
    { hint: close === undefined ? `Run \`${where} --help\`` : `Did you mean --${close}?` },
  );
}

/** `log verfy`: a command without arguments that is a group too, and a word near one of the group. */
async function refuseMisspelt(
  spec: CommandSpec,
  values: readonly string[],
  table: readonly CommandSpec[],
): Promise<void> {
  if (values.length === 0 || (spec.args ?? []).length > 0) return;
  if (!table.some((row) => row.path.startsWith(`${spec.path} `))) return;
  const { nearCommand } = await import("./command_hint.ts");
  const group = spec.path.split(" ");
  const topic = [...group, ...values];
  if (nearCommand(topic, group, table) === undefined) return;
  throw await unknownCommand(topic, group, table);
}

async function unknownCommand(
  topic: readonly string[],
  group: readonly string[],
  table: readonly CommandSpec[],
): Promise<OrchestratorError> {
  const { commandHint } = await import("./command_hint.ts");
  const wanted = topic.slice(0, group.length + 1).join(" ");
  return new OrchestratorError(
    "unknown_command",
    `Cannot run "${wanted}": there is no such command`,
    { hint: commandHint(topic, group, table) },
  );
}
