/**
 * The configuration in force: defaults → global files → the repository's file → environment → flags.
 * @module
 */
import type { OrchestratorError } from "../errors.ts";
import { mayBeConfigVariable } from "./quick_checks.ts";
import {
  CONFIG_KEY_NAMES,
  configKey,
  type ConfigKeyName,
  type ConfigValue,
  isConfigKey,
  type ValueOf,
} from "./keys.ts";
import { type Effective, effective, type Entry, type Layer } from "./layers.ts";
import { type ConfigProblem, nearestKey, problemError } from "./problem.ts";
import { valueFromText } from "./value.ts";

/** A value given on the command line. */
export interface ConfigFlag {
  readonly key: ConfigKeyName;
  readonly value: ConfigValue;
  /** As written: `--set`, `--lock-timeout`. */
  readonly flag: string;
}

/** A layer with what is wrong with it. */
export interface LoadedLayer {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
  /** True when its content is unknown. */
  readonly broken?: boolean;
}

/** The configuration of one run. */
export class Config {
  readonly #loaded: readonly LoadedLayer[];

  /** @param loaded lowest first. */
  constructor(loaded: readonly LoadedLayer[]) {
    this.#loaded = loaded;
  }

  /** Everything that is wrong, lowest layer first. */
  get problems(): readonly ConfigProblem[] {
    return this.#loaded.flatMap(({ problems }) => problems);
  }

  /** A key's value with where it comes from, as far as the layers can be read. */
  effective(key: ConfigKeyName): Effective {
    return effective(this.#loaded.map(({ layer }) => layer), key);
  }

  /** A key's value, as far as the layers can be read: what is wrong in one counts as not there. */
  get<Key extends ConfigKeyName>(key: Key): ValueOf<Key> {
    return this.effective(key).value as ValueOf<Key>;
  }

  /**
   * A key's value for a command that cannot do without the right one.
   * @param doing as in "Cannot <doing>".
   * @throws `config_invalid` when something in front of the value cannot be read.
   */
  require<Key extends ConfigKeyName>(key: Key, doing: string): ValueOf<Key> {
    const error = this.problemOf(key, doing);
    if (error !== null) throw error;
    return this.get(key);
  }

  /** The error that {@link require} throws; null when all is well. */
  problemOf(key: ConfigKeyName, doing: string): OrchestratorError | null {
    for (const { layer, problems } of this.#loaded.toReversed()) {
      const problem = problems.find((problem) =>
        problem.level === "error" && concerns(problem.key, key)
      );
      if (problem !== undefined) return problemError(doing, problem);
      if (layer.entries.has(key)) return null;
    }
    return null;
  }
}

/** Whether a problem with `subject` leaves open what `key` is. */
function concerns(subject: string | null, key: string): boolean {
  return subject === null || subject === key || key.startsWith(`${subject}.`);
}

/** The layer of the table's defaults. */
export function defaultLayer(): LoadedLayer {
  const entries = new Map<ConfigKeyName, Entry>(
    CONFIG_KEY_NAMES.map((key) => [
      key,
      { value: configKey(key).default, origin: { layer: "default" } },
    ]),
  );
  return { layer: { name: "default", entries }, problems: [] };
}

/** The layer of the environment. An empty variable counts as unset. */
export function environmentLayer(
  env: Readonly<Record<string, string | undefined>>,
): LoadedLayer {
  const entries = new Map<ConfigKeyName, Entry>();
  const problems: ConfigProblem[] = [];
  for (const key of CONFIG_KEY_NAMES) {
    const row = configKey(key);
    const text = env[row.env];
    if (text === undefined || text === "") continue;
    const checked = valueFromText(row.type, text);
    if (checked.error !== undefined) {
      problems.push({
        level: "error",
        source: row.env,
        key,
        message: `it must be ${checked.error}`,
      });
      continue;
    }
    entries.set(key, {
      value: checked.value,
      origin: { layer: "environment", variable: row.env },
    });
  }
  return { layer: { name: "environment", entries }, problems };
}

/** Variables that look like ours and are in no table: warnings for `config validate`. */
export function strangeVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly ConfigProblem[] {
  const known = new Set(CONFIG_KEY_NAMES.map((key) => configKey(key).env));
  return Object.keys(env).filter((name) => mayBeConfigVariable(name) && !known.has(name)).sort()
    .flatMap((name) => {
      const hint = nearestKey(name.slice("ORCHESTRATOR_".length).toLowerCase());
      if (hint === undefined) return [];
      const key = /"(.*)"/.exec(hint)?.[1] ?? "";
      return [{
        level: "warning" as const,
        source: name,
        key: null,
        message: "no configuration key has this variable",
        ...(isConfigKey(key) ? { hint: `Did you mean ${configKey(key).env}?` } : {}),
      }];
    });
}

/** The layer of the command line. */
export function flagLayer(flags: readonly ConfigFlag[]): LoadedLayer {
  const entries = new Map<ConfigKeyName, Entry>();
  for (const { key, value, flag } of flags) {
    entries.set(key, { value, origin: { layer: "flag", flag } });
  }
  return { layer: { name: "flag", entries }, problems: [] };
}
