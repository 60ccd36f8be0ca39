import { type Check, few, ok } from "../check.ts";

export const projectFormat: Check = {
  id: "project.format",
  area: "project",
  title: "Format",
  why:
    "A program writes nothing to a project that a newer version has written, because it may not understand it",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const newer = (await examination.sessions())
      .filter(({ loaded }) => loaded.error?.code === "format_too_new").map(({ id }) => id);
    const meta = examination.meta.error?.code === "format_too_new";
    if (!meta && newer.length === 0) return ok("no file is newer than this program");
    return {
      level: "error",
      seen: meta
        ? "a newer version wrote the project"
        : `sessions of a newer version: ${few(newer)}`,
      todo: "Use the newer version of orchestrator that wrote it",
    };
  },
};
