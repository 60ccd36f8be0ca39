import { type Check, few, ok } from "../check.ts";

export const layoutOld: Check = {
  id: "layout.old",
  area: "layout",
  title: "Old layout",
  why: "Workflows of the old tool are read in place; they are only moved on request",
  run({ legacy, legacyProject }) {
    const foreign = new Set(
      legacyProject?.findings.filter(({ code }) => code === "foreign_file").map(({ path }) => path),
    );
    const places = [
      ...(legacy.state === null ? [] : [legacy.state.path]),
      ...(legacy.bareState === null ? [] : [legacy.bareState.path]),
      ...legacy.sessions.map(({ directory }) => directory.path),
    ].filter((path) => !foreign.has(path));
    if (places.length === 0) return ok("no files of the old tool");
    return {
      level: "info",
      seen: `the old tool left ${few(places)}`,
      todo: "The first change imports the active workflow; its files stay unchanged",
      list: places,
    };
  },
};
