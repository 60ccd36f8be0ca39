/**
 * Git that only looks: it writes nothing to the repository and starts no program that the
 * repository's configuration names.
 * @module
 */
import { GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";
import { namesAsText, textAsNames } from "./names.ts";

/** Settings that count above those of the repository and the user. */
const SETTINGS: readonly string[] = [
  "core.untrackedCache=false",
  // Times can be set back, the time of the last change to a file's data cannot.
  "core.trustctime=true",
  "core.checkStat=default",
  "core.ignoreStat=false",
  "core.safecrlf=false",
  "core.quotePath=false",
  "submodule.recurse=false",
  "index.recordEndOfIndexEntries=false",
];

/** A failure of git, or of reading what it printed, as a clause. */
export class GitFailure extends Error {}

/** What git says of its failure: the line that it marks as one, which advice may follow. */
function saidBy(stderr: string): string | undefined {
  const lines = stderr.split("\n").map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => line !== "");
  const line = lines.find((text) => /^(fatal|error):/.test(text)) ?? lines.at(-1);
  return line === undefined ? undefined : `git says: ${line}`;
}

/** Time is up. */
export class TooSlow extends Error {}

/** How one command is run. */
interface LookRun {
  readonly input?: string | Uint8Array;
  /** Exit codes besides 0 that are answers. */
  readonly codes?: readonly number[];
}

/** More than the lists of any work tree that is looked at in time. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Git in one work tree, until a deadline. */
export class LookingGit {
  readonly root: string;
  readonly #env: Environment;
  readonly #deadline: number;
  readonly #settings: readonly string[];

  /**
   * @param timeoutMs for all commands together.
   * @param filters drivers of the configuration: none of them is run.
   */
  constructor(root: string, env: Environment, timeoutMs: number, filters: Iterable<string> = []) {
    this.root = root;
    this.#env = gitEnvironment(env);
    this.#deadline = performance.now() + timeoutMs;
    const off = [...filters].flatMap((name) => [
      `filter.${name}.clean=`,
      `filter.${name}.process=`,
      `filter.${name}.required=false`,
    ]);
    this.#settings = [...SETTINGS, ...off].flatMap((setting) => ["-c", setting]);
  }

  /**
   * The same in another directory, until the same deadline.
   * @param filters drivers of the configuration: none of them is run.
   */
  at(root: string, filters: Iterable<string>): LookingGit {
    return new LookingGit(root, this.#env, this.#deadline - performance.now(), filters);
  }

  /**
   * Runs git and returns what it prints, as {@link namesAsText} has it.
   * @throws {GitFailure} when it fails; {TooSlow} when the time is up; and what {@link runProgram}
   *   throws when it is not installed.
   */
  async run(args: readonly string[], options: LookRun = {}): Promise<string> {
    return namesAsText(await this.bytes(args, options));
  }

  /** The same, as bytes. */
  async bytes(
    args: readonly string[],
    { input, codes = [] }: LookRun = {},
  ): Promise<Uint8Array> {
    const timeoutMs = this.#deadline - performance.now();
    if (timeoutMs < 1) throw new TooSlow();
    const { exitCode, bytes, stderr } = await this.#within([
      ...GIT_QUIET,
      ...this.#settings,
      ...args,
    ], {
      timeoutMs,
      ...(input === undefined ? {} : { input: bytesOf(input) }),
    });
    if (exitCode === 0 || codes.includes(exitCode ?? -1)) return bytes ?? new Uint8Array();
    throw new GitFailure(saidBy(stderr) ?? `git ended with exit code ${exitCode}`);
  }

  async #within(
    args: readonly string[],
    more: { readonly timeoutMs: number; readonly input?: string | Uint8Array },
  ): Promise<ProgramResult> {
    try {
      return await runProgram("git", args, {
        cwd: this.root,
        env: this.#env,
        mostBytes: MOST_BYTES,
        binary: true,
        ...more,
      });
    } catch (error) {
      if (performance.now() >= this.#deadline) throw new TooSlow();
      throw error;
    }
  }
}

function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? textAsNames(input) : input;
}
