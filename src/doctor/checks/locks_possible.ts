import { OrchestratorError } from "../../errors.ts";
import { type Check, ok, skipped } from "../check.ts";

export const locksPossible: Check = {
  id: "locks.possible",
  area: "locks",
  needsState: true,
  title: "Locking",
  why: "Without file locks, two commands could write at once, so commands refuse to write",
  run({ paths, initialised, options: { system } }) {
    if (!initialised || !system.exists(paths.lock)) return skipped("no lock file yet");
    try {
      system.probeLock(paths.lock, paths.stateDirectory);
      return ok("the file system supports locks");
    } catch (error) {
      if (!(error instanceof OrchestratorError)) return skipped("the lock file cannot be opened");
      return {
        level: "error",
        seen: error.message,
        todo: error.hint ?? "Move the project to a file system that supports locks",
      };
    }
  },
};
