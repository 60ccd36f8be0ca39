import { type Check, count, few, ok, skipped } from "../check.ts";

export const layoutOldChecksum: Check = {
  id: "layout.old-checksum",
  area: "layout",
  title: "Old checksums",
  why: "A checksum that does not fit means that an old state was changed by hand or by accident",
  run({ legacyProject }) {
    if (legacyProject === null) return skipped("nothing of the old tool is here");
    const wrong = legacyProject.workflows
      .filter((workflow) => workflow.error === null && workflow.state().checksum === "mismatch")
      .map((workflow) => workflow.file);
    if (wrong.length === 0) return ok("all that there are fit");
    return {
      level: "warning",
      seen: `${count(wrong.length, "checksum")} ${wrong.length === 1 ? "does" : "do"} not fit: ${
        few(wrong)
      }`,
      todo: "Compare with a backup before relying on them",
      list: wrong,
    };
  },
};
