/**
 * The files of the configuration.
 * @module
 */
import type { ConfigFile } from "../config/read_file.ts";
import { userConfigFiles } from "../project/paths.ts";
import { homePath } from "../project/shown_path.ts";
import type { Whereabouts } from "./workspace.ts";

/** The configuration's files, lowest first, whether they are there or not. */
export function configFiles({ io, usablePaths }: Whereabouts): readonly ConfigFile[] {
  const { home, env } = io;
  const users = userConfigFiles(home, env["XDG_CONFIG_HOME"]).map(({ path, old }): ConfigFile => ({
    layer: "global",
    path,
    shown: home === undefined ? path : homePath(path, home),
    old,
  }));
  if (usablePaths === null) return users;
  const path = usablePaths.config;
  return [...users, { layer: "repository", path, shown: usablePaths.relative(path) }];
}
