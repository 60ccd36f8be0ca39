/**
 * Deciding `review add`: a review of the work that was made outside of the program.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Command, type DecideContext, TEXT_LIMITS } from "./commands.ts";
import type { Decision } from "./decision.ts";
import { plainEvidence } from "./evidence.ts";
import { refusalIfEnded } from "./locate.ts";
import type { SessionState } from "./state.ts";
import { checkOptionalText, checkText, quoted } from "./texts.ts";

/** What a review is of: a word, as ids of items are, or what the workflow requires. */
const KIND = /^[A-Za-z0-9_][\w-]{0,63}$/;

/** Decides `review`. */
export function decideReview(
  state: SessionState,
  command: Extract<Command, { kind: "review" }>,
  { asBefore }: DecideContext,
): Decision {
  const { review, verdict, work } = command;
  const doing = `add the review ${quoted(String(review))}`;
  const ended = refusalIfEnded(state, doing);
  if (ended !== undefined) return { error: ended };
  const isRequired = state.definition.phases.some(({ required_reviews }) =>
    required_reviews.includes(review)
  );
  if (typeof review !== "string" || (!isRequired && !KIND.test(review))) {
    return invalid(`Cannot ${doing}: its kind must be a word like "security"`);
  }
  if (verdict !== "passed" && verdict !== "failed") {
    return invalid(`Cannot ${doing}: its verdict must be passed or failed`);
  }
  const rule = { doing, what: "reviewer", max: TEXT_LIMITS.name, oneLine: true, asBefore } as const;
  const by = checkText(command.by, rule);
  if (by.error !== undefined) return by;
  const findings = checkOptionalText(command.findings, {
    doing,
    what: "findings",
    max: TEXT_LIMITS.note,
    asBefore,
  });
  if (findings.error !== undefined) return findings;
  const plain = command.evidence === undefined
    ? {}
    : plainEvidence(command.evidence, TEXT_LIMITS.evidence, asBefore);
  if ("problem" in plain) return invalid(`Cannot ${doing} with this evidence: ${plain.problem}`);
  const data = {
    review,
    by: by.value,
    verdict,
    ...(findings.value === undefined ? {} : { findings: findings.value }),
    ...plain,
    phase: state.phase,
    ...(work === undefined ? {} : { work }),
  };
  return { value: { events: [{ type: "review_recorded", data }] } };
}

function invalid(message: string): Decision {
  const hint = "Run `orchestrator review add security --by NAME --verdict passed`";
  return { error: new OrchestratorError("invalid_argument", message, { hint }) };
}
