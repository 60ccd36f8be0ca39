/** Reviews that are recorded: what they satisfy, and what is refused. */
import assert from "node:assert/strict";
import { decide } from "../../../src/workflow/decide.ts";
import { missingReviews } from "../../../src/workflow/reviews.ts";
import { currentPhase } from "../../../src/workflow/locate.ts";
import { describe } from "../../../src/workflow/progress.ts";
import { AGENT, item, PERSON, phase, Session, workflow } from "./session_builder.ts";

const REVIEWED = workflow([
  phase("REVIEW", [item("plain"), item("quality_review", { required: false })], {
    required_reviews: ["security", "quality", "style_review"],
  }),
]);

function missing({ state }: Session): readonly string[] {
  const now = currentPhase(state);
  assert.ok(now !== undefined);
  return missingReviews(state, now).map(({ review }) => review);
}

const given = { kind: "review", by: "Anna", verdict: "passed" } as const;

Deno.test("a recorded review satisfies required_reviews of its name, with or without _review", () => {
  const session = new Session(REVIEWED);
  assert.deepEqual(missing(session), ["security", "quality", "style_review"]);
  session.do({ ...given, review: "security_review" });
  session.do({ ...given, review: "style" });
  assert.deepEqual(missing(session), ["quality"]);
  session.do({ ...given, review: "beauty" });
  assert.deepEqual(session.state.reviews?.map(({ review }) => review), [
    "security",
    "style_review",
  ]);
  session.do({ ...given, review: "quality" });
  assert.deepEqual(missing(session), []);
});

Deno.test("a review is recorded by whatever name the workflow requires", () => {
  const session = new Session(workflow([
    phase("REVIEW", [item("plain")], { required_reviews: ["code review", "Sécurité"] }),
  ]));
  assert.equal(
    decide(session.state, { ...given, review: "other review" }, { actor: PERSON }).error?.code,
    "invalid_argument",
  );
  for (const review of missing(session)) session.do({ ...given, review });
  assert.deepEqual(missing(session), []);
});

Deno.test("of several reviews the newest counts, and one that failed satisfies nothing", () => {
  const session = new Session(REVIEWED);
  session.do({ ...given, review: "security" });
  session.do({ ...given, review: "security", verdict: "failed", findings: "A hole" });
  assert.ok(missing(session).includes("security"));
  session.do({ ...given, review: "security" });
  assert.ok(!missing(session).includes("security"));
});

Deno.test("the workflow finishes with reviews that were recorded, and not without", () => {
  const session = new Session(REVIEWED);
  session.do({ kind: "complete", item: "plain" });
  const finish = { kind: "finish" } as const;
  const refused = decide(session.state, finish, { actor: PERSON }).error;
  assert.equal(refused?.code, "phase_blocked");
  assert.match(refused?.hint ?? "", /review add security --by/);
  for (const review of ["security", "quality", "style"]) session.do({ ...given, review });
  session.do(finish);
  assert.equal(session.state.status, "completed");
  const late = decide(session.state, { ...given, review: "security" }, { actor: PERSON }).error;
  assert.equal(late?.code, "workflow_ended");
});

Deno.test("a review that an agent records is shown as such", () => {
  const session = new Session(REVIEWED);
  session.do({ ...given, review: "quality" });
  assert.deepEqual(describe(session.state).remarks ?? [], []);
  session.do({ ...given, review: "security" }, AGENT);
  assert.match(
    (describe(session.state).remarks ?? []).join(),
    /"security" was recorded by .*agent/,
  );
});

Deno.test("what is no review is refused", () => {
  const { state } = new Session(REVIEWED);
  const cases = [
    { review: "" },
    { review: "two words" },
    { review: "x".repeat(65) },
    { review: "-x" },
    { by: " " },
    { by: "a\nb" },
    { by: "x".repeat(101) },
    { verdict: "maybe" as "passed" },
    { findings: "x".repeat(100_000) },
    { evidence: {} },
    { evidence: 3 },
  ];
  for (const bad of cases) {
    const { error } = decide(state, { ...given, review: "security", ...bad }, { actor: PERSON });
    assert.ok(error !== undefined, JSON.stringify(bad).slice(0, 80));
    assert.match(error.message, /^Cannot add the review/);
  }
});
