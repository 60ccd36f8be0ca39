/**
 * What is wrong with a configuration, and the errors it becomes.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { nearest } from "../workflow/nearest.ts";
import { CONFIG_KEY_NAMES, type ConfigKeyName, isConfigGroup, isConfigKey } from "./keys.ts";

/** One thing that is wrong, or doubtful. */
export interface ConfigProblem {
  /** With an `error`, what it is about is not used. */
  readonly level: "error" | "warning";
  /** A clause without capital and full stop. Never shows a value. */
  readonly message: string;
  /** The file, as messages name it; the variable; the flag. */
  readonly source: string;
  /** From 1; absent where the source has no lines. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** The key, or the beginning of several (`secrets`), as written; null for a whole file. */
  readonly key: string | null;
  /** One next step, mostly the right word. */
  readonly hint?: string;
}

/** Whether a problem is an unknown key: a newer or another program may know it. */
export function isUnknownKey({ key }: ConfigProblem): boolean {
  return key !== null && !isConfigKey(key) && !isConfigGroup(key);
}

/** `file:line:column: message (hint)` */
export function problemText(problem: ConfigProblem): string {
  const { source, line, column, message, hint } = problem;
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  return `${place}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

/** The error of a command that cannot do without what is wrong. */
export function problemError(doing: string, problem: ConfigProblem): OrchestratorError {
  const { source, line, column, key, message, hint } = problem;
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  return new OrchestratorError("config_invalid", `Cannot ${doing}: ${place}: ${message}`, {
    hint: hint ?? "Run `orchestrator config validate`",
    details: {
      source,
      ...(line === undefined ? {} : { line, column: column ?? 1 }),
      ...(key === null ? {} : { key }),
    },
  });
}

/** `Did you mean "feedback_sync"?`, or undefined. */
export function nearestKey(name: string): string | undefined {
  const found = nearest(name, CONFIG_KEY_NAMES) ??
    nearestLast(name.slice(name.lastIndexOf(".") + 1));
  return found === undefined ? undefined : `Did you mean "${found}"?`;
}

/** `order` for `secrets.order`. */
function nearestLast(word: string): ConfigKeyName | undefined {
  const last = (key: string) => key.slice(key.lastIndexOf(".") + 1);
  const found = nearest(word, CONFIG_KEY_NAMES.map(last));
  return CONFIG_KEY_NAMES.find((key) => last(key) === found);
}

/**
 * The error for a key that is in no table.
 * @param doing as in "Cannot <doing>", without the key.
 */
export function unknownKey(doing: string, name: string): OrchestratorError {
  return new OrchestratorError(
    "config_key_unknown",
    `Cannot ${doing} ${JSON.stringify(name)}: there is no such key`,
    {
      hint: nearestKey(name) ?? "Run `orchestrator config show --effective`",
      details: { key: name },
    },
  );
}
