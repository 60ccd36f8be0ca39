/**
 * Answers of the commands about sessions.
 * @module
 */
import { z } from "zod";
import {
  account,
  actor,
  count,
  gone,
  legacy,
  lockFields,
  progress,
  session,
  time,
} from "./parts.ts";
import { namesakes, recordFields, standing, workflowStatus } from "./standing.ts";
import { origin } from "./work.ts";

const row = z.strictObject({
  session,
  name: z.string().nullable(),
  task: z.string(),
  status: z.enum([...workflowStatus.options, "unreadable"]),
  phase: z.string().nullable(),
  progress,
  createdAt: time.nullable(),
  updatedAt: time.nullable(),
  endedAt: time.optional().describe("RFC 3339, UTC; absent while it is active"),
  ...lockFields,
  problem: z.string().optional().describe("Why it is unreadable"),
  current: z.boolean(),
  deviations: z.array(z.string()).optional()
    .describe("What sets its workflow apart from the project's, from its start on"),
  legacy: legacy.optional(),
  onBranch: z.literal(true).optional().describe("It is on the state branch only"),
});

export const SESSION_ANSWERS = {
  "session list": z.strictObject({
    sessions: z.array(row).describe("Newest first"),
    total: count.describe("How many there are without --limit"),
    removed: z.array(gone).optional().describe("With --removed: oldest first"),
  }),
  "session show": standing.extend({
    ...recordFields,
    origin: origin.optional(),
    actor: actor.optional(),
    branch: z.string().nullable().optional().describe("The git branch it was started on"),
    parent: z.string().nullable().optional().describe("The session it was split from"),
    namesakes: namesakes.optional().describe("Others with the same name or task at its start"),
    lock: lockFields.lock.optional(),
    heldBy: lockFields.heldBy.optional(),
    legacy: legacy.optional(),
    repository: account.optional().describe("What the repository's journal says of it"),
  }),
  "session use": z.strictObject({
    session,
    name: z.string().nullable(),
    task: z.string(),
    boundAgent: z.string().nullable().describe("The variable that names the agent bound to it"),
  }),
  "session rename": z.strictObject({ session, name: z.string().nullable() }),
  "session remove": z.strictObject({ removed: z.array(session) }),
} as const;
