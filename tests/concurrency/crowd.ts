/**
 * Many processes on one project: the executable, and Deno from source.
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSession } from "../../src/session/load.ts";
import { walkChain } from "../../src/session/journal.ts";
import { replay } from "../../src/session/rebuild.ts";
import { FileBackend } from "../../src/storage/file_backend.ts";
import type { SessionEvent } from "../../src/workflow/events.ts";
import { denoDirectory } from "../harness/deno_directory.ts";
import { BRIEF, LONG } from "../harness/effort.ts";
import { executable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const BATCH = fileURLToPath(new URL("./batch.ts", import.meta.url));

/** Longer than anyone waits for anyone here, on a machine that is busy with other things too. */
const PATIENCE_SECONDS = "120";

/** How many processes, and how much each does. */
export const SCALE = {
  processes: setting("CONCURRENCY_PROCESSES", LONG ? 100 : BRIEF ? 16 : 50),
  mutations: setting("CONCURRENCY_MUTATIONS", LONG ? 40 : BRIEF ? 10 : 20),
} as const;

function setting(name: string, value: number): number {
  const text = Deno.env.get(name);
  if (text === undefined || text === "") return value;
  const number = Number(text);
  assert.ok(Number.isInteger(number) && number > 0, `${name} must be a number above 0`);
  return number;
}

/** A project in a scratch, and processes that work on it. */
export class Crowd implements Disposable {
  readonly scratch: Scratch;
  readonly file: string;
  readonly backend: FileBackend;

  private constructor(scratch: Scratch, file: string) {
    this.scratch = scratch;
    this.file = file;
    this.backend = new FileBackend(scratch.path(".orchestrator"));
  }

  /** @param files texts by path relative to the project. */
  static async gather(files: Readonly<Record<string, string>> = {}): Promise<Crowd> {
    return new Crowd(new Scratch(files), await executable());
  }

  get environment(): Record<string, string> {
    return scratchEnvironment(this.scratch, { ORCHESTRATOR_LOCK_TIMEOUT: PATIENCE_SECONDS });
  }

  /** Runs the executable. */
  run(...argv: string[]): Promise<Result> {
    return runProcess(this.file, argv, { cwd: this.scratch.root, env: this.environment });
  }

  /** Runs the executable, which must succeed and warn of nothing; gives the data of its answer. */
  // deno-lint-ignore no-explicit-any -- each command has data of its own
  async json(...argv: string[]): Promise<any> {
    return dataOf(await this.run(...argv, "--json"), argv);
  }

  /** One process for each command line, one after the other. */
  async inTurn(argvs: readonly string[][]): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (const argv of argvs) results.push(await this.run(...argv));
    return results;
  }

  /** One process of Deno, from source, for all command lines. */
  async onDeno(argvs: readonly string[][]): Promise<readonly Result[]> {
    const { code, stdout, stderr } = await runProcess(
      Deno.execPath(),
      ["run", "--allow-all", "--no-check", BATCH, JSON.stringify(argvs)],
      // Deno keeps what it has compiled below the tester's own home.
      { cwd: this.scratch.root, env: { ...this.environment, ...denoDirectory() } },
    );
    assert.equal(code, 0, stderr);
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Result);
  }

  /** See {@link settled}. */
  settled(id: string): Promise<readonly SessionEvent[]> {
    return settled(this.backend, id);
  }

  /** Temporary files and folders anywhere in the state directory. */
  leftovers(): readonly string[] {
    return readdirSync(this.scratch.path(".orchestrator"), { recursive: true, encoding: "utf8" })
      .filter((name) => /(?:^|[/\\])\.(?:tmp|staging|removed|replacing)-/.test(name));
  }

  /** Names of the sessions' folders. */
  folders(): readonly string[] {
    return readdirSync(join(this.scratch.path(".orchestrator"), "sessions")).sort();
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** The events of a session whose chain holds and whose state.json says what they add up to. */
export async function settled(backend: FileBackend, id: string): Promise<readonly SessionEvent[]> {
  const read = await backend.readJournal(id);
  assert.ok(!read.unchanged);
  assert.equal(read.tornBytes, 0);
  const { events, bad } = walkChain(read.lines);
  assert.equal(bad, null, JSON.stringify(bad));
  const { state, rebuilt } = await loadSession(backend, id);
  assert.equal(rebuilt, null);
  assert.equal(JSON.stringify(state), JSON.stringify(replay(id, events)));
  return events;
}

/**
 * The data of an answer, which must be a success.
 * @param warned what it may warn of. Default: nothing.
 */
// deno-lint-ignore no-explicit-any -- each command has data of its own
export function dataOf(result: Result, argv: readonly string[] = [], warned?: RegExp): any {
  assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
  assert.equal(result.stderr, "", argv.join(" "));
  const { data, warnings } = JSON.parse(result.stdout);
  const unexpected = (warnings as string[]).filter((text) => warned?.test(text) !== true);
  assert.deepEqual(unexpected, [], argv.join(" "));
  return data;
}
