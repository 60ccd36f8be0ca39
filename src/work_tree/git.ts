/**
 * Git that only looks: it writes nothing to the repository and starts no program that the
 * repository's configuration names.
 * @module
 */
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";

/** Settings that count above those of the repository and the user. */
const SETTINGS: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
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

/** A failure of git, with the last line that it printed. */
export class GitFailure extends Error {}

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
    this.#env = lookingEnvironment(env);
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
   * Runs git and returns what it prints.
   * @throws {GitFailure} when it fails, or prints what is no UTF-8; {TooSlow} when the time is up; and
   *   what {@link runProgram} throws when it is not installed.
   */
  async run(args: readonly string[], options: LookRun = {}): Promise<string> {
    const output = await this.bytes(args, options);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(output);
    } catch (error) {
      throw new GitFailure("the name of a file is not UTF-8", { cause: error });
    }
  }

  /** The same, as bytes. */
  async bytes(
    args: readonly string[],
    { input, codes = [] }: LookRun = {},
  ): Promise<Uint8Array> {
    const timeoutMs = this.#deadline - performance.now();
    if (timeoutMs < 1) throw new TooSlow();
    const { exitCode, bytes, stderr } = await this.#within([...this.#settings, ...args], {
      timeoutMs,
      ...(input === undefined ? {} : { input }),
    });
    if (exitCode === 0 || codes.includes(exitCode ?? -1)) return bytes ?? new Uint8Array();
    throw new GitFailure(stderr.trim().split("\n").at(-1) ?? `exit code ${exitCode}`);
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

/** The caller's `GIT_*` would lead it to another repository, index or configuration. */
function lookingEnvironment(env: Environment): Environment {
  const own = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name));
  return {
    ...Object.fromEntries(own),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    // Objects that a partial clone lacks stay away, and replacements do not count.
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    LC_ALL: "C",
  };
}
