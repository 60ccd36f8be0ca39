/**
 * Sessions that are on the state branch and not here: reading commands see them as if they were here,
 * and a change brings in the one that it is about. The server is not asked: what it had when it was last
 * seen counts.
 * @module
 */
import { theOne, tooShort } from "../../session/find_inexact.ts";
import { OrchestratorError } from "../../errors.ts";
import {
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

/** What is only on the branch. */
export class BranchSessions {
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
  ): Promise<BranchSessions> {
    const there = new TreeBackend(branch.git, await branch.tree(commit));
    const ids = only ?? await branch.onlyThere(commit);
    return new BranchSessions(branch, commit, here, new UnionBackend(here.backend, there, ids));
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
      ...entry.deviations === undefined ? {} : { deviations: entry.deviations },
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
  async find(
    value: string,
    query: Pick<SessionQuery, "imported" | "inexact"> = {},
  ): Promise<string> {
    const alias = query.imported?.[value] ?? value;
    if (SESSION_ID.test(alias) && await this.backend.hasSession(alias)) return alias;
    const entries = await this.entries();
    const exact = entries.filter(({ name }) => name === value).map(({ id }) => id);
    const begins = value === ""
      ? []
      : entries.filter(({ id }) => id.startsWith(value)).map(({ id }) => id);
    // Asking for the other branches again would open this one.
    const least = query.inexact === undefined ? 1 : (await query.inexact("")).least;
    const inexact = () => Promise.resolve({ least, exact, begins });
    let unknown: unknown;
    try {
      return await findSession(this.#here, value, { ...query, inexact });
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code !== "session_unknown") throw error;
      unknown = error;
    }
    if (exact.length > 0) return theOne(value, exact);
    if (begins.length === 0) throw unknown;
    if (value.length < least) throw tooShort(value, least);
    return theOne(value, begins);
  }
}
