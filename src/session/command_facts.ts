/**
 * What is recorded of the surroundings of a command: the program that its first word is, and which
 * variables change what programs do.
 * @module
 */
import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { homePath, shownPath } from "../project/shown_path.ts";
import { canRun } from "../platform/this_machine.ts";
import { isWindows } from "../platform/runtime.ts";
import type { OrchestratorPaths } from "../project/paths.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Of shells, the loader, interpreters and build programs. */
const VARIABLES: ReadonlySet<string> = new Set([
  "BASH_ENV",
  "BASHOPTS",
  "CARGO_BUILD_RUSTC_WRAPPER",
  "CC",
  "CDPATH",
  "CXX",
  "ENV",
  "GNUMAKEFLAGS",
  "GOFLAGS",
  "GRADLE_OPTS",
  "IFS",
  "JAVA_TOOL_OPTIONS",
  "JDK_JAVA_OPTIONS",
  "MAKEFILES",
  "MAKEFLAGS",
  "MAVEN_OPTS",
  "NODE_OPTIONS",
  "NODE_PATH",
  "PERL5LIB",
  "PERL5OPT",
  "PHPRC",
  "PYTEST_ADDOPTS",
  "PYTEST_PLUGINS",
  "PYTHONHOME",
  "PYTHONPATH",
  "PYTHONSTARTUP",
  "RUBYLIB",
  "RUBYOPT",
  "RUSTC_WRAPPER",
  "RUSTFLAGS",
  "SHELLOPTS",
  "_JAVA_OPTIONS",
]);

const FAMILIES = /^(?:BASH_FUNC_|DYLD_|GIT_|LD_|npm_config_)/;

/** Of npm, which reads them without case, those that change what it runs. */
const NPM =
  /^npm_config_(?:script_shell|shell|node_options|userconfig|globalconfig|prefix|ignore_scripts|if_present|workspaces?)$/i;

/**
 * Of git, those that say who and how it is shown, not what is done; and those that say only how its
 * https connections are made: certificates, versions of TLS, speeds. Many machines set them for their
 * proxy. `GIT_SSL_NO_VERIFY` is none of them: without the check, another server can answer. Neither is
 * `GIT_PROXY_COMMAND`, a program.
 */
const HARMLESS =
  /^GIT_(?:AUTHOR|COMMITTER|TERMINAL_PROMPT|EDITOR|SEQUENCE_EDITOR|PAGER|ASKPASS|TRACE|CONFIG_NOSYSTEM|CURL_|HTTP_|PROXY_SSL_|SSL_(?!NO_VERIFY))/;

/** More names than this are not kept. */
const MOST_NAMES = 50;

/** Names, sorted, of the variables that change what programs do. */
export function changingVariables(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && env[name] !== "")
    .filter((name) =>
      VARIABLES.has(name) || NPM.test(name) || FAMILIES.test(name) && !HARMLESS.test(name)
    )
    .sort().slice(0, MOST_NAMES);
}

/** What shells do themselves, so that no file is run. */
const OWN_WORDS: ReadonlySet<string> = new Set(
  (". : [ [[ alias bg break builtin case cd command continue declare dirs do echo eval exec exit " +
    "export false fg for function getopts hash if jobs kill let local popd printf pushd pwd read " +
    "readonly return select set shift source test then time times trap true type typeset ulimit " +
    "umask unalias unset until wait while").split(" "),
);

/** A program's path as messages show it; a home that is a link is known by where it leads, too. */
function shownProgram(paths: OrchestratorPaths, path: string): string {
  const shown = shownPath(paths, path);
  if (shown !== path || paths.userDirectory === undefined) return shown;
  try {
    return homePath(path, realpathSync(dirname(paths.userDirectory)));
  } catch {
    return shown;
  }
}

/**
 * The file that the first word of a command names, as messages show paths.
 * @param directory where the command runs.
 * @returns undefined where that cannot be said: a word of the shell, or one that it works out.
 */
export function programOf(
  command: string,
  { env, directory, paths }: {
    readonly env: Environment;
    readonly directory: string;
    readonly paths: OrchestratorPaths;
  },
): string | undefined {
  const word = /^\s*(?:[A-Za-z_]\w*=[\w./:,@%+-]*\s+)*([\w./@%+-]+)(?=\s|$|[;&|<>)])/.exec(command)
    ?.[1];
  if (word === undefined || OWN_WORDS.has(word)) return undefined;
  const folders = word.includes("/")
    ? [directory]
    : (env["PATH"] ?? "").split(isWindows ? ";" : ":");
  const ends = isWindows ? ["", ...(env["PATHEXT"] ?? ".EXE;.CMD;.BAT").split(";")] : [""];
  for (const folder of folders) {
    // An empty part of PATH is the working directory.
    const place = word.includes("/")
      ? resolve(directory, word)
      : join(resolve(directory, folder), word);
    const found = ends.map((end) => place + end).find(canRun);
    if (found !== undefined) return shownProgram(paths, found);
  }
  return undefined;
}
