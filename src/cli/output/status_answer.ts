/**
 * What `status` answers to programs.
 * @module
 */
import type { AtRisk } from "../../app/state/at_risk.ts";
import type { Progress } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { stepData } from "./next_step.ts";
import { statusData } from "./status_data.ts";

/** What a session's standing is made of. */
interface Found {
  readonly state: SessionState;
  readonly progress: Progress;
  /** What has become of the definition's file; undefined where there is none. */
  readonly changed: string | null | undefined;
  /** What would be lost with this machine; null where nothing is known to be. */
  readonly risk: AtRisk | null;
}

/** The payload of `status --json`. */
export function statusAnswer<More extends object>(
  { state, progress, changed, risk }: Found,
  more: More,
) {
  return statusData(state, progress, {
    ...more,
    ...(changed === undefined ? {} : { definitionChanged: changed !== null }),
    ...(risk === null ? {} : {
      atRisk: {
        ...stepData({ ...risk, byPerson: false }),
        ...(risk.events === undefined ? {} : { events: risk.events }),
      },
    }),
  });
}
