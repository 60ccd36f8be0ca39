/**
 * Recording a review, and finding those of a session.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { visitEvents } from "../session/read_events.ts";
import { withoutRedacted } from "../session/without_redacted.ts";
import { decide } from "../workflow/decide.ts";
import type { SessionEvent } from "../workflow/events.ts";
import type { RecordedReview, ReviewVerdict } from "../workflow/state.ts";
import { chooseToRead } from "./choose_session.ts";
import { workNow } from "./work.ts";
import type { Workspace } from "./workspace.ts";

/** A review to record. */
export interface GivenReview {
  readonly review: string;
  readonly by: string;
  readonly verdict: ReviewVerdict;
  readonly findings?: string;
  readonly evidence?: unknown;
}

/** A review: the event that recorded it. */
export type ReviewEvent = Extract<SessionEvent, { readonly type: "review_recorded" }>;

/**
 * Records a review with the project's files as they are.
 * @throws what `sessionToChange` and `decide` refuse.
 */
export async function addReview(
  workspace: Pick<Workspace, "sessionToChange" | "manager" | "actor" | "paths" | "io">,
  given: GivenReview,
): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  const command = { kind: "review", ...given } as const;
  // What is refused needs no look at the files.
  const { state } = await manager.loadToPlan(session);
  const { error } = decide(state, command, { actor });
  if (error !== undefined) throw error;
  const work = await workNow(workspace, { state, named: [] });
  return await manager.change(
    session,
    "review",
    (now) => decide(now, { ...command, ...work }, { actor }),
  );
}

/**
 * The reviews of the chosen session, oldest first.
 * @returns besides them those that the old tool recorded, and which count now.
 */
export async function listReviews(workspace: Workspace): Promise<{
  readonly session: string;
  readonly reviews: readonly ReviewEvent[];
  readonly counting: readonly RecordedReview[];
}> {
  const { choice, view } = await chooseToRead(workspace);
  if (choice === null) {
    const { session, reviews } = view.state;
    return { session, reviews: view.events.filter(isReview), counting: reviews ?? [] };
  }
  const { backend } = workspace.manager;
  const { state } = await workspace.manager.load(choice.id);
  const reviews: ReviewEvent[] = [];
  const instead = await withoutRedacted(backend, choice.id);
  await visitEvents(backend, choice.id, {}, (read) => {
    const event = instead.get(read.seq) ?? read;
    if (isReview(event)) reviews.push(event);
  });
  return { session: choice.id, reviews, counting: state.reviews ?? [] };
}

function isReview<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, { readonly type: "review_recorded" }> {
  return event.type === "review_recorded";
}
