/**
 * Whether a file in a clone was created by its user or came from git: checked for links and for
 * unfinished work before either is used.
 * @module
 */
import { existsSync, lstatSync } from "node:fs";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { GIT_QUIET, gitEnvironment } from "./git_environment.ts";
import { parentOf } from "./path.ts";
import { engine } from "./runtime.ts";

/** Whether git tracks a file; null when this cannot be determined. */
export type Answer = boolean | null;

/** Asked once for each link: a command looks at its state directory many times. */
const answers = new Map<string, Answer>();

/** How long git may take, in ms. */
const PATIENCE_MS = 10_000;

/** Of an answer of git's. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Refuses a directory that is a link unless git knows nothing of it: then its user has made it.
 * @param link the directory.
 * @param path what is about to be reached through it.
 * @param verb what is about to be done, for the message.
 * @throws `link_refused`
 */
export function requireOwnLink(link: string, path: string, verb: string): void {
  let tracked = answers.get(link);
  if (tracked === undefined) {
    tracked = isTrackedLink(link);
    answers.set(link, tracked);
  }
  if (tracked === false) return;
  throw new OrchestratorError(
    "link_refused",
    `Cannot ${verb} "${path}": "${link}" is a symbolic link ${
      tracked ? "that git tracks" : "(cannot determine whether git tracks it)"
    }`,
    {
      hint: tracked
        ? "Replace the link with a directory, or remove it from git"
        : "Make git work here, or replace the link with a directory",
      details: { path, link, within: link },
    },
  );
}

/**
 * Whether git tracks a link, by its index. Links are compared as files, not by name: a file system may
 * take differently written names for the same.
 */
export function isTrackedLink(link: string): Answer {
  const parent = parentOf(link);
  const entries = indexEntries(parent, ":(glob)*");
  if (entries === null) return null;
  const here = lstatSync(link);
  return entries.some((entry) => {
    const name = /^120000 [^\t]*\t(.*)$/s.exec(entry)?.[1];
    if (name === undefined) return false;
    const other = lstatSync(`${parent}/${name}`, { throwIfNoEntry: false });
    return other?.ino === here.ino && other.dev === here.dev;
  });
}

/**
 * Whether git tracks a file, or anything in a directory, by its index. Names that differ in case only
 * are one name here, as they are on some file systems.
 * @param path absolute; its directory exists.
 */
export function isTracked(path: string): Answer {
  const directory = parentOf(path);
  const entries = indexEntries(directory, `:(icase,literal)${path.slice(directory.length + 1)}`);
  return entries === null ? null : entries.length > 0;
}

/** Entries of the index as `ls-files --stage` prints them; none outside a repository. */
function indexEntries(directory: string, pathspec: string): readonly string[] | null {
  if (!insideRepository(directory)) return [];
  const args = [...GIT_QUIET, "ls-files", "--stage", "-z", "--", pathspec];
  const stdout = outputOf(args, directory);
  return stdout === null ? null : stdout.split("\0").filter((entry) => entry !== "");
}

/** What git prints; null when it fails. */
function outputOf(args: string[], cwd: string): string | null {
  const env = gitEnvironment(process.env);
  // Its `spawnSync` passes on what `env` leaves out.
  if (engine() === "deno") {
    try {
      const git = new Deno.Command("git", { args, cwd, env, clearEnv: true, stderr: "null" });
      const { success, stdout } = git.outputSync();
      return success ? new TextDecoder().decode(stdout) : null;
    } catch {
      return null;
    }
  }
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status, stdout } = spawnSync("git", args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: PATIENCE_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return status === 0 ? stdout : null;
}

function insideRepository(directory: string): boolean {
  for (let at = directory;; at = parentOf(at)) {
    if (existsSync(`${at}/.git`)) return true;
    if (parentOf(at) === at) return false;
  }
}
