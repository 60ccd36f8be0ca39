import { OrchestratorError } from "../../errors.ts";
import { replaceFile } from "../../platform/atomic_file.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../project/paths.ts";
import type { SessionMeta } from "../../session/session_meta.ts";
import { type Check, count, few, ok } from "../check.ts";
import type { Examination, ExaminedSession } from "../examination.ts";

export const sessionsMeta: Check = {
  id: "sessions.meta",
  area: "sessions",
  needsState: true,
  title: "Session metadata",
  why:
    "meta.json records who started a session, when, and on which branch; session names are looked up in it",
  async run(examination) {
    const bad = await broken(examination);
    if (bad.length === 0) {
      return ok(count((await examination.sessions()).length, "session"));
    }
    return {
      level: "warning",
      seen: `meta.json is missing or damaged in ${count(bad.length, "session")}: ${
        few(bad.map(({ id }) => id))
      }`,
      todo: "Rebuild them from the journals; damaged files are kept under another name",
      fixable: true,
      list: bad.map(({ id }) => id),
    };
  },
  async fix(examination) {
    const done: string[] = [];
    for (const { id, loaded } of await broken(examination)) {
      const { value } = loaded;
      if (value === undefined) continue;
      const { name, task, createdAt: created, createdBy: actor } = value.state;
      // Branch and parent are recorded nowhere else.
      const made: SessionMeta = { id, name, task, created, actor, branch: null, parent: null };
      try {
        done.push(await rewrite(examination, id, JSON.stringify(made, null, 2) + "\n"));
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        done.push(error.message);
      }
    }
    return done;
  },
};

/** Sessions that can be read but whose metadata cannot. */
async function broken(examination: Examination): Promise<readonly ExaminedSession[]> {
  return (await examination.sessions()).filter(({ id, meta, loaded }) =>
    loaded.value !== undefined && meta?.id !== id
  );
}

async function rewrite(examination: Examination, id: string, text: string): Promise<string> {
  const { manager } = examination.options;
  const { backend } = manager;
  return await manager.withLock({ session: id }, "doctor", async () => {
    if ((await manager.meta(id))?.id === id) return `Metadata of ${id} exists again`;
    const present = await backend.readBlob(KEYS.sessionMeta(id));
    let kept = "";
    if (present !== null) {
      const aside = `meta.damaged-${sha256Hex(present).slice(0, 8)}.json`;
      replaceFile(examination.statePath("sessions", id, aside), present, {
        within: examination.paths.stateDirectory,
      });
      kept = `; the damaged file is now ${aside}`;
    }
    await backend.writeBlob(KEYS.sessionMeta(id), text);
    return `Rebuilt the metadata of ${id} from its journal${kept}`;
  });
}
