/**
 * Loads the configuration.
 * @module
 */
import {
  Config,
  type ConfigFlag,
  defaultLayer,
  environmentLayer,
  flagLayer,
  type LoadedLayer,
} from "./config.ts";
import { mayBeThere } from "./quick_checks.ts";
import { readPlainFile } from "./plain_text.ts";
import type { ConfigFile } from "./read_file.ts";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Lowest first; those that are not there are passed over. */
  readonly files: readonly ConfigFile[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Later ones win. */
  readonly flags: readonly ConfigFlag[];
}

/** Loads all layers. What is wrong in one becomes a problem of the result; nothing is thrown. */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  return new Config([
    defaultLayer(),
    ...await fileLayers(sources.files),
    environmentLayer(sources.env),
    flagLayer(sources.flags),
  ]);
}

/** The YAML library is loaded only when there is something to read that needs it. */
async function fileLayers(files: readonly ConfigFile[]): Promise<readonly LoadedLayer[]> {
  const layers: LoadedLayer[] = [];
  for (const file of files.filter(({ path }) => mayBeThere(path))) {
    const read = readPlainFile(file) ?? (await import("./read_file.ts")).readConfigFile(file);
    if (read !== null) layers.push(read);
  }
  return layers;
}
