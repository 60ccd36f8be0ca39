import { type Check, count, few, ok, skipped } from "../check.ts";

export const layoutOldChecksum: Check = {
  id: "layout.old-checksum",
  area: "layout",
  title: "Old checksums",
  why: "A wrong checksum means that an old state was edited or damaged",
  run({ legacyProject }) {
    if (legacyProject === null) return skipped("no files of the old tool");
    const wrong = legacyProject.workflows
      .filter((workflow) => workflow.error === null && workflow.state().checksum === "mismatch")
      .map((workflow) => workflow.file);
    if (wrong.length === 0) return ok("all checksums match");
    return {
      level: "warning",
      seen: `${count(wrong.length, "checksum")} ${wrong.length === 1 ? "does" : "do"} not match: ${
        few(wrong)
      }`,
      todo: "Compare the files with a backup before relying on them",
      list: wrong,
    };
  },
};
