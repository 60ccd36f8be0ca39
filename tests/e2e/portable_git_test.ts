/**
 * State that is committed goes through a real git: clones that change line ends, merges that conflict.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noGit, Project } from "../harness/program.ts";
import { type Result, runInProcess, runProcess } from "../harness/running.ts";

const WORKFLOW = `name: shared
phases:
  - id: PLAN
    name: Plan
    items:
      - {id: plan, name: Plan it}
      - {id: check, name: Check it}
`;

/** A repository in portable mode whose state is committed, and clones of it. */
class Portable implements Disposable {
  readonly #project = new Project({ "workflow.yaml": WORKFLOW });

  get root(): string {
    return this.#project.root;
  }

  git(cwd: string, ...args: string[]): Promise<Result> {
    return runProcess("git", args, { cwd, env: this.#project.env });
  }

  async gitDone(cwd: string, ...args: string[]): Promise<string> {
    const result = await this.git(cwd, ...args);
    assert.equal(result.code, 0, `git ${args.join(" ")}\n${result.stderr}`);
    return result.stdout;
  }

  async done(cwd: string, ...argv: string[]): Promise<string> {
    const result = await runInProcess(argv, { cwd, env: this.#project.env });
    assert.equal(result.code, 0, `orchestrator ${argv.join(" ")}\n${result.stderr}`);
    return result.stdout;
  }

  /** @returns the id of the session. */
  async begin(): Promise<string> {
    await this.gitDone(this.root, "init", "-q", "-b", "main");
    await this.done(this.root, "init", "--portable");
    await this.done(this.root, "start", "Add login");
    await this.done(this.root, "complete", "plan");
    await this.done(this.root, "feedback", "tool", "add", "from the first");
    // What many repositories have: git is to decide about line ends.
    this.#project.scratch.write(".gitattributes", "* text=auto\n");
    await this.commit(this.root);
    const [id] = readdirSync(join(this.root, ".orchestrator/sessions"));
    assert.ok(id !== undefined);
    return id;
  }

  /** A clone as git makes it where it turns line ends into those of Windows. */
  async clone(name: string): Promise<string> {
    const target = join(this.#project.scratch.top, name);
    await this.gitDone(
      this.#project.scratch.top,
      ...["clone", "-q", "-c", "core.autocrlf=true", this.root, target],
    );
    return target;
  }

  async commit(cwd: string): Promise<void> {
    await this.gitDone(cwd, "add", "-A");
    await this.gitDone(cwd, "commit", "-q", "-m", "state");
  }

  [Symbol.dispose](): void {
    this.#project[Symbol.dispose]();
  }
}

/** Every committed file of the state directory. */
function committed(root: string, names: string): Readonly<Record<string, string>> {
  const files = names.split("\n").filter((name) => name.startsWith(".orchestrator/"));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), "latin1")]));
}

function test(name: string, fn: (repository: Portable) => Promise<void>): void {
  Deno.test({
    name: `portable state in git: ${name} (skips without git)`,
    ignore: noGit,
    fn: async () => {
      using repository = new Portable();
      await fn(repository);
    },
  });
}

test("not a byte changes where line ends do", async (repository) => {
  const id = await repository.begin();
  const clone = await repository.clone("clone");
  assert.match(readFileSync(join(clone, "workflow.yaml"), "latin1"), /\r\n/, "line ends do change");
  const names = await repository.gitDone(repository.root, "ls-files");
  assert.deepEqual(committed(clone, names), committed(repository.root, names));

  await repository.done(clone, "log", "verify", "--session", id);
  await repository.done(clone, "complete", "check", "--session", id);
  await repository.commit(clone);
  assert.equal(await repository.gitDone(clone, "status", "--porcelain"), "");
  await repository.gitDone(repository.root, "pull", "-q", clone, "main");
  assert.deepEqual(committed(clone, names), committed(repository.root, names));
  assert.match(await repository.done(repository.root, "status"), /2 of 2 items done/);
});

test("a merge that conflicts leaves one whole side, and all feedback", async (repository) => {
  const id = await repository.begin();
  const clone = await repository.clone("clone");
  for (const [root, who] of [[repository.root, "anna"], [clone, "ben"]] as const) {
    await repository.done(root, "note", `by ${who}`, "--session", id);
    await repository.done(root, "feedback", "tool", "add", `from ${who}`, "--session", id);
    await repository.commit(root);
  }
  const merged = await repository.git(repository.root, "pull", "-q", "--no-rebase", clone, "main");
  assert.equal(merged.code, 1, "whose journal goes on is a person's choice");
  const conflicts = await repository.gitDone(
    repository.root,
    ...["diff", "--name-only", "--diff-filter=U"],
  );
  assert.deepEqual(conflicts.trim().split("\n"), [
    `.orchestrator/sessions/${id}/log.jsonl`,
    `.orchestrator/sessions/${id}/state.json`,
  ]);

  await repository.done(repository.root, "log", "verify");
  assert.match(await repository.done(repository.root, "log"), /by anna/);
  const feedback = await repository.done(repository.root, "feedback", "tool", "list");
  for (const who of ["the first", "anna", "ben"]) assert.match(feedback, new RegExp(who));
  await repository.done(repository.root, "complete", "check");
});

test("normal mode hides what portable mode wrote", async (repository) => {
  await repository.gitDone(repository.root, "init", "-q", "-b", "main");
  await repository.done(repository.root, "init", "--portable");
  await repository.done(repository.root, "init", "--normal");
  const shown = await repository.gitDone(repository.root, "status", "--porcelain", "-uall");
  assert.equal(shown, "?? workflow.yaml\n");
});
