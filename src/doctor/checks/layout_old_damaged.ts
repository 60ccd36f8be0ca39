import { type Check, count, ok, skipped } from "../check.ts";

export const layoutOldDamaged: Check = {
  id: "layout.old-damaged",
  area: "layout",
  title: "Old workflows",
  why: "A damaged old state cannot be imported",
  run({ legacyProject }) {
    if (legacyProject === null) return skipped("no files of the old tool");
    const { workflows } = legacyProject;
    const damaged = workflows.filter((workflow) => workflow.error !== null);
    if (damaged.length === 0) return ok(`${count(workflows.length, "workflow")}, all readable`);
    return {
      level: "error",
      seen: `${count(damaged.length, "old workflow")} cannot be read`,
      todo: damaged[0]?.error?.hint ?? "Restore the file from a backup",
      list: damaged.map((workflow) => workflow.error?.message ?? workflow.file),
    };
  },
};
