/**
 * Layers of the configuration, and which of them wins.
 * @module
 */
import type { ConfigKeyName, ConfigValue } from "./keys.ts";

/** The layers, lowest first. `global` may be several files, in the order of `globalConfigFiles`. */
export type LayerName = "default" | "global" | "repository" | "environment" | "flag";

/** Where a value comes from. */
export type Origin =
  | { readonly layer: "default" }
  | {
    readonly layer: "global" | "repository";
    /** As messages name it: relative to the root, or from `~/`. */
    readonly file: string;
    /** Of the value, both from 1. */
    readonly line: number;
    readonly column: number;
  }
  | { readonly layer: "environment"; readonly variable: string }
  | { readonly layer: "flag"; readonly flag: string };

/** A value with its origin. */
export interface Entry {
  readonly value: ConfigValue;
  readonly origin: Origin;
}

/** The entries of one source: a file, the environment, the command line, the table's defaults. */
export interface Layer {
  readonly name: LayerName;
  readonly entries: ReadonlyMap<ConfigKeyName, Entry>;
}

/** The value of a key that is in force, and what it stands in front of, highest first. */
export interface Effective extends Entry {
  readonly key: ConfigKeyName;
  readonly shadowed: readonly Entry[];
}

/**
 * Merges layers key by key.
 * @param layers lowest first. A key of none of them has no value: null, from the defaults.
 */
export function effective(layers: readonly Layer[], key: ConfigKeyName): Effective {
  const entries = layers.flatMap((layer) => layer.entries.get(key) ?? []).reverse();
  const [winner, ...shadowed] = entries;
  if (winner === undefined) return { key, value: null, origin: { layer: "default" }, shadowed: [] };
  return { key, ...winner, shadowed };
}

/** An origin as people read it: `env ORCHESTRATOR_COLOR`, `file .orchestrator/config.yaml:3:16`. */
export function originText(origin: Origin): string {
  switch (origin.layer) {
    case "default":
      return "default";
    case "global":
    case "repository":
      return `file ${origin.file}:${origin.line}:${origin.column}`;
    case "environment":
      return `env ${origin.variable}`;
    case "flag":
      return `flag ${origin.flag}`;
  }
}
