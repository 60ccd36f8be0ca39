/**
 * Questions to a person: never asked without a terminal.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { Input } from "./command.ts";
import type { Context } from "./context.ts";

/** How an answer was had. */
export type Confirmation = "terminal" | "flag";

/**
 * Asks a yes/no question, unless `--yes` answers it.
 * @param doing what is refused when it cannot be asked, e.g. `approve "user_approval"`.
 * @returns how the yes was given.
 * @throws `terminal_needed` without a terminal or with `--no-input`; `interrupted` for a no.
 */
export async function confirm(
  context: Context,
  input: Input,
  question: string,
  doing: string,
): Promise<Confirmation> {
  if (input.has("yes")) return "flag";
  const { io } = context;
  const asked = !input.has("no-input") && !input.has("json") &&
    io.isTerminal("stdin") && io.isTerminal("stderr");
  if (!asked) {
    throw new OrchestratorError(
      "terminal_needed",
      `Cannot ${doing}: it needs a yes, and there is no terminal to ask on`,
      { hint: "Add --yes if that is meant" },
    );
  }
  if (await io.confirm(question) === true) return "terminal";
  throw new OrchestratorError("interrupted", `Cannot ${doing}: the answer was no`);
}
