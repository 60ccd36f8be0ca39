/**
 * Texts from the command line, checked before anything is done with them.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { TEXT_LIMITS } from "../workflow/commands.ts";
import { checkText, type TextRule } from "../workflow/texts.ts";
import type { Input } from "./input.ts";

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
 * The reason that a command must be given.
 * @param what ids of what it is about.
 * @throws OrchestratorError `missing_argument`; as {@link requireText}
 */
export function requireReason(input: Input, verb: string, what: readonly string[]): string {
  const doing = `${verb} ${what.map((id) => JSON.stringify(id)).join(", ")}`;
  const reason = input.option("reason");
  if (reason === undefined) {
    throw new OrchestratorError("missing_argument", `Cannot ${doing}: a reason is missing`, {
      hint: 'Add --reason "<why>"',
    });
  }
  const { error, value } = checkText(reason, { doing, what: "reason", max: TEXT_LIMITS.reason });
  if (error === undefined) return value;
  throw new OrchestratorError(error.code, error.message, {
    hint: error.hint ?? `Add --reason "<why>" with at most ${TEXT_LIMITS.reason} characters`,
  });
}
