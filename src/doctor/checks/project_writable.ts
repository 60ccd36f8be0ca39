import { accessSync, constants } from "node:fs";
import { systemErrorCode } from "../../errors.ts";
import { type Check, ok, skipped } from "../check.ts";

export const projectWritable: Check = {
  id: "project.writable",
  area: "project",
  title: "Write access",
  why: "Reading works on a read-only disk; recording does not",
  run({ paths, initialised }) {
    const folder = initialised ? paths.stateDirectory : paths.root;
    try {
      accessSync(folder, constants.W_OK);
      return ok("the state can be written");
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "ENOENT") return skipped("nothing is set up here");
      return {
        level: "warning",
        seen: code === "EROFS"
          ? "the disk is read-only"
          : `${paths.relative(folder)} cannot be written by this user`,
        todo: "Give this user write access before changing anything",
      };
    }
  },
};
