/**
 * The answers about an old workflow.
 * @module
 */
import type { LegacyView } from "../../app/legacy/view.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";

/** Where an old workflow is, for programs. */
export function legacyData({ generation, file }: LegacyView) {
  return { generation, file };
}

/** The answer of `status`. */
export async function oldStatus(
  context: Context,
  view: LegacyView,
  verbose: boolean,
): Promise<AnswerTo<"status">> {
  const { statusData } = await import("../output/status_data.ts");
  const { statusText } = await import("../output/status_text.ts");
  const { givenText } = await import("../output/approval_text.ts");
  const { noticeText } = await import("../output/notice_text.ts");
  const { describe } = await import("../../workflow/progress.ts");
  const progress = describe(view.state);
  const more = verbose
    ? await (await import("../records.ts")).readRecords(context, { choice: null, view })
    : null;
  return {
    data: statusData(view.state, progress, {
      ...more?.data,
      origin: "legacy" as const,
      legacy: legacyData(view),
    }),
    text: (style) => {
      const { remark } = view;
      const records = more?.text(style);
      const notices = progress.bypasses.map(noticeText);
      const approvals = progress.approvals.map(givenText);
      return statusText(
        view.state,
        progress,
        { now: context.io.now(), approvals, notices, remark, records },
        style,
      );
    },
  };
}
