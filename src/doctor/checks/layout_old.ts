import { type Check, few, ok } from "../check.ts";

export const layoutOld: Check = {
  id: "layout.old",
  area: "layout",
  title: "Old layout",
  why: "Workflows of the old tool are read where they lie; nothing moves them unasked",
  run({ legacy }) {
    const places = [
      ...(legacy.state === null ? [] : [legacy.state.path]),
      ...(legacy.bareState === null ? [] : [legacy.bareState.path]),
      ...legacy.sessions.map(({ directory }) => directory.path),
    ];
    if (places.length === 0) return ok("nothing of the old tool is here");
    return {
      level: "info",
      seen: `the old tool left ${few(places)}`,
      todo: "The first change imports the active workflow; its files stay as they are",
      list: places,
    };
  },
};
