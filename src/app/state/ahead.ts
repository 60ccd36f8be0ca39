/**
 * How far a state branch is with a session, as the refs of this clone have it. No server is asked.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { OrchestratorError } from "../../errors.ts";
import type { Relation } from "../../snapshot/relation.ts";
import { gitDirectory } from "../../project/git_remote.ts";
import type { PushRecord } from "../../state_branch/places.ts";
import { GIT_FOLDER, REFS } from "../../state_layout/places.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import type { Found } from "./open_seen.ts";
import { orWarn } from "./or_warn.ts";

/** How the copy of a branch stands to the one here. */
export async function relationThere(
  workspace: Pick<Workspace, "manager">,
  { backend }: Pick<Found, "backend">,
  session: string,
): Promise<Relation> {
  return (await compared(workspace, backend, session)).relation;
}

async function compared(
  workspace: Pick<Workspace, "manager">,
  backend: Found["backend"],
  session: string,
): Promise<{ readonly relation: Relation; readonly more: number }> {
  const { readLines } = await import("../../session/journal_end.ts");
  const { relate } = await import("../../snapshot/relation.ts");
  const there = await readLines(backend, session);
  const here = await readLines(workspace.manager.backend, session);
  const { relation } = relate(there?.all ?? [], here?.all ?? null);
  return { relation, more: (there?.all.length ?? 0) - (here?.all.length ?? 0) };
}

/** Says that a branch is further with a session that is read here, where the refs of this clone know it. */
export async function sayAhead(
  workspace: Workspace,
  state: Pick<SessionState, "session" | "seq">,
): Promise<void> {
  const { session } = state;
  if (workspace.branchView !== null || workspace.beyond !== null || workspace.paths.isHome) return;
  if (!mayBeAhead(workspace, state)) return;
  await orWarn(workspace, "The state branch could not be read", async () => {
    const known = await (await import("./all_branches.ts")).branchWith(workspace, session);
    if (known === null) return;
    const { relation, more } = await compared(workspace, known.backend, session);
    if (relation !== "newer") return;
    workspace.warn(
      `Branch ${known.branch.branch} is ${more} ${
        more === 1 ? "event" : "events"
      } further with this session; the next change takes ${more === 1 ? "it" : "them"} in`,
    );
  });
}

/** The same of a session by its id. One that cannot be read is the command's own affair. */
export async function sayAheadOf(workspace: Workspace, session: string): Promise<void> {
  if (!mayBeAhead(workspace, { session, seq: -1 })) return;
  try {
    await sayAhead(workspace, (await workspace.manager.load(session)).state);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
  }
}

/**
 * Whether a branch may be further with a session that it is known to have. Where the refs are at what is
 * remembered, git is not run.
 */
export function mayBeAhead(
  { paths }: Pick<Workspace, "paths">,
  { session, seq }: Pick<SessionState, "session" | "seq">,
): boolean {
  const directory = gitDirectory(paths.root);
  if (directory === null) return false;
  return records(`${directory}/${GIT_FOLDER}`).some(([name, { there, thereAt, branch }]) => {
    const last = there?.[session];
    if (last === undefined) return false;
    if (last > seq || thereAt === undefined) return true;
    const seen = looseRef(directory, REFS.remote + name);
    const fetched = remotes(directory).map((remote) =>
      looseRef(directory, `refs/remotes/${remote}/${branch ?? name}`)
    );
    return seen !== thereAt || fetched.some((commit) => commit !== null && commit !== thereAt);
  });
}

/** What is remembered of branches, by their names. */
function records(folder: string): readonly (readonly [string, Partial<PushRecord>])[] {
  return names(folder).filter((name) => name.endsWith(".json")).flatMap((name) => {
    try {
      const record: unknown = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
      if (typeof record !== "object" || record === null) return [];
      return [[decodeURIComponent(name.slice(0, -".json".length)), record] as const];
    } catch {
      return [];
    }
  });
}

function remotes(directory: string): readonly string[] {
  return names(`${directory}/refs/remotes`);
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function looseRef(directory: string, ref: string): string | null {
  try {
    return readFileSync(`${directory}/${ref}`, "utf8").trim();
  } catch {
    return null;
  }
}
