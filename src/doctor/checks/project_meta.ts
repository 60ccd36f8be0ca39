import { OrchestratorError } from "../../errors.ts";
import { type LostIdentity, writeLostIdentity } from "../../project/lost_identity.ts";
import { type Check, few, ok, skipped } from "../check.ts";

/** What is committed was not looked at before. */
function disagreeing(path: string, { claims }: LostIdentity): OrchestratorError {
  const ids = claims.map(({ id, from }) => `${id}: ${from}`);
  return new OrchestratorError(
    "state_corrupt",
    `Cannot restore "${path}": the sources disagree on the ID: ${few(ids)}`,
  );
}

export const projectMeta: Check = {
  id: "project.meta",
  area: "project",
  needsState: true,
  title: "Repository identity",
  why: "meta.json identifies the repository that this state belongs to",
  async run(examination) {
    const { meta } = examination;
    const lost = await examination.lostIdentity();
    if (lost !== null && lost.from !== null) {
      const { id, mode } = lost.meta;
      return {
        level: "error",
        seen: `meta.json ${lost.why}; the ID ${id} and ${mode} mode are known from ${lost.from}`,
        todo: "Restore the file (the next change does this too)",
        fixable: true,
      };
    }
    if (lost !== null) {
      const list = lost.claims.map(({ id, from }) => `${id}: ${from}`);
      const [first] = lost.claims;
      return first === undefined
        ? {
          level: "error",
          seen: `meta.json ${lost.why}, and nothing else says which repository this is`,
          todo:
            "Restore the file from a backup; without one, `orchestrator init --identity new` gives the repository a new ID and keeps the sessions",
        }
        : {
          level: "error",
          seen: `meta.json ${lost.why}, and the sources disagree on the ID: ${few(list)}`,
          todo: `Run \`orchestrator init --identity ${first.id}\`, or with another of these IDs`,
          list,
        };
    }
    if (meta.error?.code === "format_too_new") return skipped("a newer version wrote it");
    if (meta.error !== undefined) {
      return {
        level: "error",
        seen: meta.error.message,
        todo: meta.error.hint ?? "Check the file",
      };
    }
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    return ok(`id ${meta.value.id}, created ${meta.value.created}`);
  },
  async fix(examination) {
    const { paths, options: { manager } } = examination;
    const lost = await examination.lostIdentity(true);
    if (lost === null) return [];
    const { from, meta } = lost;
    if (from === null) throw disagreeing(paths.metaFile, lost);
    await manager.withRepositoryLock("doctor", () => {
      writeLostIdentity(paths, meta);
      return Promise.resolve();
    });
    return [`Restored meta.json with the ID ${meta.id} and ${meta.mode} mode, known from ${from}`];
  },
};
