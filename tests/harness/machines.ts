/**
 * A server that takes state branches, and machines that work with it.
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git, makeBare } from "./git_server.ts";
import { Program, TINY } from "./program.ts";
import type { Result } from "./running.ts";
import { Scratch, scratchEnvironment } from "./scratch.ts";
import { readTree } from "./tree.ts";

/** A server and the machines that use it. */
export class Machines implements Disposable {
  readonly scratch = new Scratch();
  readonly bare: string;
  readonly #workflow: string;

  constructor() {
    this.bare = makeBare(this.scratch.top);
    this.#workflow = join(this.scratch.top, "tiny.yaml");
    writeFileSync(this.#workflow, TINY);
  }

  /** A fresh clone, as a new sandbox has it. */
  clone(name: string, options: { readonly url?: string; readonly args?: string[] } = {}): Machine {
    const root = join(this.scratch.top, name);
    const { url = this.bare, args = [] } = options;
    const remote = url.startsWith("http:");
    git(this.scratch.top, "clone", "--quiet", ...args, remote ? this.bare : url, root);
    // The HTTP server runs in this process, which git would keep waiting.
    if (remote) git(root, "remote", "set-url", "origin", url);
    return this.at(root);
  }

  at(root: string): Machine {
    return new Machine(root, this.scratch, this.#workflow);
  }

  /** Branches on the server besides main. */
  get branches(): readonly string[] {
    return git(this.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")
      .filter((name) => name !== "main" && name !== "");
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** A clone, and the program in it. */
export class Machine extends Program {
  readonly #workflow: string;

  constructor(root: string, scratch: Scratch, workflow: string) {
    super({ root, env: scratchEnvironment(scratch, { ORCHESTRATOR_WEB_MODE: "true" }) });
    this.#workflow = workflow;
  }

  start(task: string, ...more: string[]): Promise<Result> {
    return this.must("start", task, "--workflow", this.#workflow, ...more);
  }

  status(): Promise<{ session: string; task: string; phase: string; seq: number; origin: string }> {
    return this.data("status");
  }

  stateStatus(): Promise<
    { carrier: string; safeAt: string | null; pending: number; branch: string }
  > {
    return this.data("state", "status");
  }

  /** All a user would notice: HEAD, index, work tree, own refs. */
  traces(): ReadonlyMap<string, string> {
    const tree = readTree(this.root, {
      without: [".git", ".orchestrator"],
    });
    const own = git(this.root, "for-each-ref", "refs/heads", "refs/tags", "refs/stash");
    const common = git(this.root, "rev-parse", "--git-dir");
    const file = (name: string) => {
      try {
        return readFileSync(join(this.root, common, name), "latin1");
      } catch {
        return readOutside(common, name);
      }
    };
    return new Map([
      // The root itself changes its time when .orchestrator appears in it.
      ...[...tree].filter(([name]) => name !== "."),
      ["refs", own],
      ...["HEAD", "index", "FETCH_HEAD", "ORIG_HEAD", "config", "shallow"].map((name) =>
        [name, file(name)] as const
      ),
    ]);
  }
}

function readOutside(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "latin1");
  } catch {
    return "none";
  }
}
