import { lstatSync } from "node:fs";
import { type Check, few, ok, skipped } from "../check.ts";

export const layoutLinks: Check = {
  id: "layout.links",
  area: "layout",
  title: "Symbolic links",
  why: "A link in the state directory makes state depend on what lies elsewhere",
  async run(examination) {
    if (!examination.initialised) return skipped("nothing is set up here");
    const names = examination.names(examination.paths.stateDirectory);
    const inside = (await examination.sessions()).flatMap(({ id }) =>
      ["", "log.jsonl", "state.json", "meta.json"].map((name) => `sessions/${id}/${name}`)
    );
    const links = [...names, ...inside].filter((name) =>
      lstatSync(examination.statePath(name), { throwIfNoEntry: false })?.isSymbolicLink() === true
    );
    if (links.length === 0) return ok("none");
    return {
      level: "warning",
      seen: `links in .orchestrator: ${few(links)}`,
      todo: "Replace them by what they point to",
      list: links,
    };
  },
};
