/**
 * Where the flow runs: folders on this machine, and a system that starts the program in them.
 * @module
 */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Result, Running } from "../harness/running.ts";

/** How a system starts the program. Paths are this machine's. */
export interface System {
  /** A folder that the program can reach; the system's owner removes it. */
  readonly top: string;
  /** What `--version` must say. */
  readonly target: string;
  /** A command that takes a minute, for the system's shell. */
  readonly minute: string;
  /** Whether it refuses names that Windows keeps for devices. */
  readonly windows: boolean;
  /** Starts the program; what the system itself needs is added to `env`. */
  start(argv: readonly string[], surroundings: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly stdin?: string;
  }): Running;
  /** A path of this machine as the program sees it. */
  path(here: string): string;
}

/** What a command must do. */
export interface Expected {
  /** Default 0. */
  readonly exit?: number;
  /** Must be in what it prints, in either stream. */
  readonly says?: RegExp;
  /** Relative to the project. Default: the project. */
  readonly cwd?: string;
  readonly stdin?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Longest that something may take to appear, in milliseconds: emulators are slow. */
const PATIENCE_MS = 120_000;

/** A project on a system, and what the steps remember of it. */
export class World {
  readonly system: System;
  /** The project's folder: with a space, and letters that are not ASCII. */
  readonly root: string;
  readonly #home: string;

  constructor(system: System) {
    this.system = system;
    const top = realpathSync(system.top);
    this.root = join(top, "Größe 日本");
    this.#home = join(top, "home");
    mkdirSync(this.root);
    mkdirSync(this.#home);
  }

  /** Starts a command of the program. */
  start(argv: readonly string[], { cwd = "", stdin, env = {} }: Expected = {}): Running {
    return this.system.start(argv, {
      cwd: join(this.root, cwd),
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: this.system.path(this.#home),
        USER: "anna",
        LC_ALL: "C.UTF-8",
        TZ: "UTC",
        ...env,
      },
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** Runs a command that must end as expected. A property: steps take it out of the world. */
  readonly run = async (argv: readonly string[], expected: Expected = {}): Promise<Result> => {
    const result = await this.start(argv, expected).result;
    const { exit = 0, says } = expected;
    const said = `${result.stdout}${result.stderr}`;
    const what = `${argv.join(" ")} ended with ${result.code} and said:\n${said}`;
    assert.equal(result.code, exit, what);
    if (says !== undefined) assert.match(said, says, what);
    return result;
  };

  /** Runs a command that must succeed. @returns the `data` of its JSON answer. */
  async data(argv: readonly string[], expected: Expected = {}): Promise<unknown> {
    const { stdout } = await this.run([...argv, "--json"], expected);
    return (JSON.parse(stdout) as { readonly data: unknown }).data;
  }

  /** Writes a file of the project, making its folders. */
  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    writeFileSync(join(this.root, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), "utf8");
  }

  exists(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  makeFolder(name: string): void {
    mkdirSync(join(this.root, name), { recursive: true });
  }

  /** Copies a folder of this machine to one of the project. */
  copy(from: string, to: string): void {
    cpSync(from, join(this.root, to), { recursive: true, verbatimSymlinks: true });
  }

  remove(name: string): void {
    rmSync(join(this.root, name), { recursive: true });
  }

  names(folder: string): readonly string[] {
    return readdirSync(join(this.root, folder)).sort();
  }

  /** Waits until a command has made a file of the project. */
  async appears(name: string, running: Running): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    let ended = "";
    void running.result.then(({ code, stderr }) => ended = `ended with ${code}: ${stderr}`);
    while (!this.exists(name)) {
      assert.equal(ended, "", `${name} has not appeared`);
      assert.ok(Date.now() < deadline, `${name} has not appeared`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
