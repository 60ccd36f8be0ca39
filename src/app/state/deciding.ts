/**
 * Which commands a person decides with.
 * @module
 */
import type { Workspace } from "../workspace.ts";

/** The commands with which a person decides. */
const DECIDING: ReadonlySet<string> = new Set(["approve", "reject", "revoke", "reopen"]);

/** Whether a command is one with which a person decides. */
export function decides({ operation }: Pick<Workspace, "operation">): boolean {
  return DECIDING.has(operation);
}
