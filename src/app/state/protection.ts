/**
 * What protects the state here: what can take it away without a word, and how much of a session is
 * elsewhere, as far as this clone knows. No server is asked.
 * @module
 */
import { askGit } from "../../project/ask_git.ts";
import { gitDirectory, readSmall } from "../../project/git_remote.ts";
import { FOLDERS, JOURNAL, STATE_DIRECTORY } from "../../state_layout/names.ts";
import { branchName, type PushRecord, remoteRef } from "../../state_branch/places.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { remembered } from "./known_branch.ts";

/** What takes the state away: git when it cleans ignored files, or removes the worktree; the machine. */
export type Taker = "git clean" | "git worktree remove" | "machine";

/** How a session is protected. */
export interface Protection {
  readonly takenBy: readonly Taker[];
  /** Number of its last event that is elsewhere; 0 for none. */
  readonly elsewhere: number;
  /** Where that is, as a phrase; null for nowhere. */
  readonly where: string | null;
  /** Words after `orchestrator` that keep a copy. */
  readonly argv: readonly string[];
}

type Asking = Pick<Workspace, "paths" | "meta" | "environment">;

const PATIENCE_MS = 2000;

/** What takes the state away here. */
export function takersOf(workspace: Asking): readonly Taker[] {
  const { environment, paths } = workspace;
  const { stateHome, root } = paths;
  const isPortable = workspace.meta?.mode === "portable";
  const isOwn = stateHome?.worktree !== undefined && stateHome.worktree !== null &&
    stateHome.shared === undefined;
  const inGit = stateHome?.why === "bare" ||
    stateHome?.shared !== undefined && stateHome.worktree?.main === null;
  return [
    ...(environment.ephemeral === null ? [] : ["machine" as const]),
    ...(isOwn && !isPortable ? ["git worktree remove" as const] : []),
    ...(gitDirectory(root) !== null && !isPortable && !inGit ? ["git clean" as const] : []),
  ];
}

/** How a session is protected. */
export async function protectionOf(
  workspace: Workspace,
  { session, seq }: Pick<SessionState, "session" | "seq">,
): Promise<Protection> {
  const { paths } = workspace;
  const takenBy = takersOf(workspace);
  if (workspace.meta?.mode === "portable") {
    const name = `HEAD:./${STATE_DIRECTORY}/${FOLDERS.sessions}/${session}/${JOURNAL}`;
    const committed = Math.min(seq, await eventsIn(workspace, name));
    return {
      takenBy,
      elsewhere: committed,
      where: committed === 0 ? null : "committed with the work",
      argv: ["snapshot", "export", "-o", "<file>"],
    };
  }
  const record = await remembered(workspace);
  const elsewhere = record === null || record.safeAt === null
    ? 0
    : Math.min(seq, await pushedEvents(workspace, record, session));
  const git = gitDirectory(paths.root);
  const hasRemote = git !== null && /^\s*\[remote\b/m.test(readSmall(`${git}/config`) ?? "");
  return {
    takenBy,
    elsewhere,
    where: elsewhere === 0 ? null : `on branch ${record?.branch ?? "of the state"}`,
    argv: hasRemote ? ["state", "push"] : ["snapshot", "export", "-o", "<file>"],
  };
}

/** How many events of a session the server has, as far as it was last seen. */
async function pushedEvents(
  workspace: Workspace,
  { there }: Partial<PushRecord>,
  id: string,
): Promise<number> {
  const known = there?.[id];
  if (known !== undefined || workspace.meta === null) return known ?? 0;
  const configured = (await workspace.config()).get("state_branch");
  const ref = remoteRef(branchName(configured, workspace.meta.id));
  return await eventsIn(workspace, `${ref}:${FOLDERS.sessions}/${id}/${JOURNAL}`);
}

/** How many events a journal has in git. @param name as git names an object. */
async function eventsIn({ paths, io }: Workspace, name: string): Promise<number> {
  const shown = await askGit(paths.root, io.env, ["show", name], { timeoutMs: PATIENCE_MS });
  return shown === null ? 0 : shown.stdout.split("\n").length - 1;
}

/** One sentence without a full stop; null where nothing can take what is only here. */
function unprotectedText(
  { takenBy, elsewhere, where }: Protection,
  seq: number,
): string | null {
  const [taker] = takenBy;
  if (taker === undefined || elsewhere >= seq) return null;
  const what = elsewhere === 0
    ? "The state is only here"
    : `Events ${elsewhere + 1} to ${seq} are only here (the others are ${where})`;
  return `${what}, and ${TAKES[taker]}`;
}

const TAKES: Readonly<Record<Taker, string>> = {
  machine: "this disk may vanish",
  "git worktree remove": "git deletes it with this worktree",
  "git clean": "`git clean -fdx` deletes it",
};

/** The same with the command that keeps a copy. */
export function keepText(kept: Protection, seq: number): string | null {
  const text = unprotectedText(kept, seq);
  const command = ["orchestrator", ...kept.argv].join(" ");
  return text === null ? null : `${text}; a copy elsewhere: ${command}`;
}

/** For programs. */
export function protectionData({ takenBy, elsewhere, where }: Protection) {
  return { takenBy: [...takenBy], elsewhere, where };
}
