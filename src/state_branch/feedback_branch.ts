/**
 * The branch that feedback is sent to: a file for each record, named by the record's id. Commits are only
 * added, on top of what the server has.
 *
 * Nothing is remembered on this machine: what the branch has was sent. So a process that is killed, a lost
 * answer and a second machine with the same session send nothing twice, and what was not sent is still in
 * its session. Git works in a temporary repository of its own: the project's is not touched, and need not
 * be one.
 * @module
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, runProgram } from "../platform/processes.ts";
import { removeTemporary } from "../platform/remove_tree.ts";
import type { SharedRecord } from "../session/shared_feedback.ts";
import { isRecord } from "../workflow/record.ts";
import { FEEDBACK_BRANCH, TEMPORARY_FOLDERS } from "../state_layout/places.ts";
import { shownRemote } from "./destination.ts";
import { Git, Trouble } from "./git.ts";
import { readBlobs, type TreeEntry, writeBlobs, writeTree } from "./objects.ts";
import { fetchBranch, pushCommit } from "./server.ts";

/** Where the fetched branch is in the temporary repository. */
const SEEN = "refs/seen";

/** How often a push is retried because another machine was faster. */
const ATTEMPTS = 6;

/** A larger file is no record. In bytes. */
const MOST_BYTES = 64 * 1024;

const README = "README.md";
const README_TEXT = `# Feedback about orchestrator

Written by \`orchestrator feedback sync\`. Each file below records/ is one record, named by its id.
A record whose file is emptied is not sent again; one whose file is removed is.
`;

/** Of every commit: the sender is not named. The server knows who logs in. */
const COMMITTER = {
  GIT_AUTHOR_NAME: "orchestrator",
  GIT_AUTHOR_EMAIL: "orchestrator@localhost",
  GIT_COMMITTER_NAME: "orchestrator",
  GIT_COMMITTER_EMAIL: "orchestrator@localhost",
};

/** The branch in one repository. Disposing of it removes the temporary repository. */
export class FeedbackBranch implements Disposable {
  readonly #folder: string;
  readonly #git: Git;
  readonly #remote: string;

  private constructor(folder: string, git: Git, remote: string) {
    this.#folder = folder;
    this.#git = git;
    this.#remote = remote;
  }

  /**
   * Makes the temporary repository. Asks no server.
   * @param remote a URL.
   * @throws `git_failed`
   */
  static async open(
    remote: string,
    env: Environment,
    networkTimeoutMs: number,
  ): Promise<FeedbackBranch> {
    const folder = mkdtempSync(join(tmpdir(), TEMPORARY_FOLDERS.feedback));
    try {
      const result = await runProgram("git", ["init", "--quiet", "--bare", "--template=", "."], {
        cwd: folder,
        env: gitEnvironment(env),
        timeoutMs: networkTimeoutMs,
        mostBytes: MOST_BYTES,
      });
      const git = result.exitCode === 0 ? await Git.open(folder, env, networkTimeoutMs) : null;
      if (git === null) throw failed(remote, "git cannot make a temporary repository");
      return new FeedbackBranch(folder, git, remote);
    } catch (error) {
      removeTemporary(folder);
      throw error;
    }
  }

  /**
   * Those records that the server does not have, or has with less.
   * @throws `git_failed`
   */
  async missing(records: readonly SharedRecord[]): Promise<readonly SharedRecord[]> {
    return await this.#telling(async () => (await this.#compare(records)).missing);
  }

  /**
   * Sends records. Of those that another machine has sent in the meantime none goes twice.
   * @returns how many were sent.
   * @throws `git_failed`: then it is not known whether the server took them; asking again tells.
   */
  async add(records: readonly SharedRecord[], now: Date): Promise<number> {
    return await this.#telling(async () => {
      for (let attempt = 1;; attempt++) {
        const { tip, entries, missing } = await this.#compare(records);
        if (missing.length === 0) return 0;
        const commit = await this.#commit({ tip, entries, missing }, now);
        try {
          const push = { commit, branch: FEEDBACK_BRANCH, expected: tip };
          await pushCommit(this.#git, this.#remote, push);
          return missing.length;
        } catch (error) {
          const isStale = error instanceof Trouble && error.trouble === "stale";
          if (!isStale || attempt === ATTEMPTS) throw error;
          const pause = 20 * 2 ** attempt * (0.5 + Math.random());
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    });
  }

  [Symbol.dispose](): void {
    removeTemporary(this.#folder);
  }

  /** Compares with what the server has at this moment. */
  async #compare(records: readonly SharedRecord[]) {
    const isThere = await fetchBranch(this.#git, this.#remote, {
      branch: FEEDBACK_BRANCH,
      into: SEEN,
      depth: 1,
    });
    const tip = isThere ? await this.#git.resolve(SEEN) : null;
    const entries = tip === null ? new Map<string, TreeEntry>() : await this.#entries(tip);
    const known = records.flatMap((record) => entries.get(pathOf(record)) ?? []);
    const blobs = await readBlobs(this.#git, known.map(({ oid }) => oid));
    const texts = new Map(known.map(({ oid }, index) => [oid, blobs[index]]));
    const missing = records.filter((record) => {
      const entry = entries.get(pathOf(record));
      return entry === undefined || isLess(texts.get(entry.oid), record);
    });
    return { tip, entries, missing };
  }

  /** All files of a commit, by path. */
  async #entries(commit: string): Promise<Map<string, TreeEntry>> {
    const { stdout } = await this.#git.run(["ls-tree", "-r", "-z", commit]);
    return new Map(
      stdout.split("\0").flatMap((line): [string, TreeEntry][] => {
        const [, mode, type, oid, path] = /^(\d+) (blob|commit) ([0-9a-f]+)\t(.+)$/s.exec(line) ??
          [];
        return mode === undefined || oid === undefined || path === undefined
          ? []
          : [[path, { mode, type: type === "blob" ? "blob" : "commit", oid }]];
      }),
    );
  }

  async #commit(
    { tip, entries, missing }: {
      readonly tip: string | null;
      readonly entries: Map<string, TreeEntry>;
      readonly missing: readonly SharedRecord[];
    },
    now: Date,
  ): Promise<string> {
    const files = [
      ...(entries.has(README) ? [] : [[README, README_TEXT] as const]),
      ...missing.map((record) => [pathOf(record), `${JSON.stringify(record)}\n`] as const),
    ];
    const oids = await writeBlobs(this.#git, bytesOf(files.map(([, text]) => text)));
    for (const [index, [path]] of files.entries()) {
      entries.set(path, { mode: "100644", type: "blob", oid: oids[index] ?? "" });
    }
    const { oid: tree } = await writeTree(this.#git, entries);
    const date = `${Math.floor(now.getTime() / 1000)} +0000`;
    return await this.#git.line(
      ["commit-tree", tree, ...(tip === null ? [] : ["-p", tip])],
      {
        input: "Feedback\n",
        env: { ...COMMITTER, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      },
    );
  }

  /** Says what could not be done. */
  async #telling<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      throw failed(this.#remote, error.message, error.trouble);
    }
  }
}

function pathOf({ id }: SharedRecord): string {
  return `records/${id.slice(0, 2)}/${id}.json`;
}

/** Whether the record on the server lacks a field that is here. A file there that is no record stays. */
function isLess(bytes: Uint8Array | undefined, record: SharedRecord): boolean {
  if (bytes === undefined || bytes.length === 0 || bytes.length > MOST_BYTES) return false;
  try {
    const there: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(there) || there["id"] !== record.id) return false;
    const has = Object.keys(there);
    const own = Object.keys(record);
    // Never less than before: another machine may allow other fields.
    return own.some((field) => !has.includes(field)) && has.every((field) => own.includes(field));
  } catch {
    return false;
  }
}

async function* bytesOf(texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}

function failed(remote: string, reason: string, trouble?: string): OrchestratorError {
  return new OrchestratorError(
    "git_failed",
    `Cannot sync feedback with ${shownRemote(remote)}: ${reason}`,
    {
      hint:
        "Run `orchestrator feedback sync` again later: nothing is lost, and nothing is sent twice",
      ...(trouble === undefined ? {} : { details: { trouble } }),
    },
  );
}
