/**
 * Looking for the files that evidence names.
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { filesNamedBy } from "../workflow/evidence.ts";
import type { EvidenceFiles } from "../workflow/events.ts";
import { namedItem } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Accompaniment } from "../workflow/verification_plan.ts";
import type { Workspace } from "./workspace.ts";

/** What the evidence is for. */
interface EvidencePlace {
  readonly state: SessionState;
  readonly item: string;
}

/** How many names a warning lists. */
const MOST_NAMES = 5;

/**
 * What is kept with an item, and which files named in it are not there. Those that are missing are a
 * refusal of the engine with `format: 2`, and a warning in older files.
 */
export function withFiles(
  workspace: Pick<Workspace, "paths" | "warn">,
  { state, item }: EvidencePlace,
  given: Accompaniment,
): Accompaniment {
  const { definition: { phases, format } } = state;
  const { phase = state.phase, item: meant } = namedItem(state, item);
  const definition = phases.find(({ id }) => id === phase)?.items.find(({ id }) => id === meant);
  const named = filesNamedBy(definition?.evidence_schema, given.evidence);
  if (named === undefined) return given;
  const evidenceFiles = lookFor(named, workspace.paths.root);
  const missing = evidenceFiles.missing.map((at) => JSON.stringify(named[at]));
  if (format !== 2 && missing.length > 0) {
    const more = missing.length - MOST_NAMES;
    const list = missing.slice(0, MOST_NAMES).join(", ");
    workspace.warn(
      `The evidence of "${item}" names files that do not exist: ${list}${
        more > 0 ? ` and ${more} more` : ""
      }`,
    );
  }
  return { ...given, evidenceFiles };
}

function lookFor(named: readonly string[], root: string): EvidenceFiles {
  const missing = [...named.keys()].filter((at) => !isThere(named[at] ?? "", root));
  return { missing };
}

/**
 * Whether there is what an entry names: a path, from the project root, or one with a place behind it
 * (`src/a.ts:12-40`, `src/a.ts#L12`, `src/a.ts (the handler)`). Of a pattern the folder that it begins
 * with counts; an address on the web is not looked for.
 */
function isThere(entry: string, root: string): boolean {
  const text = entry.trim().replace(/^[`"'](.*)[`"']$/u, "$1");
  if (/^https?:\/\//i.test(text)) return true;
  const plain = [
    text,
    text.replace(/\s+\(.*$/su, ""),
    text.replace(/\s.*$/su, ""),
  ].flatMap((path) => [path, path.replace(/(?:#L?\d+.*|:\d[\d:,\s-]*)$/su, "")]);
  return plain.some((path) => {
    const pattern = path.search(/[*?[{]/);
    const wanted = pattern < 0 ? path : path.slice(0, pattern).replace(/[^/\\]*$/u, "") || ".";
    return wanted !== "" && !wanted.includes("\0") && existsSync(resolve(root, wanted));
  });
}
