import { type Check, few, ok } from "../check.ts";

export const projectFormat: Check = {
  id: "project.format",
  area: "project",
  title: "Format",
  why:
    "A newer program may have written what this one does not understand; this one then writes nothing",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const newer = (await examination.sessions())
      .filter(({ loaded }) => loaded.error?.code === "format_too_new").map(({ id }) => id);
    const meta = examination.meta.error?.code === "format_too_new";
    if (!meta && newer.length === 0) return ok("nothing is newer than this program");
    return {
      level: "error",
      seen: meta ? "the project was written by a newer program" : `newer sessions: ${few(newer)}`,
      todo: "Use the newer orchestrator that wrote it",
    };
  },
};
