import { type Check, ok, skipped } from "../check.ts";

export const projectWritable: Check = {
  id: "project.writable",
  area: "project",
  title: "Write access",
  why: "Reading works on a read-only disk; recording does not",
  run({ paths, initialised, options }) {
    const folder = initialised ? paths.stateDirectory : paths.root;
    const code = options.system.writeError(folder);
    if (code === null) return ok("the state can be written");
    if (code === "ENOENT") return skipped("nothing is set up here");
    return {
      level: "warning",
      seen: code === "EROFS"
        ? "the disk is read-only"
        : `${initialised ? ".orchestrator" : "the root"} cannot be written by this user`,
      todo: "Give this user write access before changing anything",
    };
  },
};
