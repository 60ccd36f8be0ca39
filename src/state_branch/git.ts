/**
 * Runs git without side effects for the user: no hook, no prompt, no index, no signing, no
 * maintenance, regardless of their configuration.
 * @module
 */
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { FOR_SERVERS, GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";
import { trustCommand } from "../project/git_failure.ts";
import { redact } from "../secrets/redact.ts";
import { clearRefLock } from "./ref_lock.ts";

/** Settings that count above all of the user's. */
const SETTINGS: readonly string[] = [
  "core.autocrlf=false",
  "core.safecrlf=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "commit.gpgSign=false",
  "push.gpgSign=false",
  "push.followTags=false",
  "push.recurseSubmodules=no",
  "push.default=nothing",
  "fetch.recurseSubmodules=false",
  "fetch.prune=false",
  "fetch.writeCommitGraph=false",
  "submodule.recurse=false",
  "credential.interactive=never",
  "advice.pushUpdateRejected=false",
  "protocol.version=2",
  // What is acknowledged must not be lost with the power. A git older than 2.36 does not know it yet.
  "core.fsync=loose-object,pack,pack-metadata,reference",
  "core.fsyncMethod=fsync",
];

/** Signs of damage in what git prints, of which {@link repairing} makes the best. */
const DAMAGE =
  /object file .* is empty|is corrupt|reference broken|ignoring broken ref|bad object|did not send all necessary objects|unable to (?:unpack|read|open)|inflate: |is unavailable|missing (?:blob|tree|commit)|unable to stream|bad tree|corrupt loose object|could not (?:read|parse)|not a valid object|invalid sha1 pointer|does not point to a valid object|hash mismatch|garbage at end|reference already exists/i;

/** Most characters of complaints that are kept. */
const MOST_COMPLAINTS = 64 * 1024;

/** Time limit of a local command, in milliseconds. */
const LOCAL_TIMEOUT_MS = 60_000;

/** Most bytes that git prints of a state branch without its files: lists of them, of refs, of commits. */
export const MOST_LISTED = 64 * 1024 * 1024;

/** How often a command is tried whose way a lock was in. */
const ATTEMPTS = 3;

/** Why a server did not do what it was asked. */
export type TroubleKind =
  /** Not now: no network, no answer in time, a server that fails. */
  | "unreachable"
  /** Not us: 401, 403, a login that is missing. */
  | "forbidden"
  /** Not this: a hook or a rule of the server refuses the branch. */
  | "rejected"
  /** Another process was faster. */
  | "stale"
  /** The branch does not exist on the server. */
  | "absent";

/** A server did not do what it was asked: `git_failed`. */
export class Trouble extends OrchestratorError {
  readonly trouble: TroubleKind;

  /** @param reason becomes the message; the caller says what could not be done. */
  constructor(trouble: TroubleKind, reason: string) {
    super("git_failed", reason, { details: { trouble } });
    this.trouble = trouble;
  }
}

/** How one git command is run. */
export interface GitRun {
  readonly input?: string | Uint8Array;
  readonly env?: Environment;
  /** Talks to a server: the time-out of pushes counts, and failures are {@link Trouble}. */
  readonly network?: boolean;
  /** Hands over bytes, and no text. */
  readonly binary?: boolean;
  /** The most bytes it may print. Default: what the list of any state branch has. */
  readonly mostBytes?: number;
  /** What it writes is made durable by the caller. */
  readonly unsynced?: boolean;
  /** Exit codes besides 0 that are answers. */
  readonly codes?: readonly number[];
}

/** Git in one repository. */
export class Git {
  readonly root: string;
  /** Of objects: `sha1` or `sha256`. */
  readonly objectFormat: "sha1" | "sha256";
  /** Absolute path of the directory that worktrees share. */
  readonly commonDirectory: string;
  readonly #env: Environment;
  readonly #networkTimeoutMs: number;
  /** When the last command that talks to a server must have ended; Infinity: each has its own time. */
  readonly #deadline: number;
  #complaints = "";

  private constructor(
    root: string,
    env: Environment,
    networkTimeoutMs: number,
    found: {
      readonly objectFormat: "sha1" | "sha256";
      readonly commonDirectory: string;
      readonly deadline: number;
    },
  ) {
    this.root = root;
    this.objectFormat = found.objectFormat;
    this.commonDirectory = found.commonDirectory;
    this.#env = env;
    this.#networkTimeoutMs = networkTimeoutMs;
    this.#deadline = found.deadline;
  }

  /**
   * Git in the repository that contains `root`.
   * @param options.together all commands that talk to a server have that time together, from now on.
   * @returns Null where there is none.
   * @throws `git_failed` when git is not installed, too old, or does not trust the directory.
   */
  static async open(
    root: string,
    env: Environment,
    networkTimeoutMs: number,
    { together = false }: { readonly together?: boolean } = {},
  ): Promise<Git | null> {
    const deadline = together ? performance.now() + networkTimeoutMs : Infinity;
    const clean = cleanEnvironment(env);
    const args = [
      "rev-parse",
      "--path-format=absolute",
      "--show-object-format",
      "--git-common-dir",
    ];
    const result = await runGit(root, args, clean);
    if (result.exitCode !== 0) {
      if (/not a git repository/i.test(result.stderr)) return null;
      throw gitFailed(args, result.stderr);
    }
    const [format, commonDirectory = ""] = result.stdout.split("\n");
    const objectFormat = format === "sha256" ? "sha256" : "sha1";
    const ssh = await runGit(root, ["config", "core.sshCommand"], clean);
    const asks = env["GIT_SSH_COMMAND"] ?? env["GIT_SSH"] ?? ssh.stdout.trim();
    // An ssh prompt would wait for ever; a user's own ssh command is not changed.
    const quiet = asks === "" ? { ...clean, GIT_SSH_COMMAND: "ssh -o BatchMode=yes" } : clean;
    return new Git(root, quiet, networkTimeoutMs, { objectFormat, commonDirectory, deadline });
  }

  /**
   * Runs git.
   * @throws `git_failed` for an exit code that is no answer; {@link Trouble} with `network`.
   */
  async run(args: readonly string[], options: GitRun = {}): Promise<ProgramResult> {
    for (let attempt = 1;; attempt++) {
      const result = await this.#runOnce(args, options);
      if (result.exitCode === 0) return result;
      const again = attempt < ATTEMPTS && await clearRefLock(this.commonDirectory, result.stderr);
      if (again) continue;
      if (options.codes?.includes(result.exitCode ?? -1) === true) return result;
      if (options.network === true) throw troubleOf(`${result.stdout}\n${result.stderr}`);
      throw gitFailed(args, result.stderr);
    }
  }

  async #runOnce(args: readonly string[], options: GitRun): Promise<ProgramResult> {
    const { input, network = false, binary = false, unsynced = false } = options;
    const { mostBytes = MOST_LISTED } = options;
    const env = { ...this.#env, ...options.env };
    try {
      const timeoutMs = network ? this.#timeLeft() : LOCAL_TIMEOUT_MS;
      const how = { timeoutMs, input, binary, unsynced, mostBytes };
      const result = await runGit(this.root, args, env, how);
      if (DAMAGE.test(result.stderr)) this.complain(result.stderr);
      return result;
    } catch (error) {
      const { code } = error instanceof OrchestratorError ? error : {};
      if (code === "limit_exceeded") {
        const said = `it prints more than ${exactByteSize(mostBytes)}`;
        throw gitFailed(args, said, { mostBytes });
      }
      const late = error instanceof OrchestratorError && "timeoutMs" in (error.details ?? {});
      if (!network || !late) throw error;
      throw this.#late();
    }
  }

  /** @throws Trouble when there is none. */
  #timeLeft(): number {
    const left = Math.ceil(Math.min(this.#networkTimeoutMs, this.#deadline - performance.now()));
    if (left <= 0) throw this.#late();
    return left;
  }

  #late(): Trouble {
    return new Trouble("unreachable", `no response within ${this.#networkTimeoutMs / 1000} s`);
  }

  /** Notes that an object is missing or damaged, where git says it by its answer only. */
  complain(text: string): void {
    this.#complaints = (this.#complaints + text + "\n").slice(-MOST_COMPLAINTS);
  }

  /** What git has said of damaged objects and refs since this was last asked for; empty for nothing. */
  takeComplaints(): string {
    const complaints = this.#complaints;
    this.#complaints = "";
    return complaints;
  }

  /** The first line of what git prints. */
  async line(args: readonly string[], options: GitRun = {}): Promise<string> {
    return (await this.run(args, options)).stdout.split("\n")[0] ?? "";
  }

  /** The object a name stands for; null when it stands for none. */
  async resolve(name: string): Promise<string | null> {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const { exitCode, stdout } = await this.run(args, { codes: [1, 128] });
    return exitCode === 0 ? stdout.trim() : null;
  }
}

/** Runs git with everything switched off that could touch what is not ours. */
async function runGit(
  cwd: string,
  args: readonly string[],
  env: Environment,
  {
    timeoutMs = LOCAL_TIMEOUT_MS,
    input,
    binary = false,
    unsynced = false,
    mostBytes = MOST_LISTED,
  }: Pick<GitRun, "binary" | "unsynced" | "mostBytes"> & {
    readonly timeoutMs?: number;
    readonly input?: string | Uint8Array | undefined;
  } = {},
): Promise<ProgramResult> {
  const settings = [...SETTINGS, ...unsynced ? ["core.fsync=none"] : []]
    .flatMap((setting) => ["-c", setting]);
  const stall = Math.max(1, Math.floor(timeoutMs / 1000));
  return await runProgram(
    "git",
    [
      ...GIT_QUIET,
      ...settings,
      "-c",
      "http.lowSpeedLimit=1",
      "-c",
      `http.lowSpeedTime=${stall}`,
      ...args,
    ],
    {
      cwd,
      env,
      timeoutMs,
      group: true,
      binary,
      mostBytes,
      ...(input === undefined ? {} : { input }),
    },
  );
}

function cleanEnvironment(env: Environment): Environment {
  return {
    ...gitEnvironment(env, FOR_SERVERS),
    PATH: env["PATH"] ?? process.env["PATH"],
    GCM_INTERACTIVE: "never",
    // What it takes to a server may be a part of a clone that fetches the rest when it is asked for.
    GIT_NO_LAZY_FETCH: undefined,
    GIT_NO_REPLACE_OBJECTS: undefined,
  };
}

/** Signs of trouble in what git and servers print, first match wins. */
const SIGNS: readonly (readonly [RegExp, TroubleKind])[] = [
  [/couldn't find remote ref|remote ref does not exist/i, "absent"],
  [
    /stale info|fetch first|non-fast-forward|cannot lock ref|incorrect old value|already exists/i,
    "stale",
  ],
  [
    /\b(401|403)\b|authentication failed|could not read username|could not read password|permission denied|access denied|permission to .* denied|not authorized|terminal prompts disabled/i,
    "forbidden",
  ],
  [
    /remote rejected|pre-receive hook declined|hook declined|protected branch|GH0\d\d|deny updating|prohibited/i,
    "rejected",
  ],
];

function troubleOf(text: string): Trouble {
  for (const [sign, kind] of SIGNS) if (sign.test(text)) return new Trouble(kind, firstWords(text));
  return new Trouble("unreachable", firstWords(text));
}

function gitFailed(
  args: readonly string[],
  stderr: string,
  details: Readonly<Record<string, unknown>> = {},
): OrchestratorError {
  const trust = trustCommand(stderr);
  const unsafe = trust !== null || /dubious ownership|safe\.directory/i.test(stderr);
  return new OrchestratorError(
    "git_failed",
    `Cannot run "git ${args[0]}": ${firstWords(stderr)}`,
    unsafe
      ? {
        hint: trust === null
          ? "The repository belongs to another user: see safe.directory in `git help config`"
          : `The repository belongs to another user; to trust it, run \`${trust}\``,
      }
      : { details },
  );
}

/** The line of git's that says most, without credentials. */
export function firstWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.find((line) => /^(!|fatal:|error:)/.test(line)) ??
    lines.find((line) => line.startsWith("remote:")) ?? lines[0] ?? "it failed";
  // Of a line of `push --porcelain` only the reason: flag, refs and reason are parted by tabs.
  const reason = telling.startsWith("!") ? telling.split("\t").at(-1) ?? telling : telling;
  return redact(reason.slice(0, 2000)).replace(/^(fatal|error|remote): {0,9}/, "").slice(0, 300);
}
