/**
 * Runs the program, in this process or as an executable, with everything it meets passed in.
 * @module
 */
import type { Io } from "../../src/cli/io.ts";
import type { Shown } from "../../src/cli/output/shown.ts";
import type { Pager, PagerRequest } from "../../src/platform/pager.ts";
import { OrchestratorError } from "../../src/errors.ts";
import { run } from "../../src/cli/run.ts";
import { answerProblems } from "./answer_schemas.ts";

// Runs in this process tell times of its zone: the one that executables are given, too.
Deno.env.set("TZ", "UTC");

/** Of scrypt, log2: a few milliseconds instead of a second. Executables take the full one. */
const EASY_WORK_FACTOR = 8;

/** What a run printed and how it ended. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was written to stdout as bytes, by a run in this process. */
  readonly bytes?: Uint8Array;
}

/** What a run meets. */
export interface Surroundings {
  readonly cwd: string;
  /** The whole environment; `HOME` and `USER` are taken from it. */
  readonly env: Readonly<Record<string, string>>;
  /** Text on stdin. Default: none. */
  readonly stdin?: string;
}

/** What only a run in this process can meet. */
export interface InProcess extends Surroundings {
  /** Starts a pager. Default: there is none. */
  readonly pager?: (request: PagerRequest) => Pager<Shown> | null;
  /** Default: the time of day. */
  readonly now?: Date;
  /** A terminal on all three streams, that many columns wide. Default: no terminal. */
  readonly terminal?: number;
  /** Answers to questions, in order; null is Ctrl-C. A question beyond them fails the run. */
  readonly answers?: (boolean | null)[];
  /** Bytes on stdin, instead of text. */
  readonly stdinBytes?: Uint8Array;
  /**
   * What is typed where a line of text is asked for, in order; null is Ctrl-C, the empty text takes
   * what is offered.
   */
  readonly texts?: (string | null)[];
  /** What is typed where a secret is asked for, in order; null is Ctrl-C. */
  readonly secrets?: (string | null)[];
  /** What the processes above have for variables, nearest first. Default: there are none. */
  readonly above?: readonly Readonly<Record<string, string>>[];
  /** Its files were filled with values of other types: answers repeat them. Default false. */
  readonly forged?: boolean;
}

/** A run that has begun. */
export interface Running {
  readonly result: Promise<Result>;
  /** What it has printed on stdout so far. */
  printed(): string;
  /** Tells it to stop, as the system would. */
  interrupt(signal: "SIGINT" | "SIGTERM"): void;
}

/** Runs a command in this process. */
export function startInProcess(argv: readonly string[], surroundings: InProcess): Running {
  const controller = new AbortController();
  const printed = { stdout: "", stderr: "" };
  const output: Uint8Array[] = [];
  const problems: string[] = [];
  const answers = surroundings.answers ?? [];
  const texts = surroundings.texts ?? [];
  const secrets = surroundings.secrets ?? [];
  const now = surroundings.now;
  const io: Io = {
    env: surroundings.env,
    cwd: surroundings.cwd,
    home: surroundings.env["HOME"],
    now: () => now ?? new Date(),
    out: (text) => {
      printed.stdout += text;
      return true;
    },
    lostReader: () => Promise.resolve(false),
    outBytes: (bytes) => {
      output.push(bytes.slice());
      return true;
    },
    err: (text) => {
      printed.stderr += text;
      return true;
    },
    isTerminal: () => surroundings.terminal !== undefined,
    width: () => surroundings.terminal ?? 80,
    userName: () => surroundings.env["USER"] ?? "anna",
    launchedBy: () =>
      Promise.resolve({
        terminal: surroundings.terminal === undefined ? "none" : "/dev/pts/7",
        programs: ["bash", "tmux"],
      }),
    environmentsAbove: () => Promise.resolve(surroundings.above ?? []),
    stdinBytes: async function* () {
      yield surroundings.stdinBytes ?? new TextEncoder().encode(surroundings.stdin ?? "");
    },
    readStdin: () => Promise.resolve(surroundings.stdin ?? ""),
    confirm: (question) => {
      const answer = answers.shift();
      if (answer === undefined) {
        return Promise.reject(new Error(`unexpected question: ${question}`));
      }
      printed.stderr += `[asked] ${question} [${
        answer === null ? "Ctrl-C" : answer ? "yes" : "no"
      }]\n`;
      return Promise.resolve(answer);
    },
    askText: (question, initial) => {
      const typed = texts.shift();
      if (typed === undefined) {
        return Promise.reject(new Error(`unexpected question: ${question}`));
      }
      const text = typed === "" ? initial : typed;
      printed.stderr += `[asked] ${question} (${initial}) [${text ?? "Ctrl-C"}]\n`;
      return Promise.resolve(text);
    },
    askSecret: (question) => {
      const answer = secrets.shift();
      if (answer === undefined) {
        return Promise.reject(new Error(`unexpected question: ${question}`));
      }
      printed.stderr += `[asked] ${question} [${answer === null ? "Ctrl-C" : "hidden"}]\n`;
      return Promise.resolve(answer);
    },
    foreground: async ({ file, args, cwd, env, stdout = "stdout" }) => {
      let result: Result;
      try {
        result = await runProcess(file, args, { cwd, env: definedOnly(env) });
      } catch (cause) {
        const message = `Cannot run "${file}": it is not installed`;
        throw new OrchestratorError("command_failed", message, { cause });
      }
      printed[stdout] += result.stdout;
      printed.stderr += result.stderr;
      return { exitCode: result.code, signal: null };
    },
    pager: (request) => Promise.resolve(surroundings.pager?.(request) ?? null),
    workFactor: EASY_WORK_FACTOR,
    interrupted: controller.signal,
    answered: (command, data) => {
      if (surroundings.forged !== true) problems.push(...answerProblems(command, data));
    },
  };
  return {
    result: run(argv, io).then((code) => {
      if (problems.length > 0) throw new Error([argv.join(" "), ...problems].join("\n"));
      return { code, ...printed, bytes: joinBytes(output) };
    }),
    printed: () => printed.stdout,
    interrupt: (signal) => controller.abort(signal),
  };
}

/** Runs a command in this process until it ends. */
export function runInProcess(argv: readonly string[], surroundings: InProcess): Promise<Result> {
  return startInProcess(argv, surroundings).result;
}

/** Starts a program with exactly the environment given. */
export function startProcess(
  file: string,
  argv: readonly string[],
  surroundings: Surroundings,
): Running {
  const child = new Deno.Command(file, {
    args: [...argv],
    cwd: surroundings.cwd,
    env: { ...surroundings.env },
    clearEnv: true,
    stdin: surroundings.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = { stdout: "", stderr: "" };
  return {
    result: finish(child, surroundings.stdin, output),
    printed: () => output.stdout,
    interrupt: (signal) => child.kill(signal),
  };
}

/** Runs a program until it ends. */
export function runProcess(
  file: string,
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<Result> {
  return startProcess(file, argv, surroundings).result;
}

async function finish(
  child: Deno.ChildProcess,
  stdin: string | undefined,
  output: { stdout: string; stderr: string },
): Promise<Result> {
  const collect = async (stream: "stdout" | "stderr"): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of child[stream]) {
      output[stream] += decoder.decode(chunk, { stream: true });
    }
  };
  const [status] = await Promise.all([
    child.status,
    collect("stdout"),
    collect("stderr"),
    stdin === undefined ? undefined : feed(child, stdin),
  ]);
  return { code: status.code, ...output };
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It ended without reading all of it.
  }
}

function definedOnly(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}

function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
