/**
 * Sessions that are on the state branch and not here: reading commands see them as if they were here,
 * and a change brings in the one that it is about. The server is not asked: what it had when it was last
 * seen counts.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import {
  ambiguousSession,
  findSession,
  pointedSession,
  type SessionChoice,
  type SessionQuery,
} from "../../session/resolve.ts";
import type { SessionManager } from "../../session/session_manager.ts";
import type { SessionSummary } from "../../session/summary.ts";
import type { StateBranch } from "../../state_branch/branch.ts";
import { completeIndex, type IndexEntry } from "../../state_branch/session_index.ts";
import { TreeBackend } from "../../state_branch/tree_backend.ts";
import { UnionBackend } from "../../state_branch/union_backend.ts";
import { SESSION_ID } from "../../storage/keys.ts";
import type { Context } from "../context.ts";
import { quietly } from "./hooks.ts";
import { knowsBranch, mayHaveMore } from "./more.ts";

/** What is only on the branch. */
export class Beyond {
  readonly branch: StateBranch;
  readonly commit: string;
  readonly backend: UnionBackend;
  readonly #here: SessionManager;
  #index: Promise<ReadonlyMap<string, IndexEntry>> | undefined;

  /** @param only the sessions that are read from the branch; default: those that are not here. */
  static async open(
    branch: StateBranch,
    commit: string,
    here: SessionManager,
    only?: ReadonlySet<string>,
  ): Promise<Beyond> {
    const there = new TreeBackend(branch.git, await branch.tree(commit));
    const ids = only ?? await branch.onlyThere(commit);
    return new Beyond(branch, commit, here, new UnionBackend(here.backend, there, ids));
  }

  private constructor(
    branch: StateBranch,
    commit: string,
    here: SessionManager,
    backend: UnionBackend,
  ) {
    this.branch = branch;
    this.commit = commit;
    this.backend = backend;
    this.#here = here;
  }

  /** Whether a session is read from the branch. */
  has(id: string): boolean {
    return this.backend.only.has(id);
  }

  /** What the branch says of the sessions that are read from it. */
  async entries(): Promise<readonly IndexEntry[]> {
    const { only, there } = this.backend;
    this.#index ??= completeIndex(this.branch.git, there.tree, only);
    return [...(await this.#index).values()].filter(({ id }) => only.has(id));
  }

  /** The same as rows of a list. */
  async summaries(): Promise<readonly SessionSummary[]> {
    return (await this.entries()).map((entry) => ({
      id: entry.id,
      name: entry.name,
      task: entry.task,
      status: entry.status,
      phase: entry.phase,
      done: entry.done,
      total: entry.total,
      created: entry.created,
      updated: entry.updated,
      lock: "free",
      heldBy: null,
      ...entry.status === "unreadable"
        ? { problem: `Session ${entry.id} of the state branch cannot be read` }
        : {},
    }));
  }

  /**
   * Chooses a session as `resolveSession` does. One that is here goes before one that is not.
   * @throws `session_unknown`, `session_ambiguous`
   */
  async choose(query: SessionQuery): Promise<SessionChoice | null> {
    const { flag, variable } = query;
    if (flag !== undefined) return { id: await this.find(flag, query), origin: "flag" };
    if (variable !== undefined && variable !== "") {
      return { id: await this.find(variable, query), origin: "environment" };
    }
    return await pointedSession(this.backend, query);
  }

  /** The session that a value names. @throws `session_unknown`, `session_ambiguous` */
  async find(value: string, query: Pick<SessionQuery, "imported"> = {}): Promise<string> {
    const alias = query.imported?.[value] ?? value;
    if (SESSION_ID.test(alias) && await this.backend.hasSession(alias)) return alias;
    let unknown: unknown;
    try {
      return await findSession(this.#here, value, query);
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code !== "session_unknown") throw error;
      unknown = error;
    }
    const entries = await this.entries();
    const named = entries.filter(({ name }) => name === value);
    const matches = named.length > 0 || value === ""
      ? named
      : entries.filter(({ id }) => id.startsWith(value));
    const [first, ...others] = matches.map(({ id }) => id).sort();
    if (first === undefined) throw unknown;
    if (others.length > 0) throw ambiguousSession(value, [first, ...others]);
    return first;
  }
}

/** What is only on the branch, as far as it was last seen; null when nothing is. */
export async function openBeyond(context: Context): Promise<Beyond | null> {
  if (!await mayHaveMore(context)) return null;
  let beyond: Beyond | null = null;
  await quietly(context, "The state branch could not be read", async () => {
    const { findStateBranch } = await import("./place.ts");
    const branch = await findStateBranch(context);
    const commit = await branch?.knownTip() ?? null;
    if (branch === null || commit === null) return;
    const opened = await Beyond.open(branch, commit, context.manager);
    if (opened.backend.only.size > 0) beyond = opened;
  });
  return beyond;
}

/** Lets a reading command see what is only on the branch, too. @returns whether there is anything. */
export async function lookBeyond(context: Context): Promise<boolean> {
  if (context.beyond !== null || context.branchView !== null) return false;
  const beyond = await openBeyond(context);
  if (beyond === null) return false;
  context.lookBeyond(beyond);
  return true;
}

/**
 * Brings in the session that a change is about, where it is only on the branch.
 * @returns whether it was brought in.
 */
export async function bringInNamed(context: Context, name?: string): Promise<boolean> {
  const beyond = await openBeyond(context);
  if (beyond === null) return false;
  const id = await chosenBeyond(beyond, context.query(name));
  if (id === null || !beyond.has(id)) return false;
  const { branch, commit } = beyond;
  const report = await branch.bringIn(commit, [id]);
  const { warnOfMerge } = await import("../output/state_text.ts");
  warnOfMerge(report, (text) => context.warn(text));
  context.warn(`Brought session ${id} in from branch ${branch.name}`);
  return true;
}

async function chosenBeyond(beyond: Beyond, query: SessionQuery): Promise<string | null> {
  try {
    return (await beyond.choose(query))?.id ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}

/**
 * Takes over which sessions were removed on other machines, before sessions come in from elsewhere: one
 * that was removed is brought back as a record then.
 */
export async function takeRemovals(context: Context): Promise<void> {
  if (!await knowsBranch(context)) return;
  await quietly(context, "The state branch could not be read", async () => {
    const { findStateBranch } = await import("./place.ts");
    await (await findStateBranch(context))?.takeRemovals();
  });
}

/**
 * The session that a name means, be it here or on the branch, with what is only there.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function findAnywhere(
  context: Context,
  name: string,
  beyond: Beyond | null,
): Promise<string> {
  const query = context.query();
  return beyond === null
    ? await findSession(context.manager, name, query)
    : await beyond.find(name, query);
}
