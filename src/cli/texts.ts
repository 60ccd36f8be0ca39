/**
 * Texts from the command line, checked before anything is done with them.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { TEXT_LIMITS } from "../workflow/commands.ts";
import { checkText, type TextRule } from "../workflow/texts.ts";
import type { Context } from "./context.ts";

/**
 * The text without white space around it.
 * @throws OrchestratorError `too_short`, `too_long`, `invalid_argument`
 */
export function requireText(text: unknown, rule: TextRule): string {
  const checked = checkText(text, rule);
  if (checked.error !== undefined) throw checked.error;
  return checked.value;
}

/**
 * A session's name: one line that cannot be taken for an option or a path.
 * @param purpose what is done with it: `start a session named`, `rename the session to`.
 * @throws OrchestratorError as {@link requireText}
 */
export function sessionName(text: string, purpose: string): string {
  const doing = `${purpose} ${JSON.stringify(text)}`;
  const name = requireText(text, { doing, what: "name", max: TEXT_LIMITS.name, oneLine: true });
  if (!/^[-/\\.]/.test(name) && !/[/\\]/.test(name)) return name;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${doing}: a name must not contain slashes or begin with a dot or a dash`,
  );
}

/**
 * Makes sure that nothing else answers to a name, be it here or on the state branch. The repository
 * must be held.
 * @param except the session that is to have the name.
 * @throws `already_exists`
 */
export async function requireFreeName(
  context: Context,
  name: string,
  except?: string,
): Promise<void> {
  const { manager } = context;
  const answers = (id: string, known: string | null | undefined) =>
    id !== except && (known === name || id.startsWith(name));
  let taken: string | undefined;
  for (const id of await manager.ids()) {
    if (answers(id, (await manager.meta(id))?.name)) taken ??= id;
  }
  if (taken === undefined) {
    const { openBeyond } = await import("../app/state/look_beyond.ts");
    const there = await (await openBeyond(context))?.entries() ?? [];
    taken = there.find((entry) => answers(entry.id, entry.name))?.id;
  }
  if (taken === undefined) return;
  throw new OrchestratorError(
    "already_exists",
    `Cannot name the session "${name}": session ${taken} already has that name or ID`,
    { hint: "Choose another name" },
  );
}
