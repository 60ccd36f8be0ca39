import { keysOfWorktrees } from "../../project/worktree_keys.ts";
import { FOLDERS } from "../../state_layout/names.ts";
import { type Check, count, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const sessionsBindings: Check = {
  id: "sessions.bindings",
  area: "sessions",
  needsState: true,
  title: "Agent bindings",
  why:
    "A binding to a session that no longer exists, or of a worktree that git has removed, is ignored and only takes up space",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const { all, dangling, removed } = await bindings(examination);
    const seen = [
      dangling.length === 0
        ? null
        : `${count(dangling.length, "binding")} to sessions that no longer exist`,
      removed.length === 0 ? null : `${count(removed.length, "file")} of removed worktrees`,
    ].filter((text) => text !== null);
    if (seen.length === 0) return ok(count(all, "binding"));
    return {
      level: "info",
      seen: seen.join(", "),
      todo: "Remove them; sessions are not changed",
      fixable: true,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    return await manager.withRepositoryLock("doctor", async () => {
      const { dangling, removed } = await bindings(examination);
      for (const key of [...dangling, ...removed]) await manager.backend.removeBlob(key);
      return [
        ...(dangling.length === 0 ? [] : [`Removed ${count(dangling.length, "binding")}`]),
        ...(removed.length === 0
          ? []
          : [`Removed ${count(removed.length, "file")} of removed worktrees`]),
      ];
    });
  },
};

interface Found {
  readonly all: number;
  readonly dangling: readonly string[];
  readonly removed: readonly string[];
}

async function bindings(examination: Examination): Promise<Found> {
  const { backend } = examination.options.manager;
  // Other entries in that folder do not belong to the program.
  const keys = (await backend.listBlobs("bindings/"))
    .filter((key) => /^bindings\/[0-9a-f]{32}$/.test(key));
  const dangling: string[] = [];
  for (const key of keys) {
    const id = (await backend.readText(key))?.trim() ?? "";
    if (!await backend.hasSession(id)) dangling.push(key);
  }
  const linked = await backend.listBlobs(`${FOLDERS.checkouts}/`);
  const known = linked.length === 0 ? null : keysOfWorktrees(examination.paths.root);
  const removed = known === null
    ? []
    : linked.filter((key) => OF_WORKTREE.test(key) && !known.has(key.split("/")[1] ?? ""));
  return { all: keys.length, dangling, removed };
}

const OF_WORKTREE = /^checkouts\/(?!-\/)[^/]+\/(current|bindings\/[0-9a-f]{32})$/;
