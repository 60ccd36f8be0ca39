/**
 * From argv to a command and its input.
 *
 * `split_words.ts` splits the words into options and values; what may be there comes from the command
 * table. What is said of a mistake is in `usage_errors.ts`, which only a mistake loads.
 * @module
 */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { Input } from "./input.ts";
import type { CommandInfo } from "./spec.ts";
import { isSpelling, splitWords, type WrittenOption } from "./split_words.ts";

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
 * @throws `OrchestratorError` of kind `usage`, with the nearest right word as hint.
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
  const lead = splitLead(argv, table);
  // A command's own options first: it may take one of them more often than others do.
  const known = [...(lead.spec?.options ?? []), ...GLOBAL_OPTIONS];
  const options: Record<string, string[] | true> = {};
  const positionals: string[] = [];
  for (const part of splitWords(lead.rest, known)) {
    if (part.kind === "positional") {
      positionals.push(part.value);
      continue;
    }
    const option = known.find((row) => row.name === part.name);
    if (option === undefined || !takeOption(options, option, part, known)) {
      const { optionError } = await import("./usage_errors.ts");
      throw await optionError(part, option, known, lead.spec);
    }
  }
  const bare = new Input({}, options);
  if (bare.has("version")) return { kind: "version", input: bare };
  if (lead.spec === undefined) {
    const topic = [...lead.group, ...positionals];
    if (bare.has("help") || positionals.length === 0) return { kind: "help", topic, input: bare };
    if (topic[0] === "help") return { kind: "help", topic: topic.slice(1), input: bare };
    throw (await import("./usage_errors.ts")).unknownCommand(topic, lead.group, table);
  }
  if (bare.has("help")) return { kind: "help", topic: lead.spec.path.split(" "), input: bare };
  // `log verfy`: a command without arguments that is a group too.
  if (positionals.length > 0 && (lead.spec.args ?? []).length === 0) {
    (await import("./usage_errors.ts")).refuseMisspelt(lead.spec, positionals, table);
  }
  const args = takeArguments(lead.spec, positionals);
  if (args === null) {
    throw (await import("./usage_errors.ts")).argumentError(lead.spec, positionals);
  }
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

/** @returns false when it cannot be used as it was written. */
function takeOption(
  options: Record<string, string[] | true>,
  { name, value: takes, many }: OptionSpec,
  { value, apart }: WrittenOption,
  known: readonly OptionSpec[],
): boolean {
  if (takes === undefined) {
    options[name] = true;
    return value === undefined;
  }
  if (value === undefined) return false;
  // A value that is itself an option is a value that was forgotten.
  if (apart && known.some((row) => isSpelling(value, row))) return false;
  const before = options[name];
  if (before === undefined || before === true) options[name] = [value];
  else before.push(value);
  return before === undefined || many === true;
}

/** The words in the places of the arguments; null when there are too few or too many. */
function takeArguments(
  spec: CommandSpec,
  values: readonly string[],
): Readonly<Record<string, readonly string[]>> | null {
  const args: Record<string, readonly string[]> = {};
  let index = 0;
  for (const [place, arg] of (spec.args ?? []).entries()) {
    const needed = (spec.args ?? []).slice(place + 1).filter(({ optional }) => !optional).length;
    // `session rename [session] <name>`: what is left belongs to the arguments that must be there.
    if (arg.optional && needed > 0 && values.length - index <= needed) continue;
    const taken = arg.many ? values.slice(index) : values.slice(index, index + 1);
    if (taken.length === 0 && !arg.optional) return null;
    if (taken.length > 0) args[arg.name] = taken;
    index += taken.length;
  }
  return values.length > index ? null : args;
}
