/**
 * What is said where something was handed in for an item that is complete already.
 * @module
 */
import { itemState, namedItem, phaseState } from "../workflow/locate.ts";
import { shellWord } from "../workflow/shell_word.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Warnings } from "./workspace.ts";

/**
 * Warns, where something was handed in, and names the command that makes room for it.
 * @param tried the item, as it was named, and what was handed in: `notes`, `evidence`.
 */
export function warnUnstored(
  workspace: Pick<Warnings, "warn">,
  state: SessionState,
  { item, given }: { readonly item: string; readonly given: object },
): void {
  const offered = Object.keys(given);
  if (offered.length === 0) return;
  const { item: id } = namedItem(state, item);
  const { approval } = itemState(phaseState(state, state.phase ?? ""), id);
  const command = approval === undefined ? "reopen" : "revoke";
  workspace.warn(
    `Nothing was changed; not stored: ${offered.join(", ")}. To replace what is stored, run ` +
      `orchestrator ${command} ${shellWord(item)} --reason "<why>" first`,
  );
}
