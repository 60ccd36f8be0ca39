import { type Check, ok, skipped } from "../check.ts";

export const projectWritable: Check = {
  id: "project.writable",
  area: "project",
  title: "Write access",
  why: "Commands can read from a read-only disk but cannot record anything",
  run({ paths, initialised, options }) {
    const folder = initialised ? paths.stateDirectory : paths.root;
    const code = options.system.writeError(folder);
    if (code === null) return ok("the state is writable");
    if (code === "ENOENT") return skipped("no project is initialized here");
    return {
      level: "warning",
      seen: code === "EROFS"
        ? "the disk is read-only"
        : `this user cannot write to ${initialised ? ".orchestrator" : "the root"}`,
      todo: "Give this user write access before you change anything",
    };
  },
};
