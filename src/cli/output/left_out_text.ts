/**
 * What is said of files that a snapshot or the state branch did not take.
 * @module
 */
import type { LeftOut, LeftOutReason } from "../../snapshot/left_out.ts";
import { joined, num, say, type Shown, shown } from "./shown.ts";
import { sessionCount } from "./snapshot_text.ts";

/** How the files of one reason are called, and why they stay. Null: not worth a word. */
const TEXTS: Readonly<
  Record<LeftOutReason, readonly [one: string, many: string, why: string] | null>
> = {
  derived: null,
  "with the project": ["file", "files", "the project's own: git carries them"],
  machine: null,
  secret: [
    "secret",
    "secrets",
    "only `snapshot export --encrypt --include-secrets` includes them",
  ],
  unchecked: [
    "file of the old tool",
    "files of the old tool",
    "they may contain secrets: only encrypted snapshots include them",
  ],
  "way back": ["file", "files", "backups of this machine"],
  "not asked for": ["file", "files", "not asked for"],
  unknown: ["unknown file", "unknown files", "unknown to orchestrator"],
  name: ["file", "files", "not every system supports their names"],
  size: ["file", "files", "larger than the limit for their kind"],
  "no file": ["link or special file", "links or special files", "only regular files are included"],
  unreadable: ["file", "files", "they cannot be read"],
  "no session": ["file", "files", "their session does not exist"],
  "not taken": ["file", "files", "changed or removed during the export"],
};

/** Most names that are said of one reason. */
const MOST = 3;

/** `Left out: 2 secrets (…), 1 unknown file (notes.txt: …)`; empty when nothing is worth a word. */
export function leftOutText(leftOut: readonly LeftOut[]): Shown {
  const parts = (Object.keys(TEXTS) as LeftOutReason[]).flatMap((why) => partOf(why, leftOut));
  return parts.length === 0 ? say`` : say`Left out: ${joined(parts, say`, `)}`;
}

function partOf(why: LeftOutReason, leftOut: readonly LeftOut[]): readonly Shown[] {
  const text = TEXTS[why];
  const found = leftOut.filter((entry) => entry.why === why);
  if (text === null || found.length === 0) return [];
  if (why !== "not asked for") return some(found, text);
  const secrets = found.filter(({ what }) => what.startsWith("secrets/"));
  const sessions = found.find(({ what }) => what.startsWith("sessions/"))?.files ?? 0;
  return [
    ...some(secrets, ["secret", "secrets", "add --include-secrets to include them"]),
    ...(sessions === 0 ? [] : [say`${sessionCount(sessions)} (not asked for)`]),
  ];
}

function some(
  found: readonly LeftOut[],
  [one, many, why]: readonly [one: string, many: string, why: string],
): readonly Shown[] {
  const count = found.reduce((sum, { files }) => sum + files, 0);
  if (count === 0) return [];
  const places = [...new Set(found.map(placeOf))];
  const named = shown(places.slice(0, MOST).join(" "));
  const more = places.length > MOST ? say` and ${num(places.length - MOST)} more` : say``;
  const what = shown(count === 1 ? one : many);
  return [say`${num(count)} ${what} (${named}${more}: ${shown(why)})`];
}

/** Where the files of an entry lie: their folder, or the file itself. */
function placeOf({ what, names }: LeftOut): string {
  const folder = /^[^<]*\//.exec(what)?.[0];
  const [name = what] = names;
  return !what.includes("<") || folder === undefined
    ? name
    : folder === "sessions/"
    ? what.replace(/<[^>]+>/, "*").replace(/<.*$/, "")
    : folder;
}
