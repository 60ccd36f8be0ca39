import { type Check, few, ok } from "../check.ts";

export const layoutLinks: Check = {
  id: "layout.links",
  area: "layout",
  title: "Symbolic links",
  why: "A link in the state directory makes state depend on what lies elsewhere",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const names = examination.names(examination.paths.stateDirectory);
    const inside = (await examination.sessions()).flatMap(({ id }) =>
      ["", "/log.jsonl", "/state.json", "/meta.json", "/workflow.yaml"]
        .map((name) => `sessions/${id}${name}`)
    );
    const links = [...names, ...inside].filter((name) =>
      examination.isLink(examination.statePath(name))
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
