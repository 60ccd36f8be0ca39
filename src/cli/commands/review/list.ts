/**
 * `orchestrator review list`
 * @module
 */
import type { AnswerData } from "../../../answers/table.ts";
import { listReviews, type ReviewEvent } from "../../../app/review.ts";
import type { Actor } from "../../../workflow/events.ts";
import { isRecord } from "../../../workflow/record.ts";
import { isSame } from "../../../workflow/review_names.ts";
import type { RecordedReview } from "../../../workflow/state.ts";
import type { AnswerTo } from "../../command.ts";
import type { Context } from "../../context.ts";
import { actorText } from "../../output/event_text.ts";
import { say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";
import { ago, columns, oneLine } from "../../output/text.ts";

type Row = Omit<AnswerData<"review list">["reviews"][number], "actor"> & {
  readonly actor: Actor | null;
};

export async function run(context: Context): Promise<AnswerTo<"review list">> {
  const { session, reviews, counting } = await listReviews(context);
  const rows = [...oldRows(counting), ...reviews.map((event) => rowOf(event, counting))];
  return {
    data: { session, reviews: rows },
    text: (style) =>
      rows.length === 0 ? style.dim(say`No reviews yet.`) : columns([
        [
          say`REVIEW`,
          say`VERDICT`,
          say`BY`,
          say`RECORDED BY`,
          say`AGE`,
          say`COMMIT`,
          say`FINDINGS`,
        ].map(style.dim),
        ...rows.map((row) => cells(row, context, style)),
      ]),
  };
}

function cells(row: Row, context: Context, style: Style): readonly Shown[] {
  const { review, verdict, reviewer, actor, time, tree, findings } = row;
  const paint = verdict === "passed" ? style.green : style.yellow;
  return [
    style.cyan(shown(review)),
    paint(shown(verdict)),
    oneLine(reviewer ?? "-", 30, style),
    actor === null ? say`the old tool` : actorText(actor),
    time === null ? say`-` : ago(time, context.io.now()),
    tree === null
      ? say`-`
      : say`${shown((tree.head ?? "none yet").slice(0, 12))}${
        tree.changed === 0 ? say`` : say` and changes`
      }`,
    oneLine(findings ?? "", 50, style),
  ];
}

/** Those of the old tool, or of another copy of the session: only the fact is known of them. */
function oldRows(counting: readonly RecordedReview[]): readonly Row[] {
  const old = counting.filter(({ seq }) => seq === undefined);
  return old.map(({ review, verdict, at, by }) => ({
    review,
    verdict,
    reviewer: null,
    seq: null,
    time: at,
    actor: by ?? null,
    findings: null,
    tree: null,
    counts: true,
  }));
}

function rowOf(event: ReviewEvent, counting: readonly RecordedReview[]): Row {
  const { seq, time, actor, data } = event;
  const { review, verdict, by, findings, evidence } = data;
  return {
    review,
    verdict,
    reviewer: by,
    seq,
    time,
    actor,
    findings: findings ?? null,
    ...(evidence === undefined ? {} : { evidence }),
    tree: treeOf(data.work),
    counts: counting.some((one) => one.seq === seq && isSame(one.review, review)),
  };
}

/** What the project was; null where no tree could be taken. */
function treeOf(work: unknown): Row["tree"] {
  const tree = isRecord(work) ? work["tree"] : undefined;
  if (!isRecord(tree) || typeof tree["tree"] !== "string") return null;
  const text = (name: string) => typeof tree[name] === "string" ? tree[name] : null;
  const changed = tree["changedCount"];
  return {
    id: tree["tree"],
    head: text("head"),
    branch: text("branch"),
    changed: typeof changed === "number" ? changed : 0,
  };
}
