/**
 * Two copies of a repository's `meta.json`: who it is stays, and old session ids of both keep their
 * meaning.
 * @module
 */
import { SESSION_ID } from "../state_layout/names.ts";
import { isRecord } from "../workflow/record.ts";
import type { RepositoryMeta } from "./identity.ts";

/** An old session's id, or an old workflow's: no session id of this program. */
const OLD_ID = /^(?![a-z2-7]{13}$)[\w.-]{1,200}$/;

/**
 * The copy here with the old ids that only the other one knows, in the newer format of the two.
 * @returns null when it says all that already.
 */
export function mergedIdentity(
  here: RepositoryMeta,
  there: RepositoryMeta,
): RepositoryMeta | null {
  const known = importedOf(here);
  const more = Object.entries(importedOf(there)).filter(([name, id]) =>
    !Object.hasOwn(known, name) && OLD_ID.test(name) && typeof id === "string" &&
    SESSION_ID.test(id)
  );
  const format = Math.max(here.format, there.format);
  if (more.length === 0) return format === here.format ? null : { ...here, format };
  return { ...here, format, imported: { ...known, ...Object.fromEntries(more) } };
}

function importedOf(meta: RepositoryMeta): Readonly<Record<string, unknown>> {
  const imported = meta["imported"];
  return isRecord(imported) ? imported : {};
}
