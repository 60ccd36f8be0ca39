import { linkReason, seeLink } from "../../legacy/links.ts";
import { scanInventory } from "../../legacy/scan.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

export const layoutOldLinks: Check = {
  id: "layout.old-links",
  area: "layout",
  needsState: true,
  title: "Links at old places",
  why: "A migration follows no link, so what is behind it does not move",
  run({ paths }) {
    if (paths.isHome) return skipped("this is the home directory");
    const links = scanInventory(paths.root).flatMap(({ path, link, odd }) => [
      ...(link === null ? [] : [{ path, link }]),
      ...odd.map((inner) => ({ path: inner, link: seeLink(paths.root, inner) })),
    ]).filter(({ link }) => link.to !== "");
    if (links.length === 0) return ok("none");
    return {
      level: links.every(({ link }) => link.where === "inside") ? "info" : "warning",
      seen: `${count(links.length, "link")} where the old tool's files are: ${
        few(links.map(({ path }) => path))
      }`,
      todo: "`orchestrator migrate --copy-links` takes the content; links and targets stay",
      list: links.map(({ path, link }) => `${path}: ${linkReason(link)}`),
    };
  },
};
