import { keysOfWorktrees } from "../../project/worktree_keys.ts";
import { FOLDERS, KEYS } from "../../state_layout/names.ts";
import { type Check, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const sessionsCurrent: Check = {
  id: "sessions.current",
  area: "sessions",
  needsState: true,
  title: "Current session",
  why: "Commands that name no session use this one",
  async run(examination) {
    const { options } = examination;
    if (examination.absent !== null) return examination.absent;
    const current = await options.manager.currentSession();
    const sessions = await examination.sessions();
    // No current session is normal when nothing is left to do.
    const level =
      sessions.some(({ loaded }) => (loaded.value?.state.status ?? "active") === "active")
        ? "warning"
        : "info";
    const todo = "Run `orchestrator session list`, then `orchestrator session use <id>`";
    if (current === null) {
      if (sessions.length === 0) return ok("no sessions yet");
      const elsewhere = await currentInWorktrees(examination);
      const isOpen = sessions.some(({ id, loaded }) =>
        (loaded.value?.state.status ?? "active") === "active" && !elsewhere.has(id)
      );
      return level === "warning" && !isOpen
        ? ok("none in this checkout: linked worktrees work on the open sessions")
        : { level, seen: "no current session", todo };
    }
    const id = examination.imported[current] ?? current;
    if (sessions.some((session) => session.id === id)) return ok(id);
    if (/^[0-9a-f]{8}$/i.test(current)) return ok(`${current}, a session of the old tool`);
    return {
      level,
      seen: `the file "current" contains ${
        JSON.stringify(current.slice(0, 60))
      }, which is not a session`,
      todo: sessions.length === 0 ? 'Run `orchestrator start "<task>"`' : todo,
    };
  },
};

/** Ids of the sessions that are current in linked worktrees that are there. */
async function currentInWorktrees(
  { paths, options: { manager: { backend } } }: Examination,
): Promise<ReadonlySet<string>> {
  const worktrees = keysOfWorktrees(paths.root);
  const keys = (await backend.listBlobs(`${FOLDERS.checkouts}/`)).filter((key) => {
    const [, worktree = "", name] = key.split("/");
    return name === KEYS.current && (worktrees === null || worktrees.has(worktree));
  });
  const ids = await Promise.all(keys.map((key) => backend.readText(key)));
  return new Set(ids.flatMap((id) => id === null ? [] : [id.trim()]));
}
