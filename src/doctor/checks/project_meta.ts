import { type Check, ok, skipped } from "../check.ts";

export const projectMeta: Check = {
  id: "project.meta",
  area: "project",
  title: "Repository identity",
  why: "meta.json identifies the repository that this state belongs to",
  run({ meta }) {
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
};
