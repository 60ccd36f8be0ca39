/**
 * What may be skipped, and which reasons are accepted.
 * | item | may be skipped |
 * |---|---|
 * | `gate` | only with `--force` and a substantive reason, a manual gate only by a person; shown as bypassed afterwards |
 * | `required` | never |
 * | `skippable: false` | never |
 * | manual gate without `skip_conditions`, of another step_type than `gate` | never |
 * | `documented` | with a substantive reason that is not a stock phrase |
 * | `flexible` | with a short reason |
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { refusalOfClaim } from "./claims.ts";
import { type Command, type DecideContext, TEXT_LIMITS } from "./commands.ts";
import type { ItemDefinition } from "./definition.ts";
import { refusalIfAgent } from "./approval_rules.ts";
import type { Decision } from "./decision.ts";
import { type LocatedItem, requireItem } from "./locate.ts";
import { asHint, itemStep } from "./next_step.ts";
import { isDone, reviewOnlyBy } from "./reviews.ts";
import { said, tellingLength } from "./redacted.ts";
import type { SessionState } from "./state.ts";
import { checkText } from "./texts.ts";

/** How an item may be skipped. */
export type SkipRule =
  | {
    readonly kind: "never";
    /** Completes "it cannot be skipped because …". */
    readonly because: string;
  }
  | { readonly kind: "force" }
  | {
    readonly kind: "reason";
    /** True when the reason must be substantive. */
    readonly weighty: boolean;
  };

/**
 * The rule for an item.
 * @param imported True for a session of the old tool: it stored `skippable: false` for every gate,
 *   so the field does not reflect the author's intent there.
 */
export function skipRule(item: ItemDefinition, imported = false): SkipRule {
  if (item.step_type === "gate") {
    if (item.skippable || imported) return { kind: "force" };
    return { kind: "never", because: "it is a gate that is not skippable" };
  }
  if (item.step_type === "required") return { kind: "never", because: "it is a required step" };
  if (!item.skippable) return { kind: "never", because: "it is not skippable" };
  if (item.verification.type === "manual_gate" && item.skip_conditions.length === 0) {
    return { kind: "never", because: "it needs approval and has no skip_conditions" };
  }
  return { kind: "reason", weighty: item.step_type === "documented" };
}

/** Phrases that explain nothing; compared without case, punctuation and extra white space. */
export const STOCK_PHRASES: readonly string[] = [
  "already done",
  "doing it later",
  "does not apply",
  "irrelevant",
  "n a",
  "na",
  "no reason",
  "no time",
  "not applicable",
  "not needed",
  "not necessary",
  "not relevant",
  "not required",
  "out of scope",
  "self explanatory",
  "skip this",
  "skipping",
  "too simple",
  "trivial",
  "unnecessary",
  "will do later",
];

/** Words that add nothing to a stock phrase. */
const FILLERS = new Set(
  ("a an and at be because but for here i in is it its just moment now of on or really right so " +
    "step still task that the there this to was we").split(" "),
);

/**
 * A text without repetitions: white space runs become one space, and an immediately repeated
 * sequence counts once (three times for short ones, so that double letters in words are kept).
 */
export function substance(text: string): string {
  return text.trim().replace(/\s+/gu, " ")
    .replace(/(.{1,9}?)(?: ?\1){2,}/gsu, "$1")
    .replace(/(.{10,200}?)(?:[\s.,;:!?-]{0,3}\1)+/gsu, "$1");
}

/** True when a text is made of nothing but stock phrases and words that add nothing to them. */
export function isStockPhrase(text: string): boolean {
  let words = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()} `;
  for (const phrase of STOCK_PHRASES) {
    while (words.includes(` ${phrase} `)) words = words.replaceAll(` ${phrase} `, " ");
  }
  return words.split(" ").every((word) => word === "" || FILLERS.has(word));
}

/**
 * A substantive reason: {@link TEXT_LIMITS.weightyReason} characters, not counting repetitions, and
 * more than a stock phrase.
 */
export function checkWeightyReason(
  reason: unknown,
  doing: string,
  { asBefore }: Pick<DecideContext, "asBefore">,
): Result<string> {
  const least = TEXT_LIMITS.weightyReason;
  const checked = checkText(reason, {
    doing,
    what: "reason",
    max: TEXT_LIMITS.reason,
    min: least,
    asBefore: true,
  });
  if (checked.error !== undefined) return checked;
  const text = checked.value;
  const words = said(text);
  if (isStockPhrase(words)) {
    return {
      error: new OrchestratorError(
        "invalid_argument",
        `Cannot ${doing}: the reason is a stock phrase that explains nothing`,
        { hint: "Describe what you found that makes this item unnecessary" },
      ),
    };
  }
  const whole = substance(words);
  const length = asBefore === true ? whole.length : tellingLength(whole);
  if (length < least) {
    return {
      error: new OrchestratorError(
        "too_short",
        `Cannot ${doing}: the reason is ${length} characters long without repetitions ` +
          `(minimum ${least})`,
      ),
    };
  }
  return { value: text };
}

/** Why an open item may not be skipped like that; undefined when it may. */
function objectionTo(
  state: SessionState,
  { phase, definition }: LocatedItem,
  { rule, command, context }: {
    readonly rule: SkipRule;
    readonly command: Extract<Command, { kind: "skip" }>;
    readonly context: DecideContext;
  },
): OrchestratorError | undefined {
  const { item: id } = command;
  const doing = `skip "${id}"`;
  const hint = asHint(itemStep(state, phase, definition));
  if (rule.kind === "never") {
    return new OrchestratorError("item_blocked", `Cannot ${doing}: ${rule.because}`, { hint });
  }
  const review = reviewOnlyBy(state, phase, definition.id);
  if (review !== undefined) {
    return new OrchestratorError(
      "item_blocked",
      `Cannot ${doing}: the workflow cannot finish without the review "${review}"`,
      { hint },
    );
  }
  if (rule.kind === "force" && !command.force) {
    return new OrchestratorError("item_blocked", `Cannot ${doing}: it is a gate`, {
      hint,
      details: { forceNeeds: TEXT_LIMITS.weightyReason },
    });
  }
  if (rule.kind === "force" && definition.verification.type === "manual_gate") {
    return refusalIfAgent(state, context, `${doing} by force`);
  }
  return undefined;
}

/** Decides `skip`. */
export function decideSkip(
  state: SessionState,
  command: Extract<Command, { kind: "skip" }>,
  context: DecideContext,
): Decision {
  const { item: id } = command;
  const doing = `skip "${id}"`;
  const located = requireItem(state, id, "skip");
  if (located.error !== undefined) return located;
  const { definition, phase, state: item } = located.value;

  if (item.status === "skipped") {
    return { value: { events: [], already: `"${id}" is already skipped` } };
  }
  if (item.status === "completed" && isDone(item)) {
    return { error: new OrchestratorError("item_blocked", `Cannot ${doing}: it is completed`) };
  }
  const rule = skipRule(definition, state.imported !== undefined);
  const objection = refusalOfClaim(located.value, context, doing) ??
    objectionTo(state, located.value, { rule, command, context });
  if (objection !== undefined) return { error: objection };
  const reason = rule.kind !== "reason" || rule.weighty
    ? checkWeightyReason(command.reason, doing, context)
    : checkText(command.reason, {
      doing,
      what: "reason",
      max: TEXT_LIMITS.reason,
      min: TEXT_LIMITS.flexibleReason,
      asBefore: context.asBefore,
    });
  if (reason.error !== undefined) return reason;
  return {
    value: {
      events: [{
        type: "item_skipped",
        data: {
          phase: phase.definition.id,
          item: definition.id,
          reason: reason.value,
          ...(rule.kind === "force" ? { forced: true } : {}),
        },
      }],
    },
  };
}
