/**
 * The configuration of one run of the program.
 * @module
 */
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import type { ConfigFile } from "../../config/read_file.ts";
import { userConfigFiles } from "../../project/paths.ts";
import type { Input } from "../command.ts";
import { configFlags } from "./flags.ts";
import type { Context } from "../context.ts";
import type { Whereabouts } from "../secrets/roots.ts";

/**
 * Reads all layers.
 * @throws `config_key_unknown`, `invalid_argument` for what the command line says.
 */
export async function readConfiguration(context: Context, input: Input): Promise<Config> {
  return await loadConfig({
    files: configFiles(context),
    env: context.io.env,
    flags: configFlags(input, context.spec),
  });
}

/** The configuration's files, lowest first, whether they are there or not. */
export function configFiles({ io, usablePaths }: Whereabouts): readonly ConfigFile[] {
  const { home, env } = io;
  const users = userConfigFiles(home, env["XDG_CONFIG_HOME"]).map(({ path, old }): ConfigFile => ({
    layer: "global",
    path,
    shown: homePath(path, home),
    old,
  }));
  if (usablePaths === null) return users;
  const path = usablePaths.config;
  return [...users, { layer: "repository", path, shown: usablePaths.relative(path) }];
}

/** `~/…` for what is below the home directory. */
function homePath(path: string, home: string | undefined): string {
  if (home === undefined || !path.startsWith(home)) return path;
  return `~${path.slice(home.length).replaceAll("\\", "/")}`;
}
