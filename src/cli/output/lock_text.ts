/**
 * What is said of a lock: three answers, the same wherever one is shown.
 * @module
 */
import type { LockState } from "../../storage/backend.ts";
import { num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { clockTime } from "./text.ts";

/** Whether a lock is held, and by whom; null for one that is free. */
export function lockStateText(holding: LockState, style: Style): Shown | null {
  switch (holding.state) {
    case "free":
      return null;
    case "unknown":
      return say`cannot be determined: ${shown(holding.reason)}`;
    case "held": {
      const { by } = holding;
      if (by === null) return say`by an unknown program`;
      return say`by ${shown(by.operation)} of ${shown(by.actor)}, pid ${num(by.pid)} on ${
        shown(by.host)
      }, since ${clockTime(by.since, style)}`;
    }
  }
}
