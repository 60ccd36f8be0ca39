import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { linkAdvice } from "../../project/link_advice.ts";
import { MIGRATION } from "../../project/paths.ts";
import { type Check, count, few, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

/** Entries that are not files or folders, except in what a migration has kept. */
interface Odd {
  /** Relative to the state directory. */
  readonly name: string;
  readonly link: boolean;
}

export const layoutLinks: Check = {
  id: "layout.links",
  area: "layout",
  needsState: true,
  title: "Links and special files",
  why:
    "A link could make commands read or change files elsewhere, so links inside .orchestrator are not followed",
  run(examination) {
    const { stateDirectory } = examination.paths;
    const whole = examination.isLink(stateDirectory) ? readlinkSync(stateDirectory) : null;
    if (examination.absent !== null) return examination.absent;
    const odd = oddIn(examination, "");
    const links = odd.filter(({ link }) => link).map(({ name }) => name);
    const others = odd.filter(({ link }) => !link).map(({ name }) => name);
    const [first] = links;
    if (first !== undefined) {
      return {
        level: "error",
        seen: `${count(links.length, "link")} in .orchestrator: ${few(links)}`,
        todo: linkAdvice(stateDirectory, examination.statePath(first)),
        list: [...links, ...others],
      };
    }
    if (others.length > 0) {
      return {
        level: "error",
        seen: `not regular files in .orchestrator: ${few(others)}`,
        todo: "Move them elsewhere; they are not used",
        list: others,
      };
    }
    return whole === null
      ? ok("none")
      : { level: "info", seen: `.orchestrator is a link to ${whole}, which git does not track` };
  },
};

function oddIn(examination: Examination, folder: string): readonly Odd[] {
  const found: Odd[] = [];
  for (const name of namesIn(examination.statePath(folder))) {
    const below = folder === "" ? name : `${folder}/${name}`;
    const stat = lstatSync(examination.statePath(below), { throwIfNoEntry: false });
    if (stat === undefined || stat.isFile() || below === MIGRATION.backup) continue;
    if (stat.isDirectory()) found.push(...oddIn(examination, below));
    else found.push({ name: below, link: stat.isSymbolicLink() });
  }
  return found;
}

/** Another check reports folders that cannot be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
