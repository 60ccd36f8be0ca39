/**
 * All checks, in the order they are shown.
 * @module
 */
import type { Check } from "../check.ts";
import { sessionsChain } from "./sessions_chain.ts";
import { sessionsState } from "./sessions_state.ts";

export const CHECKS: readonly Check[] = [
  sessionsChain,
  sessionsState,
];
