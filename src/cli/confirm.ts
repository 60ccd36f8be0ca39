/**
 * Questions to a person: never asked without a terminal.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { Input } from "./input.ts";
import type { Context } from "./context.ts";
import { say, type Shown } from "./output/shown.ts";
import type { Style } from "./output/style.ts";

/** How an answer was had. */
export type Confirmation = "terminal" | "flag";

/** A question that stands between a command and what it does. */
export interface Question {
  /** As a person is asked it. */
  readonly text: Shown;
  /** Printed before it is asked: what it is about. */
  readonly about?: (style: Style) => Shown;
  /** What is refused without a yes, e.g. `approve "user_approval"`. */
  readonly doing: string;
  /** The next step where it cannot be asked: never to say yes to what destroys. */
  readonly hint: string;
  /** The next step after a no. */
  readonly instead?: string;
}

/**
 * Asks a yes/no question, unless `--yes` answers it.
 * @returns how the yes was given.
 * @throws `terminal_needed` without a terminal or with `--no-input`; `declined` for a no, `interrupted` for
 * none.
 */
export async function confirm(
  context: Context,
  input: Input,
  question: Question,
): Promise<Confirmation> {
  if (input.has("yes")) return "flag";
  const { doing, hint } = question;
  const silence = whySilent(context, input);
  if (silence !== null) {
    throw new OrchestratorError(
      "terminal_needed",
      `Cannot ${doing}: confirmation is required, and ${silence}`,
      { hint },
    );
  }
  if (question.about !== undefined) {
    const { styleFor } = await import("./output/style_for.ts");
    context.io.err(say`${question.about(styleFor("stderr", input, context.io))}\n`);
  }
  const answer = await context.io.confirm(question.text);
  if (answer === true) return "terminal";
  if (answer === null) throw new OrchestratorError("interrupted", `Cannot ${doing}: canceled`);
  throw new OrchestratorError("declined", `Cannot ${doing}: the answer was no`, {
    ...(question.instead === undefined ? {} : { hint: question.instead }),
  });
}

/** Whether a prompt is possible. */
export function canAsk(context: Context, input: Input): boolean {
  return whySilent(context, input) === null;
}

/** Why no prompt is possible; null when one is. */
function whySilent({ io }: Context, input: Input): string | null {
  if (!io.isTerminal("stdin") || !io.isTerminal("stderr")) return "there is no terminal to ask on";
  for (const option of ["no-input", "json"]) {
    if (input.has(option)) return `--${option} disables prompts`;
  }
  return null;
}
