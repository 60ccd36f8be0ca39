/**
 * What of decided events is recorded. The rules hold for what remains when known secrets are removed:
 * nothing else can be judged, or read, afterwards.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { commandOf } from "../workflow/audit/command_of.ts";
import { decide, type Decision } from "../workflow/decide.ts";
import type { Actor, NewEvent } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import { scrubEvents, scrubWords } from "./scrub.ts";

/** How events are recorded. */
export interface Recording {
  /** Removes known secrets from a text. */
  readonly clean: (text: string) => string;
  readonly actor: Actor;
}

/**
 * The decision without known secrets; a refusal when what remains does not satisfy the rules.
 * @param state the one that was decided on.
 */
export function recordable(
  state: SessionState,
  decision: Decision,
  { clean, actor }: Recording,
): Decision {
  if (decision.error !== undefined) return decision;
  const events: NewEvent[] = [];
  for (const event of scrubEvents(decision.value.events, clean)) {
    const { redacted } = event.data;
    const command = redacted === undefined ? null : commandOf(event);
    if (redacted === undefined || command === null) {
      events.push(event);
      continue;
    }
    const again = decide(state, command, { actor });
    if (again.error !== undefined) return { error: refusedWithout(again.error, redacted) };
    const [decided] = again.value.events;
    if (decided === undefined) return again;
    events.push(withRedaction(decided, event));
  }
  return { value: { ...decision.value, events } };
}

/** What was decided without the secrets. A snapshot comes from the state, where they may still be. */
function withRedaction(decided: NewEvent, scrubbed: NewEvent): NewEvent {
  const snapshot = "snapshot" in scrubbed.data ? { snapshot: scrubbed.data.snapshot } : {};
  const { redacted } = scrubbed.data;
  return { ...decided, data: { ...decided.data, ...snapshot, redacted } } as NewEvent;
}

/**
 * Notes and evidence as they will be recorded, for checks before anything is decided.
 * @returns `redacted`: names of the fields that change.
 */
export function withoutSecrets<Given extends Readonly<Record<string, unknown>>>(
  given: Given,
  clean: (text: string) => string,
): { readonly given: Given; readonly redacted: readonly string[] } {
  const redacted: string[] = [];
  const cleaned = Object.entries(given).map(([name, value]) => {
    const scrubbed = scrubWords(value, clean);
    if (JSON.stringify(scrubbed) !== JSON.stringify(value)) redacted.push(name);
    return [name, scrubbed];
  });
  return { given: Object.fromEntries(cleaned) as Given, redacted };
}

/** A refusal that is due to secrets that were removed. */
export function refusedWithout(
  error: OrchestratorError,
  redacted: readonly string[],
): OrchestratorError {
  if (redacted.length === 0) return error;
  return new OrchestratorError(
    error.code,
    `${error.message}; known secrets in it do not count`,
    {
      hint: "Known secrets are never recorded: say it without them",
      details: { ...error.details, redacted },
    },
  );
}
