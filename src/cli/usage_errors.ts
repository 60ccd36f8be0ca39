/**
 * What is said of a command line that cannot be understood. Loaded only then.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { nearest } from "../workflow/nearest.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import { commandHint, nearCommand } from "./command_hint.ts";
import { isSpelling, type WrittenOption } from "./split_words.ts";

/**
 * What is wrong with an option as it was written.
 * @param option undefined when there is no such option.
 * @param known all that the command takes.
 * @param spec undefined when no command was named.
 */
export function optionError(
  written: WrittenOption,
  option: OptionSpec | undefined,
  known: readonly OptionSpec[],
  spec: CommandSpec | undefined,
): OrchestratorError {
  return option === undefined
    ? unknownOption(written.written, known, spec)
    : misusedOption(written, option, known);
}

function unknownOption(
  written: string,
  known: readonly OptionSpec[],
  spec: CommandSpec | undefined,
): OrchestratorError {
  // What is outside the first plane of Unicode are two units, of which options see one at a time.
  const shown = written.toWellFormed() === written ? written : "-…";
  const close = nearest(written.replace(/^-+/, ""), known.map((option) => option.name));
  const where = spec === undefined ? "orchestrator" : `orchestrator ${spec.path}`;
  return new OrchestratorError(
    "unknown_option",
    `Cannot use "${shown}": ${where} has no such option`,
    { hint: close !== undefined ? `Did you mean --${close}?` : optionHint(written, spec) },
  );
}

/** What is no name of an option, such as `-5`, is more likely a text that begins with a dash. */
function optionHint(written: string, spec: CommandSpec | undefined): string {
  if (spec === undefined) return "Run `orchestrator --help`";
  const path = `orchestrator ${spec.path}`;
  if (/^--?[a-z]/i.test(written) || (spec.args ?? []).length === 0) return `Run \`${path} --help\``;
  return `Write a text that begins with a dash behind \`--\`: \`${path} -- "<text>"\``;
}

function misusedOption(
  { written, value, apart }: WrittenOption,
  { name, value: takes }: OptionSpec,
  known: readonly OptionSpec[],
): OrchestratorError {
  if (takes === undefined) {
    return new OrchestratorError(
      "invalid_argument",
      `Cannot use "${written}=${value}": ${written} takes no value`,
    );
  }
  if (value === undefined) {
    return new OrchestratorError(
      "missing_argument",
      `Cannot use "${written}": it needs a value ${takes}`,
      { hint: `Write --${name} "<${takes.toLowerCase()}>"` },
    );
  }
  if (apart && known.some((row) => isSpelling(value, row))) {
    return new OrchestratorError(
      "missing_argument",
      `Cannot use "${written}": it needs a value ${takes}, and "${value}" is an option`,
      { hint: `Write --${name}=${value} if that is the value` },
    );
  }
  return new OrchestratorError(
    "invalid_argument",
    `Cannot use "${written}" twice: it takes one value`,
  );
}

/** What is wrong with words that are too few or too many for the arguments of a command. */
export function argumentError(spec: CommandSpec, values: readonly string[]): OrchestratorError {
  const needed = (spec.args ?? []).filter(({ optional }) => !optional);
  const missing = needed[values.length];
  if (missing !== undefined) {
    return new OrchestratorError(
      "missing_argument",
      `Cannot run "${spec.path}": ${missing.name} is missing (${missing.summary})`,
      { hint: `Run \`orchestrator ${spec.path} ${describeArguments(spec)}\`` },
    );
  }
  const extra = values[(spec.args ?? []).length];
  return new OrchestratorError(
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

/** Several words where one text belongs are most often a forgotten pair of quotes. */
function quoteHint(spec: CommandSpec, values: readonly string[]): string | undefined {
  const only = spec.args?.length === 1 ? spec.args[0] : undefined;
  if (only === undefined || !isFreeText(only)) return undefined;
  return `Run \`orchestrator ${spec.path} ${JSON.stringify(values.join(" "))}\``;
}

/** Sentences: a shell has to be given them in quotes. */
function isFreeText({ name }: { readonly name: string }): boolean {
  return name === "task" || name === "text";
}

/** The arguments as a usage line shows them. */
export function describeArguments(spec: CommandSpec): string {
  return (spec.args ?? []).map((arg) => {
    if (isFreeText(arg)) return `"<${arg.name}>"`;
    const name = arg.many ? `${arg.name}…` : arg.name;
    return arg.optional ? `[${name}]` : `<${name}>`;
  }).join(" ");
}

/**
 * Refuses a word behind a command that is the beginning of others too, when it is near one of those.
 * @param spec a command without arguments.
 * @throws `unknown_command`
 */
export function refuseMisspelt(
  spec: CommandSpec,
  values: readonly string[],
  table: readonly CommandSpec[],
): void {
  if (!table.some((row) => row.path.startsWith(`${spec.path} `))) return;
  const group = spec.path.split(" ");
  const topic = [...group, ...values];
  if (nearCommand(topic, group, table) !== undefined) throw unknownCommand(topic, group, table);
}

/**
 * There is no such command.
 * @param topic the words that were typed.
 * @param group those of them that begin a command.
 */
export function unknownCommand(
  topic: readonly string[],
  group: readonly string[],
  table: readonly CommandSpec[],
): OrchestratorError {
  const wanted = topic.slice(0, group.length + 1).join(" ");
  return new OrchestratorError(
    "unknown_command",
    `Cannot run "${wanted}": there is no such command`,
    { hint: commandHint(topic, group, table) },
  );
}
