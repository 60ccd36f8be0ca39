/**
 * Texts from the command line, checked before anything is done with them.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { TEXT_LIMITS } from "../workflow/commands.ts";
import { checkText, type TextRule } from "../workflow/texts.ts";

/**
 * The text without white space around it.
 * @throws OrchestratorError `too_short`, `too_long`, `invalid_argument`
 */
export function requireText(text: unknown, rule: TextRule): string {
  const checked = checkText(text, rule);
  if ("refusal" in checked) throw checked.refusal;
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
    `Cannot ${doing}: a name has no slashes and does not begin with a dot or a dash`,
  );
}

/**
 * Makes sure that nothing else answers to a name. The repository must be held.
 * @param except the session that is to have the name.
 * @throws `already_exists`
 */
export async function requireFreeName(
  manager: SessionManager,
  name: string,
  except?: string,
): Promise<void> {
  for (const id of await manager.ids()) {
    if (id === except) continue;
    const meta = await manager.meta(id);
    if (meta?.name === name || id.startsWith(name)) {
      throw new OrchestratorError(
        "already_exists",
        `Cannot name the session "${name}": session ${id} answers to it`,
        { hint: "Choose another name" },
      );
    }
  }
}
