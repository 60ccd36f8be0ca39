/**
 * What the beginning of an ID may mean besides what is here.
 * @module
 */
import type { Inexact } from "../../session/find_inexact.ts";
import type { Workspace } from "../workspace.ts";
import { decides } from "./deciding.ts";
import { openBranchSessions } from "./find_on_branch.ts";

/** Characters of an ID with which a decision names its session. */
const LEAST = 4;

/** More commands whose effect on the wrong session is not taken back easily. */
const WEIGHTY: ReadonlySet<string> = new Set([
  "finish",
  "session end",
  "session remove",
  "skip",
]);

/** @param value the name, or the beginning of an ID; empty where only the length is asked. */
export async function inexact(workspace: Workspace, value: string): Promise<Inexact> {
  const least = decides(workspace) || WEIGHTY.has(workspace.operation) ? LEAST : 1;
  const entries = value === "" || workspace.meta === null
    ? []
    : await (await openBranchSessions(workspace))?.entries() ?? [];
  const ids = (
    isMeant: (entry: { readonly id: string; readonly name: string | null }) => boolean,
  ) => entries.filter(isMeant).map(({ id }) => id);
  return {
    least,
    exact: ids(({ name }) => name === value),
    begins: ids(({ id }) => id.startsWith(value)),
  };
}
