/**
 * Which scripts of a repository name the old tool's files: CI, hooks, Makefiles, package scripts. They
 * go on reading the old places after the files have moved.
 * @module
 */
import { lstatSync, readdirSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { readTextWithin } from "../platform/within.ts";
import { gitDirectory } from "../project/git_remote.ts";

/** A line of a script that has a name. */
export interface NamedIn {
  /** Relative to the root, with `/`; a hook of git's own by `.git/hooks/<name>`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly name: string;
}

/** Files that run things, by their path from the root. */
const SCRIPTS: readonly RegExp[] = [
  /^\.(?:github\/(?:workflows|actions)|circleci|buildkite|woodpecker|forgejo\/workflows|gitea\/workflows)\/.+/,
  /^(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|azure-pipelines|bitbucket-pipelines|appveyor|\.appveyor|\.pre-commit-config|lefthook|\.lefthook)\.ya?ml$/,
  /^(?:\.githooks|\.husky|\.claude\/hooks)\/.+/,
  /^\.claude\/settings(?:\.local)?\.json$/,
  /(?:^|\/)(?:\.envrc|Jenkinsfile|Dockerfile|[Jj]ustfile|Procfile|GNUmakefile|[Mm]akefile|Rakefile|Taskfile\.ya?ml|tox\.ini|noxfile\.py|package\.json|composer\.json|deno\.jsonc?|pyproject\.toml)$/,
  /\.(?:mk|sh|bash|zsh|ps1|cmd|bat)$/,
  /^(?:bin|scripts|tools|hack|ci)\/.+/,
];

/** Folders that are looked into where no list of tracked files is at hand. */
const FOLDERS = [
  "",
  ".claude",
  ".claude/hooks",
  ".githooks",
  ".husky",
  ".github/workflows",
  ".circleci",
  "bin",
  "ci",
  "scripts",
  "tools",
];

/** A script is small, and so is their number; what is beyond is not looked at. */
const MAX_FILE_BYTES = 512 * 1024;
const MAX_FILES = 2000;

/** Whether a path is that of a script. */
export function isScript(path: string): boolean {
  return SCRIPTS.some((pattern) => pattern.test(path));
}

/** The scripts at the usual places, without asking git. */
export function usualScripts(root: string): readonly string[] {
  const found: string[] = [];
  for (const folder of FOLDERS) {
    for (const name of namesIn(folder === "" ? root : `${root}/${folder}`)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isScript(path)) found.push(path);
    }
  }
  return found;
}

/**
 * Finds lines of scripts that have one of the names.
 * @param names as they are written there.
 * @returns in the order of files and lines; each name once for each line.
 */
export function findNamed(
  root: string,
  scripts: Iterable<string>,
  names: readonly string[],
): readonly NamedIn[] {
  const patterns = names.map((name) => ({ name, pattern: patternOf(name) }));
  const found: NamedIn[] = [];
  const look = (file: string, path: string) => {
    const text = textOf(path);
    if (text === null || !patterns.some(({ pattern }) => pattern.test(text))) return;
    for (const [index, line] of text.split("\n").entries()) {
      for (const { name, pattern } of patterns) {
        if (pattern.test(line)) found.push({ file, line: index + 1, name });
      }
    }
  };
  for (const file of [...new Set(scripts)].sort().slice(0, MAX_FILES)) {
    look(file, `${root}/${file}`);
  }
  const git = gitDirectory(root);
  if (git === null) return found;
  for (const name of namesIn(`${git}/hooks`)) {
    if (!name.endsWith(".sample")) look(`.git/hooks/${name}`, `${git}/hooks/${name}`);
  }
  return found;
}

/** A name as a word of its own: `.secrets.enc` is not in `my.secrets.enc.yaml`. */
function patternOf(name: string): RegExp {
  return new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-]|\\.\\w)`);
}

function textOf(path: string): string | null {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
    return readTextWithin(null, path, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
