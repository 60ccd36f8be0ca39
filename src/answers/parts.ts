/**
 * What several answers are made of. A word means the same in each of them.
 * @module
 */
import { z } from "zod";

/** RFC 3339, UTC, as it was recorded. */
export const time = z.string().describe("RFC 3339, UTC");

/** A session's id. */
export const session = z.string().describe("The session's id");

/** A whole number from 0. */
export const count = z.number().int().nonnegative();

/** The checkout that the work is in. */
export const workPlace = z.strictObject({
  branch: z.string().nullable(),
  head: z.string().nullable().describe("The commit that was checked out there"),
  worktree: z.string().nullable().describe("Git's own name for it; null for a main checkout"),
}).describe("The checkout that the work is in; absent where it is this one");

/** Who did something. */
export const actor = z.strictObject({
  kind: z.enum(["person", "agent", "ci"]),
  name: z.string(),
  agent: z.string().optional().describe("The agent's product name"),
  instance: z.string().optional().describe(
    "Which of several agents of one product: digits of a hash of its own session id",
  ),
}).describe("Who did it");

/** How far something is. */
export const progress = z.strictObject({
  done: count.describe("Items completed or skipped"),
  total: count,
});

const argv = z.array(z.string()).describe("Words behind the program's name");
const placeholders = z.array(z.string()).describe(
  "The words of argv that stand for a value, such as <task>; empty when argv can be run as it is",
);
const command = z.string().describe("The same as one line for a shell");
const byPerson = z.boolean().describe("True when a person runs it, not an agent");

/** What comes next, and why. */
export const nextStep = z.strictObject({
  argv,
  placeholders,
  command,
  byPerson,
  why: z.string(),
});

/** What takes the state away without a word. */
export const taker = z.enum(["git clean", "git worktree remove", "machine"]);

/** What protects a session, as far as this clone knows. */
export const protection = z.strictObject({
  takenBy: z.array(taker).describe("What takes the state away without a word"),
  elsewhere: count.describe("Number of the last event that is elsewhere; 0 for none"),
  where: z.string().nullable(),
});

/** The command that an error's hint names. */
export const hintStep = z.strictObject({ argv, placeholders, command, byPerson });

/** Who holds a lock; what the holder itself has left there. */
const holder = z.looseObject({
  operation: z.string(),
  actor: z.string().describe("The holder's name"),
  pid: z.number(),
  host: z.string(),
  since: time,
});

/** Whether a lock is held, and by whom. */
export const lockFields = {
  lock: z.enum(["free", "held", "unknown"]),
  heldBy: holder.nullable().describe("Null for a program that says nothing of itself, too"),
};

/** Where an old workflow that is not imported yet is. */
export const legacy = z.strictObject({
  generation: z.string().nullable(),
  file: z.string(),
});

/** An item that was skipped for a reason the rules accept. */
export const skip = z.strictObject({ phase: z.string(), item: z.string(), reason: z.string() });

/** Of a command that runs in a linked worktree of git's. */
export const worktreeParts = z.strictObject({
  worktree: z.strictObject({
    name: z.string().nullable().describe("Git's own name for it; null where git knows none"),
    root: z.string().describe("Where the work is"),
    stateDirectory: z.string(),
    stateOf: z.string().nullable()
      .describe("The checkout whose state it is; null where it is the worktree's own"),
  }),
});

/** A session that went, or a copy of one, as it was then. */
export const departed = z.strictObject({
  what: z.enum(["removed", "replaced", "missing", "rolled_back"]),
  session,
  name: z.string().nullable(),
  task: z.string(),
  status: z.string().describe("Its status then; unknown where it was not read"),
  seq: count.describe("Number of its last event"),
  hash: z.string().describe("SHA-256 of the line of that event"),
  progress,
  time,
  actor,
  why: z.string().nullable(),
});

/** A session that went, and what became of it. */
export const gone = departed.extend({
  backup: z.string().nullable().describe("Where a replaced copy is, in the state directory"),
  returned: z.boolean().describe("A session of this ID is here again"),
});

/** How a session came in from elsewhere. */
const arrival = z.strictObject({
  how: z.string().describe("The command"),
  from: z.strictObject({
    repository: z.string().nullable(),
    made: z.string().nullable().describe("When the snapshot was made"),
    tool: z.string().nullable(),
  }),
  adopted: z.boolean().describe("It was another repository's"),
  status: z.string(),
  seq: count.describe("Number of its last event then"),
  hash: z.string(),
  progress,
  time,
  actor,
});

/** What the repository's journal says of a session. */
export const account = z.strictObject({
  arrivals: z.array(arrival).describe("How it came in from elsewhere, oldest first"),
  earlier: z.array(gone).describe(
    "Sessions of its name or task that went, and earlier copies of it, oldest first",
  ),
});

/** What a check found. */
export const findingFields = {
  level: z.enum(["ok", "info", "warning", "error", "skipped"]),
  message: z.string(),
  hint: z.string().optional().describe("One thing to do about it"),
};

/** A place in a file, both from 1. */
export const placeFields = {
  line: z.number().optional(),
  column: z.number().optional(),
};
