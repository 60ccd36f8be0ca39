/**
 * What commands read that are about all sessions: those that are here, and those of the state branch.
 * @module
 */
import type { Context } from "../context.ts";
import { mayHaveMore } from "./more.ts";

/** Sees what the state branch has besides what is here, from now on. Nothing can be changed then. */
export async function lookFurther(context: Context): Promise<void> {
  if (context.mayBeBehind) await (await import("./branch_view.ts")).lookAtBranch(context);
  if (await mayHaveMore(context)) await (await import("./beyond.ts")).lookBeyond(context);
}
