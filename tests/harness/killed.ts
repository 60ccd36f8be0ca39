/**
 * The executable, killed while it runs.
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { type Place, Program } from "./program.ts";
import type { Result } from "./running.ts";

/** The program in one folder, killed before each command is run. */
export class Killed extends Program {
  readonly #delay: number;
  /** How many commands were killed before they had ended. */
  killed = 0;

  /** @param delay milliseconds after which a command is killed. */
  constructor(place: Place & { readonly file: string }, delay: number) {
    super(place);
    this.#delay = delay;
  }

  /** Runs a command that is killed after the delay, if it is not done by then. */
  async kill(...argv: readonly string[]): Promise<void> {
    assert.ok(this.file !== undefined);
    const child = spawn(this.file, argv, { cwd: this.root, env: this.env, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", (_, signal) => resolve(signal)));
    const timer = setTimeout(() => child.kill("SIGKILL"), this.#delay);
    if (await ended === "SIGKILL") this.killed += 1;
    clearTimeout(timer);
  }

  /** Kills a command, and runs it again: it must succeed. */
  async does(...argv: readonly string[]): Promise<Result> {
    await this.kill(...argv);
    return await this.must(...argv);
  }
}
