import { type Check, ok, skipped } from "../check.ts";

export const projectMeta: Check = {
  id: "project.meta",
  area: "project",
  title: "Repository identity",
  why: "meta.json says which repository this state belongs to",
  run({ meta }) {
    if (meta.error?.code === "format_too_new") return skipped("written by a newer program");
    if (meta.error !== undefined) {
      return {
        level: "error",
        seen: meta.error.message,
        todo: meta.error.hint ?? "Look at the file",
      };
    }
    if (meta.value === undefined || meta.value === null) return skipped("nothing is set up here");
    return ok(`id ${meta.value.id}, since ${meta.value.created}`);
  },
};
