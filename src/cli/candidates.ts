/**
 * What can stand in the last place of a command line: the thinking part of shell completion.
 *
 * Pure: it reads the command table and the words typed so far. Values that only the project knows
 * (sessions, items, …) are named by their kind and looked up by the caller.
 * @module
 */
import { CONFIG_KEY_NAMES, configKey, type ConfigKeyName, isConfigKey } from "../config/keys.ts";
import { HELP_TOPICS } from "./help/topics.ts";
import type { ArgumentSpec, CommandInfo, OptionSpec } from "./spec.ts";
import { findCommand, GLOBAL_OPTIONS } from "./parse.ts";

/** What `help` can be asked about besides commands. */
const TOPICS: readonly Candidate[] = [
  { value: "all", summary: "Every command" },
  ...HELP_TOPICS.map(({ name, summary }) => ({ value: name, summary })),
];

/** One possible word, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly summary: string;
}

/** What {@link completeLine} finds out. */
export interface Completion {
  /** Words known from the command table; those that begin with what was typed. */
  readonly candidates: readonly Candidate[];
  /** Values to be looked up; each goes behind `prefix` and begins with `typed`. */
  readonly values?: "session" | "item" | "phase" | "checkpoint" | "check";
  /** Whether the shell is to offer names of files behind `prefix`. */
  readonly files: "none" | "file" | "directory";
  /** What stands in the word before the value: `--session=`, `@`, or nothing. */
  readonly prefix: string;
  readonly typed: string;
  /** The command, as far as it is known. */
  readonly spec: CommandInfo | undefined;
  /** What the words say of `--root` and `--session`: values are looked up there. */
  readonly root?: string;
  readonly session?: string;
}

/**
 * Reads a command line that is being typed.
 * @param before the words before the one in question, without the program's name.
 * @param current the word in question, as far as it is typed.
 */
export function completeLine(
  before: readonly string[],
  current: string,
  table: readonly CommandInfo[],
): Completion {
  const line = readLine(before, table);
  const context = {
    spec: line.spec,
    ...(line.given["root"] === undefined ? {} : { root: line.given["root"] }),
    ...(line.given["session"] === undefined ? {} : { session: line.given["session"] }),
  };
  const plain = (candidates: readonly Candidate[]): Completion => ({
    candidates: candidates.filter(({ value }) => begins(value, current)),
    files: "none",
    prefix: "",
    typed: current,
    ...context,
  });
  const valueOf = (complete: ArgumentSpec["complete"], prefix: string): Completion => ({
    ...valueCompletion(complete, {
      prefix,
      typed: current.slice(prefix.length),
      before: line.positionals.at(-1) ?? "",
    }),
    ...context,
  });

  if (line.expecting !== undefined) return valueOf(line.expecting.complete, "");
  const known = optionsOf(line.spec);
  if (!line.terminated && current.startsWith("-") && current !== "-") {
    const inline = inlineOption(current, known);
    if (inline !== undefined) return valueOf(inline.option.complete, inline.prefix);
  }
  const options = known
    .filter((option) => option.many === true || !line.used.has(option.name))
    .map((option) => ({
      value: current === `-${option.short}` ? current : `--${option.name}`,
      summary: option.summary,
    }));
  if (!line.terminated && current.startsWith("-")) return plain(options);

  const words = line.positionals.length === 0 ? nextWords(line.path, table) : [];
  if (line.helps) {
    return plain(line.path.length + line.positionals.length === 0 ? [...words, ...TOPICS] : words);
  }
  const args = line.spec?.args ?? [];
  const arg = args[line.positionals.length] ??
    (args.at(-1)?.many === true ? args.at(-1) : undefined);
  const completion = valueOf(arg?.complete, "");
  const found = [
    ...plain(words).candidates,
    ...completion.candidates,
  ];
  const nothing = found.length === 0 && completion.values === undefined &&
    completion.files === "none";
  // Where nothing else can stand, an empty word is a question for the options.
  const complete = arg === undefined && line.spec !== undefined;
  if (nothing && current === "" && complete && !line.terminated) return plain(options);
  return { ...completion, candidates: found };
}

/** What the words before the one in question say. */
interface Line {
  /** Canonical words of the command or group. */
  readonly path: readonly string[];
  readonly spec: CommandInfo | undefined;
  /** True behind `help`, where command words name a topic. */
  readonly helps: boolean;
  readonly positionals: readonly string[];
  /** An option whose value comes next. */
  readonly expecting: OptionSpec | undefined;
  /** True behind `--`. */
  readonly terminated: boolean;
  readonly used: ReadonlySet<string>;
  /** The last value of each option. */
  readonly given: Readonly<Record<string, string>>;
}

function readLine(before: readonly string[], table: readonly CommandInfo[]): Line {
  let path: readonly string[] = [];
  let helps = false;
  let expecting: OptionSpec | undefined;
  let terminated = false;
  const positionals: string[] = [];
  const used = new Set<string>();
  const given: Record<string, string> = {};
  for (const word of before) {
    if (expecting !== undefined) {
      given[expecting.name] = word;
      expecting = undefined;
    } else if (!terminated && word === "--") {
      terminated = true;
    } else if (!terminated && word.startsWith("-") && word !== "-") {
      const known = optionsOf(findCommand(path, table));
      const inline = inlineOption(word, known);
      const option = inline?.option ?? optionOf(word, known);
      if (option === undefined) continue;
      used.add(option.name);
      if (inline !== undefined) given[option.name] = word.slice(inline.prefix.length);
      else if (option.value !== undefined) expecting = option;
    } else if (!helps && path.length === 0 && positionals.length === 0 && word === "help") {
      helps = true;
    } else {
      const longer = positionals.length === 0 ? extend(path, word, table) : undefined;
      if (longer === undefined) positionals.push(word);
      else path = longer;
    }
  }
  const spec = findCommand(path, table);
  return { path, spec, helps, positionals, expecting, terminated, used, given };
}

/** The command words with one more, as the table spells it; undefined when it is none. */
function extend(
  path: readonly string[],
  word: string,
  table: readonly CommandInfo[],
): readonly string[] | undefined {
  const longer = [...path, word];
  const spec = findCommand(longer, table);
  if (spec !== undefined) return spec.path.split(" ");
  const prefix = longer.join(" ") + " ";
  return table.some((row) => row.path.startsWith(prefix)) ? longer : undefined;
}

/** A command's own options, and the global ones of which it says nothing itself. */
function optionsOf(spec: CommandInfo | undefined): readonly OptionSpec[] {
  const own = spec?.options ?? [];
  return [
    ...own,
    ...GLOBAL_OPTIONS.filter(({ name }) => !own.some((option) => option.name === name)),
  ];
}

/** The option of a whole word: `--session`, `-s`, or the last letter of `-qs`. */
function optionOf(word: string, known: readonly OptionSpec[]): OptionSpec | undefined {
  return word.startsWith("--")
    ? known.find((option) => word === `--${option.name}`)
    : known.find((option) => option.short === word.at(-1));
}

/** An option that has its value in the same word: `--session=login`, `-Cdir`. */
function inlineOption(
  word: string,
  known: readonly OptionSpec[],
): { readonly option: OptionSpec; readonly prefix: string } | undefined {
  const prefix = word.startsWith("--")
    ? word.slice(0, word.indexOf("=") + 1)
    : word.length > 2
    ? word.slice(0, 2)
    : "";
  if (prefix === "") return undefined;
  const option = optionOf(prefix.replace(/=$/, ""), known);
  return option?.value === undefined ? undefined : { option, prefix };
}

function valueCompletion(
  complete: ArgumentSpec["complete"],
  { prefix, typed, before }: {
    readonly prefix: string;
    readonly typed: string;
    /** The argument in front of it. */
    readonly before: string;
  },
): Pick<Completion, "candidates" | "files" | "prefix" | "typed" | "values"> {
  const base = { candidates: [], files: "none" as const, prefix, typed };
  switch (complete) {
    case undefined:
      return base;
    case "file":
    case "directory":
      return { ...base, files: complete };
    case "at_file":
      // JSON cannot be completed; the name of a file behind @ can.
      if (typed !== "" && !typed.startsWith("@")) return base;
      return { ...base, files: "file", prefix: `${prefix}@`, typed: typed.slice(1) };
    case "session":
    case "item":
    case "phase":
    case "checkpoint":
    case "check":
      return { ...base, values: complete };
    case "config_value":
      return isConfigKey(before) ? configValue(before, prefix, typed) : base;
    case "config_setting": {
      const [, key = "", value = ""] = /^([\w.]+)=(.*)$/s.exec(typed) ?? [];
      if (isConfigKey(key)) return configValue(key, `${prefix}${key}=`, value);
      return {
        ...base,
        candidates: CONFIG_KEY_NAMES.filter((name) => begins(name, typed)).map((name) => ({
          value: `${prefix}${name}=`,
          summary: configKey(name).description,
        })),
      };
    }
    default:
      return {
        ...base,
        candidates: complete.filter((value) => begins(value, typed))
          .map((value) => ({ value: prefix + value, summary: "" })),
      };
  }
}

/** Values of a key: those that its type names, or files for a path. */
function configValue(
  key: ConfigKeyName,
  prefix: string,
  typed: string,
): Pick<Completion, "candidates" | "files" | "prefix" | "typed"> {
  const { type, description } = configKey(key);
  if (type.kind === "path") return { candidates: [], files: "file", prefix, typed };
  // The last entry of a list is the one that is being typed.
  const first = type.kind === "list" ? typed.slice(0, typed.lastIndexOf(",") + 1) : "";
  const values = type.kind === "boolean"
    ? ["true", "false"]
    : type.kind === "choice" || type.kind === "list"
    ? type.values ?? []
    : [];
  const candidates = values
    .filter((value) =>
      begins(value, typed.slice(first.length)) && !first.split(",").includes(value)
    )
    .map((value) => ({ value: prefix + first + value, summary: description }));
  return { candidates, files: "none", prefix, typed };
}

/** The words that go on from `path`: commands with their summaries, groups with their commands. */
function nextWords(path: readonly string[], table: readonly CommandInfo[]): readonly Candidate[] {
  const prefix = path.length === 0 ? "" : path.join(" ") + " ";
  const below = new Map<string, { summary: string; deeper: string[] }>();
  for (const row of table) {
    if (row.hidden === true || !row.path.startsWith(prefix)) continue;
    const [word, ...rest] = row.path.slice(prefix.length).split(" ");
    if (word === undefined || word === "") continue;
    const entry = below.get(word) ?? { summary: "", deeper: [] };
    if (rest.length === 0) entry.summary = row.summary;
    else if (!entry.deeper.includes(rest[0] ?? "")) entry.deeper.push(rest[0] ?? "");
    below.set(word, entry);
  }
  const words = [...below].map(([value, { summary, deeper }]) => ({
    value,
    summary: summary === "" ? deeper.join(", ") : summary,
  }));
  return path.length === 0 ? [...words, { value: "help", summary: "Show help" }] : words;
}

/** Whether a word can still become `value`; case does not count. */
export function begins(value: string, typed: string): boolean {
  return value.slice(0, typed.length).toLowerCase() === typed.toLowerCase();
}
