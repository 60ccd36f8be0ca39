import { type Check, count, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const sessionsBindings: Check = {
  id: "sessions.bindings",
  area: "sessions",
  title: "Agent bindings",
  why: "A binding to a session that no longer exists is ignored and only takes up space",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const { all, dangling } = await bindings(examination);
    if (dangling.length === 0) return ok(count(all, "binding"));
    return {
      level: "info",
      seen: `${count(dangling.length, "binding")} to sessions that no longer exist`,
      todo: "Remove the bindings; sessions are not changed",
      fixable: true,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    return await manager.withRepositoryLock("doctor", async () => {
      const { dangling } = await bindings(examination);
      for (const key of dangling) await manager.backend.removeBlob(key);
      return [`Removed ${count(dangling.length, "binding")}`];
    });
  },
};

async function bindings(
  examination: Examination,
): Promise<{ readonly all: number; readonly dangling: readonly string[] }> {
  const { backend } = examination.options.manager;
  // Other entries in that folder do not belong to the program.
  const keys = (await backend.listBlobs("bindings/"))
    .filter((key) => /^bindings\/[0-9a-f]{32}$/.test(key));
  const dangling: string[] = [];
  for (const key of keys) {
    const id = (await backend.readText(key))?.trim() ?? "";
    if (!await backend.hasSession(id)) dangling.push(key);
  }
  return { all: keys.length, dangling };
}
