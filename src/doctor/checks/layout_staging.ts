import { JOURNAL, REMOVED, REPLACING, STAGING } from "../../storage/keys.ts";
import { type Check, count, ok } from "../check.ts";

export const layoutStaging: Check = {
  id: "layout.staging",
  area: "layout",
  needsState: true,
  title: "Unfinished sessions",
  why: "An interrupted start or removal leaves them behind; they are not used",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const found = examination.names(examination.paths.sessions)
      .filter((name) =>
        name.startsWith(STAGING) || name.startsWith(REMOVED) ||
        // With a journal in it, it is the session: see layout.replacing.
        name.startsWith(REPLACING) &&
          !examination.names(examination.statePath("sessions", name)).includes(JOURNAL)
      );
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: count(found.length, "unfinished folder"),
      todo: "The next start removes them",
      list: found.map((name) => `sessions/${name}`),
    };
  },
};
