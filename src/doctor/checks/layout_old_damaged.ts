import { type Check, count, ok, skipped } from "../check.ts";

export const layoutOldDamaged: Check = {
  id: "layout.old-damaged",
  area: "layout",
  title: "Old workflows",
  why: "A damaged old state cannot be taken over",
  run({ legacyProject }) {
    if (legacyProject === null) return skipped("nothing of the old tool is here");
    const { workflows } = legacyProject;
    const damaged = workflows.filter((workflow) => workflow.error !== null);
    if (damaged.length === 0) return ok(`${count(workflows.length, "workflow")}, all readable`);
    return {
      level: "error",
      seen: `${count(damaged.length, "old workflow")} cannot be read`,
      todo: damaged[0]?.error?.hint ?? "Bring back a good copy of the file",
      list: damaged.map((workflow) => workflow.error?.message ?? workflow.file),
    };
  },
};
