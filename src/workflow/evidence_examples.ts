/**
 * Examples of evidence, and where they stand in a line that is printed.
 * @module
 */
import type { EvidenceSchemaName } from "./definition.ts";

/** Valid evidence for each schema, as JSON text on one line: for hints and the handoff. */
export const EVIDENCE_EXAMPLES: Readonly<Record<EvidenceSchemaName, string>> = {
  CodeAnalysisEvidence:
    '{"files_reviewed":["src/login.ts"],"patterns_identified":["one handler per route"],"concerns_raised":["no rate limit"],"approach_decision":"Add a handler next to the existing ones"}',
  EdgeCaseEvidence:
    '{"cases_considered":["empty password"],"how_handled":{"empty password":"refused with 400"},"cases_deferred":[]}',
  SpecReviewEvidence:
    '{"requirements_extracted":["users can log in"],"ambiguities_found":["how long is a session?"],"assumptions_made":["one hour"]}',
  TestPlanEvidence:
    '{"test_cases_planned":["login with a wrong password"],"coverage_approach":"One test per branch","edge_cases_covered":["empty password"]}',
};

/** Evidence for an item without a schema. */
export const ANY_EVIDENCE_EXAMPLE = '{"done":"what was done","where":["path/to/file"]}';

/** A text with `"<json>"` in place of the example that hints give, quoted for a shell. */
export function withoutExample(text: string): string {
  for (const example of [ANY_EVIDENCE_EXAMPLE, ...Object.values(EVIDENCE_EXAMPLES)]) {
    const found = text.indexOf(`'${example}'`);
    if (found < 0) continue;
    return `${text.slice(0, found)}"<json>"${text.slice(found + example.length + 2)}`;
  }
  return text;
}
