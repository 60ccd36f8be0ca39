/**
 * Fetches the encrypted files of a repository of secrets.
 *
 * Anyone who can push there is not trusted with more than the values: nothing is checked out, and of the
 * repository only regular files are looked at that are named and sized as secrets are. Links, submodules,
 * hooks, filters and attributes mean nothing to what is done here.
 * @module
 */
import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { FOR_SERVERS, GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";
import { removeTemporary } from "../platform/remove_tree.ts";
import { isWindows } from "../platform/runtime.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { TEMPORARY_FOLDERS } from "../state_layout/places.ts";
import { isSecretName } from "./name.ts";
import { redact } from "./redact.ts";

/** What such a repository holds. */
export interface FetchedSecrets {
  /** The commit, as git names it. */
  readonly commit: string;
  /** By path: `NAME.age`, or `<folder>/NAME.age`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What is fetched, and how. */
export interface FetchRequest {
  /** As git takes it; may hold credentials. */
  readonly address: string;
  /** The same for messages. */
  readonly shown: string;
  readonly env: Environment;
  /** For all that the server is asked. */
  readonly timeoutMs: number;
  /** The commit that is known already. */
  readonly known: string | null;
  /** The most bytes that its newest commit may have, packed; a multiple of 512. Default 16 MiB. */
  readonly mostBytes?: number | undefined;
}

/** Larger repositories hold something else. */
const MOST = { packBytes: 16 * 1024 * 1024, listBytes: 4 * 1024 * 1024, files: 2000 } as const;

/** All encrypted files together. */
export const MOST_SECRET_BYTES = 8 * 1024 * 1024;

const SETTINGS: readonly string[] = [
  "gc.auto=0",
  "maintenance.auto=false",
  // One pack, whose size is limited as a file's.
  "fetch.unpackLimit=1",
  "transfer.unpackLimit=1",
  // Larger files are not taken into memory.
  "core.bigFileThreshold=1m",
  "fetch.recurseSubmodules=false",
  "submodule.recurse=false",
  "fetch.writeCommitGraph=false",
  "credential.interactive=never",
  "protocol.version=2",
];

/**
 * The first argument is the size of the largest file, in units of 512 bytes (POSIX, `ulimit`). A shell
 * that does not know the limit goes on without it.
 */
const WITHIN_SIZE = 'ulimit -f "$1" 2>/dev/null; shift; exec git "$@"';

/**
 * The encrypted files of the newest commit on the server's default branch.
 * @returns null when that is still the commit which is known.
 * @throws `git_failed`, `limit_exceeded`
 */
export async function fetchSecrets(request: FetchRequest): Promise<FetchedSecrets | null> {
  const folder = mkdtempSync(join(tmpdir(), TEMPORARY_FOLDERS.secrets));
  try {
    const git = new Fetcher(request, folder);
    const commit = await git.serverCommit();
    if (commit === request.known) return null;
    await git.fetch(commit.length === 64 ? "sha256" : "sha1");
    return await git.read();
  } finally {
    removeTemporary(folder);
  }
}

const REF = "refs/orchestrator/secrets";

/** Git in a bare repository that is thrown away afterwards. */
class Fetcher {
  readonly #request: FetchRequest;
  readonly #folder: string;
  readonly #env: Environment;
  readonly #deadline: number;

  constructor(request: FetchRequest, folder: string) {
    this.#request = request;
    this.#folder = folder;
    this.#deadline = performance.now() + request.timeoutMs;
    const own = gitEnvironment(request.env, FOR_SERVERS);
    const asks = own["GIT_SSH_COMMAND"] ?? own["GIT_SSH"];
    this.#env = {
      ...own,
      PATH: own["PATH"] ?? process.env["PATH"],
      GCM_INTERACTIVE: "never",
      // An address that the user's own settings turn into another one has no other scheme either.
      GIT_ALLOW_PROTOCOL: "http:https:ssh:git:file",
      ...asks === undefined ? { GIT_SSH_COMMAND: "ssh -o BatchMode=yes" } : {},
    };
  }

  /** The commit at the server's HEAD. */
  async serverCommit(): Promise<string> {
    const args = ["ls-remote", "--quiet", "--", this.#request.address, "HEAD"];
    const { stdout } = await this.#run(args);
    const commit = /^([0-9a-f]{40}|[0-9a-f]{64})\tHEAD$/m.exec(stdout)?.[1];
    if (commit !== undefined) return commit;
    throw this.#failed("it has no commits");
  }

  async fetch(format: string): Promise<void> {
    await this.#run(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`]);
    await this.#run([
      "fetch",
      "--quiet",
      "--depth=1",
      "--no-tags",
      "--no-recurse-submodules",
      // It would hold the address.
      "--no-write-fetch-head",
      "--no-auto-gc",
      "--refmap=",
      "--",
      this.#request.address,
      `+HEAD:${REF}`,
    ]);
  }

  async read(): Promise<FetchedSecrets> {
    const { stdout: commit } = await this.#run(["rev-parse", "--verify", `${REF}^{commit}`]);
    const { stdout: tree } = await this.#run(["ls-tree", "-r", "-z", "--long", commit.trim()]);
    const entries = tree.split("\0").flatMap((line) => entryOf(line) ?? []);
    const size = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (entries.length > MOST.files || size > MOST_SECRET_BYTES) {
      throw this.#tooLarge(
        entries.length > MOST.files
          ? `more than ${MOST.files} secrets`
          : `more than ${exactByteSize(MOST_SECRET_BYTES)} of secrets`,
      );
    }
    const input = entries.map(({ oid }) => `${oid}\n`).join("");
    const mostBytes = MOST_SECRET_BYTES + 100 * MOST.files;
    const { bytes = new Uint8Array() } = entries.length === 0
      ? {}
      : await this.#run(["cat-file", "--batch"], { input, binary: true, mostBytes });
    const files = new Map<string, Uint8Array>();
    let at = 0;
    for (const { path, size } of entries) {
      const start = bytes.indexOf(0x0a, at) + 1;
      if (start === 0 || start + size > bytes.length) throw this.#failed("an object is missing");
      files.set(path, bytes.slice(start, start + size));
      at = start + size + 1;
    }
    return { commit: commit.trim(), files };
  }

  async #run(
    args: readonly string[],
    how: { readonly input?: string; readonly binary?: boolean; readonly mostBytes?: number } = {},
  ): Promise<ProgramResult> {
    const left = Math.ceil(this.#deadline - performance.now());
    if (left <= 0) throw this.#late();
    const own = ["--git-dir", this.#folder, ...GIT_QUIET];
    const all = [...own, ...SETTINGS.flatMap((setting) => ["-c", setting]), ...args];
    let result: ProgramResult;
    try {
      result = await runProgram(
        isWindows ? "git" : "/bin/sh",
        isWindows ? all : ["-c", WITHIN_SIZE, "sh", String(this.#mostBytes / 512), ...all],
        {
          cwd: this.#folder,
          env: this.#env,
          timeoutMs: left,
          group: true,
          mostBytes: MOST.listBytes,
          ...how,
        },
      );
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.code === "limit_exceeded") throw this.#tooLarge("too many files");
      if ("timeoutMs" in (error.details ?? {})) throw this.#late();
      throw error;
    }
    if (result.exitCode === 0) return result;
    if (this.#isFull()) throw this.#tooLarge(`more than ${exactByteSize(this.#mostBytes)}`);
    throw this.#failed(this.#reason(result));
  }

  get #mostBytes(): number {
    return this.#request.mostBytes ?? MOST.packBytes;
  }

  /** Whether the limit ended git: it says no more than that a part of it failed. */
  #isFull(): boolean {
    const packs = join(this.#folder, "objects", "pack");
    if (isWindows || !existsSync(packs)) return false;
    return readdirSync(packs).some((name) => statSync(join(packs, name)).size >= this.#mostBytes);
  }

  /** What git says, without the address's credentials. */
  #reason({ exitCode, stderr }: ProgramResult): string {
    if (exitCode === 127) return "git is not installed";
    const { address, shown } = this.#request;
    const lines = stderr.replaceAll(address, shown).replace(/:\/\/[^\s\/@]*@/g, "://")
      .split("\n").map((line) => line.trim()).filter((line) => line !== "");
    const telling = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ??
      `git exited with code ${exitCode}`;
    return redact(telling.slice(0, 2000)).replace(/^(?:fatal|error): /, "").slice(0, 300);
  }

  #late(): OrchestratorError {
    return this.#failed(`no response within ${this.#request.timeoutMs / 1000} s`);
  }

  #failed(reason: string): OrchestratorError {
    const { shown } = this.#request;
    return new OrchestratorError("git_failed", `Cannot read secrets from "${shown}": ${reason}`, {
      hint: "Check the network and your login there, then run `orchestrator secrets doctor`",
      details: { reason },
    });
  }

  #tooLarge(what: string): OrchestratorError {
    const { shown } = this.#request;
    const reason = `it holds ${what}`;
    return new OrchestratorError(
      "limit_exceeded",
      `Cannot read secrets from "${shown}": ${reason}`,
      {
        details: { reason },
      },
    );
  }
}

interface Entry {
  readonly path: string;
  readonly oid: string;
  readonly size: number;
}

/** A line of `ls-tree --long`; null for what is no secret. */
function entryOf(line: string): Entry | null {
  const [, oid = "", size = "", path = ""] =
    /^100(?:644|755) blob ([0-9a-f]+) +(\d+)\t(.*)$/.exec(line) ?? [];
  if (!isSecretPath(path) || Number(size) > LIMITS.secret) return null;
  return { path, oid, size: Number(size) };
}

/** Whether a path is a secret's: `NAME.age`, or `<repository's id>/NAME.age`. */
export function isSecretPath(path: string): boolean {
  const [, name = ""] = /^(?:[\w-]{1,100}\/)?(\w+)\.age$/.exec(path) ?? [];
  return isSecretName(name);
}
