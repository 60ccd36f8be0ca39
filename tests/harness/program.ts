/**
 * The program in a folder: as an executable, or in this process, which is quicker. What a test begins
 * with — a project, a home, a repository, a server — is here; what it proves is in the test.
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { git } from "./git_server.ts";
import { type InProcess, type Result, runInProcess, runProcess } from "./running.ts";
import { Scratch, scratchEnvironment } from "./scratch.ts";

/** Whether git is missing here. Meant for a test's `ignore`. */
export const noGit: boolean = spawnSync("git", ["--version"]).error !== undefined;

/** A test that needs git. */
export function gitTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: noGit, fn });
}

/** Two phases of one item each, `think` and `build`, and no question to a person. */
export const TINY = `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items: [{ id: think, name: Think }]
  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`;

/** Where a program runs, and which. */
export interface Place {
  /** Its working directory, absolute. */
  readonly root: string;
  /** Its whole environment. A test may change it between runs. */
  readonly env: Record<string, string>;
  /** The executable. Default: the program runs in this process. */
  readonly file?: string | undefined;
}

/** The program in one folder. */
export class Program {
  readonly root: string;
  readonly env: Record<string, string>;
  /** The executable; undefined when the program runs in this process. */
  readonly file: string | undefined;

  constructor({ root, env, file }: Place) {
    this.root = root;
    this.env = env;
    this.file = file;
  }

  run(...argv: readonly string[]): Promise<Result> {
    return this.runWith(argv);
  }

  /**
   * Runs a command with what is given for this run only.
   * @param more for an executable: `cwd`, `env`, `stdin`. An `env` is the whole one.
   */
  runWith(argv: readonly string[], more: Partial<InProcess> = {}): Promise<Result> {
    const surroundings = { cwd: this.root, env: this.env, ...more };
    return this.file === undefined
      ? runInProcess(argv, surroundings)
      : runProcess(this.file, argv, surroundings);
  }

  /** Runs a command that must succeed. */
  async must(...argv: readonly string[]): Promise<Result> {
    const result = await this.run(...argv);
    assert.equal(result.code, 0, `${this.root}: ${argv.join(" ")}: ${result.stderr}`);
    return result;
  }

  /** Runs a command that must succeed. @returns the `data` of its JSON answer. */
  async data<Data>(...argv: readonly string[]): Promise<Data> {
    return JSON.parse((await this.must(...argv, "--json")).stdout).data as Data;
  }
}

/** A project of a test's own, and the program in it. */
export class Project extends Program implements Disposable {
  readonly scratch: Scratch;

  /**
   * @param files texts by path relative to the project.
   * @param options.env is added to the environment; an `orchestrator` that is found there, too.
   */
  constructor(
    files: Readonly<Record<string, string>> = {},
    options: {
      readonly env?: Readonly<Record<string, string>>;
      readonly file?: string | undefined;
    } = {},
  ) {
    const scratch = new Scratch(files);
    super({ ...options, root: scratch.root, env: scratchEnvironment(scratch, options.env) });
    this.scratch = scratch;
  }

  /** Absolute path of something beside the project. */
  beside(name: string): string {
    return join(this.scratch.top, name);
  }

  /** Runs git in the project, which must succeed. @returns its stdout, trimmed. */
  git(...args: readonly string[]): string {
    return git(this.root, ...args);
  }

  /** Makes a repository of the project. Nothing is committed. */
  initialize(): void {
    this.git("init", "--quiet", "--initial-branch=main");
  }

  /** Commits all that git does not ignore, or what `args` of `git add` name. */
  commit(message = "Work", ...args: readonly string[]): void {
    this.git("add", ...(args.length === 0 ? ["--all"] : args));
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
  }

  /** Makes an empty bare repository beside the project. @returns its path. */
  bare(name: string): string {
    const path = this.beside(name);
    git(this.scratch.top, "init", "--quiet", "--bare", "--initial-branch=main", path);
    return path;
  }

  /** Clones a repository to a folder beside the project. @returns its path. */
  clone(name: string, from: string, ...args: readonly string[]): string {
    const path = this.beside(name);
    git(this.scratch.top, "clone", "--quiet", ...args, from, path);
    return path;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}
