/**
 * Plays a transcript: carries out its commands and writes down what they do.
 * @module
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { acquireLock, type FileLock } from "../../src/platform/file_lock.ts";
import { changeDirectory, runFileCommand } from "./file_commands.ts";
import { type Result, type Running, runProcess, startInProcess, startProcess } from "./running.ts";
import { Scratch, scratchEnvironment } from "./scratch.ts";
import { StableText } from "./stable_text.ts";
import { parseTranscript, resultText, type Step, stepText } from "./transcript_file.ts";
import { brokenRules, followProblems } from "./transcript_rules.ts";
import { compareTrees, readTree, type Tree } from "./tree.ts";
import { splitCommandLine } from "./words.ts";

/** Where a transcript is played. */
export interface Stage {
  /** Path of the executable to run; absent: the program runs in this process. */
  readonly executable?: string;
  /** Folder of the definitions that `@ workflow NAME` takes. */
  readonly workflows: string;
  /** Called before the first command; may put things into the scratch and its environment. */
  readonly prepare?: (scratch: Scratch, env: Record<string, string>) => void;
  /** Called behind the last command, with what it left. */
  readonly inspect?: (scratch: Scratch) => void;
  /** Options in front of every command of the program. */
  readonly options?: readonly string[];
  /** Told all that a command printed, as it printed it. */
  readonly observe?: (argv: readonly string[], result: Result) => void;
}

/** What became of a transcript. */
export interface Played {
  /** The transcript as it would have to read. */
  readonly text: string;
  /** What is wrong whatever the transcript expects. */
  readonly problems: readonly string[];
  /** Lines of commands that say nothing of what they print. */
  readonly unexpected: readonly number[];
}

/** When a transcript begins by the clock of a run in process. Each command takes a second. */
const BEGIN = Date.parse("2026-01-31T09:30:00.000Z");

/** A transcript that waits longer for something waits in vain. */
const PATIENCE_MS = 20_000;

/**
 * Why a transcript cannot be played on a stage; null when it can. `@ only in-process: …` and
 * `@ only posix: …` say so.
 */
export function unplayable(text: string, stage: Pick<Stage, "executable">): string | null {
  for (const [, place, reason] of text.matchAll(/^@ only ([\w-]+): (.+)$/gm)) {
    if (place === "in-process" && stage.executable !== undefined) return reason ?? "";
    if (place === "posix" && Deno.build.os === "windows") return reason ?? "";
  }
  return null;
}

/**
 * Plays a transcript in a scratch of its own.
 * @throws when the transcript itself is wrong.
 */
export async function playTranscript(text: string, stage: Stage): Promise<Played> {
  const transcript = parseTranscript(text);
  using scratch = new Scratch(Object.fromEntries(transcript.files));
  await using player = new Player(scratch, stage);
  let played = "";
  const unexpected: number[] = [];
  for (const step of transcript.steps) {
    played += stepText(step);
    try {
      if (step.kind === "setting") await player.set(step.words);
      if (step.kind !== "command") continue;
      if (!step.expects && !isBackground(step)) unexpected.push(step.line);
      played += await player.command(step);
    } catch (error) {
      const line = step.kind === "text" ? 0 : step.line;
      throw new Error(`line ${line}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
  stage.inspect?.(scratch);
  return { text: played + transcript.filesText, problems: player.problems, unexpected };
}

function isBackground(step: Extract<Step, { kind: "command" }>): boolean {
  return step.words.endsWith(" &") || /^(?:cd|kill) /.test(step.words);
}

/** A command that runs while the transcript goes on. */
interface Background {
  readonly argv: readonly string[];
  readonly running: Running;
}

/** The surroundings of a transcript's commands. */
class Player implements AsyncDisposable {
  readonly problems: string[] = [];
  readonly #scratch: Scratch;
  readonly #stage: Stage;
  #stable: StableText | undefined;
  readonly #env: Record<string, string>;
  readonly #answers: (boolean | null)[] = [];
  readonly #texts: (string | null)[] = [];
  readonly #secrets: (string | null)[] = [];
  readonly #locks: FileLock[] = [];
  #cwd: string;
  #clock = BEGIN;
  #terminal: number | undefined;
  #background: Background | undefined;
  #remembered: Tree | undefined;
  /** The next command's lines come in no order that stays. */
  #sorted = false;

  constructor(scratch: Scratch, stage: Stage) {
    this.#scratch = scratch;
    this.#stage = stage;
    this.#cwd = scratch.root;
    this.#env = scratchEnvironment(scratch);
    stage.prepare?.(scratch, this.#env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lock of this.#locks) lock.release();
    if (this.#background === undefined) return;
    this.#background.running.interrupt("SIGTERM");
    await this.#background.running.result;
  }

  /** `@ …` */
  async set(setting: string): Promise<void> {
    const [name = "", ...words] = setting.split(" ");
    const rest = words.join(" ");
    switch (name) {
      case "only":
        return;
      case "workflow":
        return this.#scratch.write(
          "workflow.yaml",
          Deno.readTextFileSync(join(this.#stage.workflows, `${rest}.yaml`)),
        );
      case "env":
        return this.#setVariable(rest);
      case "terminal":
        this.#terminal = rest === "off" ? undefined : Number(rest);
        return;
      case "answer":
        this.#answers.push(rest === "cancel" ? null : rest === "yes");
        return;
      case "type":
        this.#texts.push(rest === "<cancel>" ? null : rest);
        return;
      case "secret":
        this.#secrets.push(rest === "<cancel>" ? null : rest);
        return;
      case "later":
        this.#clock += milliseconds(words);
        return;
      case "hold":
        return await this.#hold(rest);
      case "release":
        for (const lock of this.#locks.splice(0)) lock.release();
        return;
      case "until":
        return await this.#until(rest);
      case "printed":
        return await this.#printed(rest);
      case "sorted":
        this.#sorted = true;
        return;
      case "remember":
        this.#remembered = this.#tree();
        return;
      case "unchanged":
        return this.#compare(this.#expand(rest));
      default:
        throw new Error(`there is no setting "${name}"`);
    }
  }

  /** `$ …` @returns what it did, as a transcript says it. */
  async command(step: Extract<Step, { kind: "command" }>): Promise<string> {
    this.#stable ??= new StableText(this.#scratch);
    const stable = this.#stable;
    const background = step.words.endsWith(" &");
    const { assignments, words } = splitCommandLine(
      background ? step.words.slice(0, -2) : step.words,
    );
    const [name = "", ...args] = words.map((word) => stable.expand(word));
    const values = Object.entries(assignments).map(([key, value]) => [key, stable.expand(value)]);
    const env = { ...this.#env, ...Object.fromEntries(values) };
    let result: Result;
    if (name === "cd") {
      this.#cwd = changeDirectory(this.#cwd, args[0]);
      return "";
    } else if (name === "kill") {
      this.#running().interrupt(args[0] === "SIGTERM" ? "SIGTERM" : "SIGINT");
      return "";
    } else if (name === "wait") {
      const running = this.#running();
      const { argv = [] } = this.#background ?? {};
      this.#background = undefined;
      result = await running.result;
      for (const rule of followProblems(argv, result)) {
        this.problems.push(`line ${step.line}: ${step.words}: ${rule}`);
      }
    } else if (name === "orchestrator") {
      if (background) {
        this.#background = { argv: args, running: this.#start(args, env, step.stdin) };
        return "";
      }
      result = await this.#observe(step, args, env);
    } else if (name === "git") {
      result = await runProcess("git", args, { cwd: this.#cwd, env });
    } else {
      const done = runFileCommand(name, args, this.#cwd, step.stdin ?? "");
      if (done === null) throw new Error(`there is no command "${name}"`);
      result = done;
    }
    stable.look();
    const stdout = stable.stable(result.stdout);
    const sorted = this.#sorted || name === "tree" || name === "ls";
    this.#sorted = false;
    return resultText({
      code: result.code,
      stdout: sorted ? sortLines(stdout) : stdout,
      stderr: stable.stable(result.stderr),
    });
  }

  async #observe(
    step: Extract<Step, { kind: "command" }>,
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Result> {
    const before = this.#tree();
    const { options = [], observe } = this.#stage;
    const result = await this.#start([...options, ...argv], env, step.stdin).result;
    observe?.(argv, result);
    const after = this.#tree();
    // While a background process runs, its changes cannot be told from the command's.
    const quiet = this.#background === undefined;
    const seen = { argv, result, env, before: quiet ? before : after, after };
    for (const rule of await brokenRules(seen)) {
      this.problems.push(`line ${step.line}: ${step.words}: ${rule}`);
    }
    return result;
  }

  #start(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    stdin: string | undefined,
  ): Running {
    const surroundings = { cwd: this.#cwd, env, ...(stdin === undefined ? {} : { stdin }) };
    const { executable } = this.#stage;
    if (executable !== undefined) return startProcess(executable, argv, surroundings);
    const now = new Date(this.#clock);
    this.#clock += 1000;
    return startInProcess(argv, {
      ...surroundings,
      now,
      answers: this.#answers,
      texts: this.#texts,
      secrets: this.#secrets,
      ...(this.#terminal === undefined ? {} : { terminal: this.#terminal }),
    });
  }

  #setVariable(text: string): void {
    const at = text.indexOf("=");
    if (at < 0) delete this.#env[text];
    else this.#env[text.slice(0, at)] = this.#expand(text.slice(at + 1));
  }

  /** Holds `repository` or a session, as another process at work would. */
  async #hold(what: string): Promise<void> {
    const state = join(this.#cwd, ".orchestrator");
    const path = what === "repository"
      ? join(state, "lock")
      : join(state, "sessions", this.#expand(what), "lock");
    const holder = { operation: "complete", actor: "bert" };
    this.#locks.push(await acquireLock(path, { holder, timeoutMs: 0, within: null }));
  }

  /** Waits until a file is there: what a command in the background makes. */
  async #until(name: string): Promise<void> {
    const path = resolve(this.#scratch.root, name);
    await waitFor(() => existsSync(path), `${name} has not appeared`);
  }

  /** Waits until the command in the background has printed something. */
  async #printed(text: string): Promise<void> {
    const running = this.#running();
    await waitFor(() => running.printed().includes(text), `it has not printed ${text}`);
  }

  #compare(path: string): void {
    if (this.#remembered === undefined) throw new Error("there is nothing to compare with");
    const prefix = path === "" ? "" : `project/${path}`;
    const changes = compareTrees(this.#remembered, this.#tree()).filter((change) =>
      prefix === "" || change.slice(change.indexOf(" ") + 1).startsWith(prefix)
    );
    if (changes.length > 0) this.problems.push(`not unchanged: ${changes.join(", ")}`);
  }

  #tree(): Tree {
    return readTree(this.#scratch.top);
  }

  #expand(text: string): string {
    return this.#stable?.expand(text) ?? text;
  }

  #running(): Running {
    if (this.#background === undefined) throw new Error("nothing runs in the background");
    return this.#background.running;
  }
}

function sortLines(text: string): string {
  return text.split("\n").slice(0, -1).sort().map((line) => `${line}\n`).join("");
}

async function waitFor(condition: () => boolean, otherwise: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(otherwise);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** `3 days` */
function milliseconds([amount, unit = ""]: readonly string[]): number {
  const units: Readonly<Record<string, number>> = {
    seconds: 1000,
    minutes: 60_000,
    hours: 3_600_000,
    days: 86_400_000,
  };
  const length = units[unit.endsWith("s") ? unit : `${unit}s`];
  if (length === undefined || !Number.isFinite(Number(amount))) {
    throw new Error(`no span of time: ${amount} ${unit}`);
  }
  return Number(amount) * length;
}
