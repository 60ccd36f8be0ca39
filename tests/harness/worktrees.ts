/**
 * A repository of git's with linked worktrees, and the program in any of its checkouts.
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Result, runInProcess } from "./running.ts";
import { Scratch, scratchEnvironment } from "./scratch.ts";

const WORKFLOW = `name: Short
phases:
  - id: DO
    name: Do
    items:
      - { id: one, name: One }
      - { id: two, name: Two }
      - id: proof
        name: Proof
        verification: { type: file_exists, path: proof.txt }
      - id: here
        name: Here
        verification: { type: command, command: "pwd > where.txt" }
`;

/** The repository. Its main checkout is the scratch's root. */
export class Worktrees implements Disposable {
  readonly scratch = new Scratch();
  readonly main = this.scratch.root;
  readonly env: Record<string, string>;

  constructor() {
    this.env = {
      ...scratchEnvironment(this.scratch),
      GIT_CONFIG_GLOBAL: join(this.scratch.home, ".gitconfig"),
    };
    writeFileSync(join(this.scratch.home, ".gitconfig"), "");
    this.scratch.write("workflow.yaml", WORKFLOW);
    this.git(this.main, "init", "--quiet", "--initial-branch=main");
    this.git(this.main, "add", "--all");
    this.git(this.main, "commit", "--quiet", "--message", "Begin");
  }

  git(cwd: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("git", args, {
      cwd,
      env: this.env,
      encoding: "utf8",
    });
    assert.equal(status, 0, `git ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** Adds a linked worktree on a branch of its name. @returns its path. */
  add(name: string, repository = this.main): string {
    const path = join(this.scratch.top, name);
    this.git(repository, "worktree", "add", "--quiet", "-b", name, path);
    return path;
  }

  /** Absolute path of something beside the checkouts. */
  beside(name: string): string {
    return join(this.scratch.top, name);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  run(
    cwd: string,
    argv: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    return runInProcess(argv, { cwd, env: { ...this.env, ...more } });
  }

  /** Runs a command, which must succeed. @returns the `data` of its JSON answer. */
  async must(
    cwd: string,
    argv: readonly string[],
    more: Readonly<Record<string, string>> = {},
    // deno-lint-ignore no-explicit-any -- tests look into answers of every command.
  ): Promise<any> {
    const { code, stdout, stderr } = await this.run(cwd, [...argv, "--json"], more);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    return JSON.parse(stdout).data;
  }

  /** Runs a command, which must fail. @returns the error of its JSON answer. */
  async mustFail(
    cwd: string,
    argv: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: string; readonly message: string; readonly hint?: string }> {
    const { code, stderr } = await this.run(cwd, [...argv, "--json"], more);
    assert.notEqual(code, 0, argv.join(" "));
    return JSON.parse(stderr).error;
  }

  /** Begins a session. @returns its id. */
  async start(cwd: string, task: string): Promise<string> {
    return (await this.must(cwd, ["start", task])).session;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}
