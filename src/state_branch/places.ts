/**
 * Where the state is pushed to, and the record of it.
 *
 * The **fallbacks**, in order: a branch with its own name (`own`), a branch with the prefix that the
 * host allows this agent (`agent`), the portable state directory that is committed with the work
 * (`portable`), and a snapshot that a person has to store (`snapshot`). Records on disk call the
 * fallback `rung`.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../platform/atomic_file.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { GIT_FOLDER, pushRecordName, REFS } from "../state_layout/places.ts";
import type { Git } from "./git.ts";

/** A way for the state to leave this machine. */
export type Fallback = "own" | "agent" | "portable" | "snapshot";

/** Names of the fallbacks for people. */
export const FALLBACK_TEXTS: Readonly<Record<Fallback, string>> = {
  own: "a separate branch",
  agent: "a branch named for the agent",
  portable: "the committed state directory",
  snapshot: "snapshots",
};

/** Stands for the repository's id in the configured name. */
const PLACEHOLDER = "<repo-id>";

/** A branch on the server to try. */
export interface Target {
  readonly fallback: "own" | "agent";
  /** Name without `refs/heads/`. */
  readonly branch: string;
}

/** The branch a configured name means in this repository. */
export function branchName(configured: string, repositoryId: string): string {
  return configured.replaceAll(PLACEHOLDER, repositoryId);
}

/** Whether a configured name cannot be known without the repository's id. */
export function needsId(configured: string): boolean {
  return configured.includes(PLACEHOLDER);
}

/** A pattern for `git ls-remote` that matches the branch for any id and any prefix. */
export function branchPattern(configured: string): string {
  return configured.replaceAll(PLACEHOLDER, "*");
}

/** What the hosts of these agents let them push to. */
const AGENT_PREFIXES: Readonly<Record<string, string>> = {
  "claude-code": "claude",
  codex: "codex",
  copilot: "copilot",
  cursor: "cursor",
};

/**
 * The branches to try, in this order.
 * @param checkedOut the branch the user is on: where it has a prefix, that one is allowed.
 * @param agent the name of the agent at work.
 */
export function targets(
  branch: string,
  checkedOut: string | null,
  agent: string | null,
): readonly Target[] {
  const flat = branch.replaceAll("/", "-");
  const own = checkedOut?.split("/").slice(0, -1).join("/") ?? "";
  const prefixes = [own, agent === null ? "" : AGENT_PREFIXES[agent] ?? ""].filter((prefix) =>
    prefix !== ""
  );
  return [
    { fallback: "own", branch },
    ...[...new Set(prefixes)].map((prefix) => ({
      fallback: "agent" as const,
      branch: `${prefix}/${flat}`,
    })),
  ];
}

/** What is remembered of pushing. */
export interface PushRecord {
  /** The fallback that was used last. */
  readonly fallback: Fallback | null;
  /** The branch of that fallback. */
  readonly branch: string | null;
  /** When all state was last known to be on the server, RFC 3339 UTC. */
  readonly safeAt: string | null;
  /** Why the last push did not succeed; null when it did. */
  readonly problem: string | null;
  /** When the last push was tried. */
  readonly triedAt: string | null;
  /** Sessions that were here then, sorted; absent where an earlier program has pushed last. */
  readonly here?: readonly string[];
  /** How many more the branch had. */
  readonly onlyThere?: number;
  /** How many pushes have not succeeded since the last that did; absent for none. */
  readonly failures?: number;
  /** Number of the last event of sessions that the server is known to have. */
  readonly there?: Readonly<Record<string, number>>;
  /** The commit of which these are the numbers. */
  readonly thereAt?: string;
}

const NOTHING: PushRecord = {
  fallback: null,
  branch: null,
  safeAt: null,
  problem: null,
  triedAt: null,
};

/** What is remembered; nothing where it cannot be read: the record only saves time. */
export function readRecord(git: Pick<Git, "commonDirectory">, branch: string): PushRecord {
  try {
    const value: unknown = JSON.parse(readFileSync(recordPath(git, branch), "utf8"));
    if (typeof value !== "object" || value === null) return NOTHING;
    const { rung, ...rest } = value as Partial<PushRecord> & { rung?: Fallback | null };
    return { ...NOTHING, ...rest, fallback: rung ?? null };
  } catch {
    return NOTHING;
  }
}

/** Remembers. @throws `no_space`, `read_only`, `io_failed` */
export function writeRecord(
  git: Pick<Git, "commonDirectory">,
  branch: string,
  record: PushRecord,
): void {
  const folder = join(git.commonDirectory, GIT_FOLDER);
  makeDirectory(folder);
  const { fallback: rung, ...rest } = record;
  replaceFile(recordPath(git, branch), JSON.stringify({ rung, ...rest }) + "\n", { within: null });
}

function recordPath(git: Pick<Git, "commonDirectory">, branch: string): string {
  return join(git.commonDirectory, GIT_FOLDER, pushRecordName(branch));
}

/** The commit of all that is here, pushed or not. */
export function localRef(branch: string): string {
  return REFS.state + branch;
}

/** The commit last seen on the server. */
export function remoteRef(branch: string): string {
  return REFS.remote + branch;
}
