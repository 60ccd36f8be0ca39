/**
 * How far a session is and what is recorded of it: what `status`, `session show`, `handoff` and changes
 * answer.
 * @module
 */
import { z } from "zod";
import { actor, count, departed, nextStep, progress, session, skip, time } from "./parts.ts";

/** What a session's workflow can be. */
export const workflowStatus = z.enum(["active", "completed", "abandoned"]);

const itemStatus = z.enum(["pending", "completed", "skipped", "failed"]);
const phaseStatus = z.enum(["pending", "active", "completed"]);

/** A file as it was when it was approved. */
const approvedFile = z.strictObject({
  path: z.string(),
  size: count.describe("In bytes"),
  sha256: z.string(),
  blob: z.string().describe("The id that git gives to its bytes"),
});

/** How an approval was given. */
const approval = z.strictObject({
  how: z.enum(["terminal", "flag"]),
  detection: z.string().describe(
    "The variable that tells whether an agent is at work, or none",
  ),
  byAgent: z.boolean().optional(),
  place: z.strictObject({
    terminal: z.string().describe("Its name; none without one"),
    programs: z.union([z.array(z.string()), z.literal("unknown")])
      .describe("Names of the programs that ran the command, nearest first"),
  }).optional().describe("Absent in lines of earlier programs"),
  file: approvedFile.optional(),
  open: z.array(z.string()).optional()
    .describe("Required items that come before it and were not done"),
  stale: z.array(z.string()).optional()
    .describe("Items whose proofs did not fit the files, as PHASE/item"),
});

/** What took back a completion or an approval. */
const withdrawal = z.looseObject({
  how: z.enum(["rejected", "reopened", "revoked"]),
  seq: z.number(),
  because: z.string().optional().describe("The item it was done to, where it is another one"),
});

const verification = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({
    type: z.literal("file_exists"),
    path: z.string(),
    kind: z.literal("directory").optional(),
    may_be_old: z.literal(true).optional(),
  }),
  z.strictObject({
    type: z.literal("command"),
    command: z.string(),
    expect_exit_code: z.number(),
  }),
  z.strictObject({
    type: z.literal("manual_gate"),
    description: z.string().optional(),
    path: z.string().optional(),
  }),
]).describe("The proof that the workflow asks for, as the workflow spells it");

const proof = z.strictObject({
  verification,
  evidence: z.boolean().describe("True when evidence must be handed in"),
  evidenceSchema: z.string().optional(),
  evidencePrompt: z.string().optional(),
  evidenceExample: z.string().optional().describe("JSON that would do as evidence"),
  inWords: z.array(z.string()),
});

const item = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  status: itemStatus,
  required: z.boolean(),
  stepType: z.enum(["gate", "required", "documented", "flexible"]),
  proof,
  failures: count.describe("How many verifications have failed"),
  blocked: z.string().optional().describe("What keeps it from being completed now"),
  next: nextStep.optional(),
  notes: z.string().optional(),
  skipReason: z.string().optional(),
  forced: z.literal(true).optional(),
  automatic: z.literal("zero_human").optional(),
  approval: approval.optional(),
  needs: z.array(z.string()).optional().describe("Items that must be done before it"),
  rejections: count.optional().describe("How often it was rejected"),
  remarks: z.array(z.string()).optional()
    .describe("What was said against it, and what it waits for"),
  claim: z.strictObject({ seq: z.number(), at: time, actor }).optional()
    .describe("Who works on it: other agents leave it alone"),
  beforeImport: z.literal(true).optional().describe(
    "It had this status before the import: nothing of it was proven here",
  ),
});

const phase = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: phaseStatus,
  requiredOpen: count.describe("Required items that are neither completed nor skipped"),
  approval: z.enum(["not_needed", "missing", "given"]),
  progress,
});

/** What was found of what an item has proved. */
export const proofSeen = z.strictObject({
  phase: z.string(),
  item: z.string(),
  seq: count.describe("Number of the line that has the proof"),
  verdict: z.enum(["fresh", "stale", "unknown"]).describe("unknown: it could not be compared"),
  changed: count.optional().describe("How many files have changed, as far as they can be named"),
  files: z.array(z.string()).optional().describe("The first ten of them"),
  why: z.string().optional().describe("Why it is unknown, or that more has changed"),
});

/** What was found of a proof, when and by what. */
export const keptProof = proofSeen.extend({
  time,
  command: z.string().describe("The command that compared"),
  at: count.describe("Number of the session's last line then"),
  head: z.string().nullable().optional().describe("The commit that was checked out then"),
});

const blocker = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("item_open"),
    phase: z.string(),
    item: z.string(),
    status: z.enum(["pending", "failed"]),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("item_stale").describe(
      "Completed, but what it needs was opened again, or its approval was revoked",
    ),
    phase: z.string(),
    item: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("approval_missing"),
    phase: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("approval_revoked"),
    phase: z.string(),
    item: z.string().optional().describe("Absent for the approval of the phase itself"),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("review_missing"),
    review: z.string(),
    by: z.strictObject({ phase: z.string(), item: z.string() }).optional()
      .describe("The item by which the review can still be done"),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("proof_stale"),
    phase: z.string(),
    item: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    kind: z.literal("proof_unknown").describe(
      "What it has proved cannot be compared with the files",
    ),
    phase: z.string(),
    item: z.string(),
    message: z.string(),
  }),
  z.strictObject({ kind: z.literal("phase_ahead"), phase: z.string(), message: z.string() }),
]);

/** Something that happened beside the straight way. */
export const bypass = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.enum(["forced", "automatic", "waived"]),
    phase: z.string(),
    item: z.string(),
    count,
    seq: z.number(),
    time,
    actor,
    reason: z.string(),
    undone: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("agent_approval"),
    phase: z.string(),
    item: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("approval_revoked"),
    phase: z.string(),
    item: z.string().optional().describe("Absent for the approval of the phase itself"),
    seq: z.number(),
    time,
    actor,
    reason: z.string(),
  }),
  z.strictObject({
    kind: z.literal("setting_overridden"),
    setting: z.string(),
    file: z.string().optional().describe("The file that replaced it; absent: --set"),
  }),
  departed.extend({ kind: z.literal("earlier_session") }),
  z.strictObject({
    kind: z.literal("before_import"),
    items: z.array(z.strictObject({ phase: z.string(), item: z.string() }))
      .describe("Done or skipped before the import; not proven here"),
  }),
  z.strictObject({
    kind: z.literal("before_audits"),
    lines: z.number().describe("How many lines, from the first on"),
    all: z.boolean().describe("Whether they are the whole journal"),
  }),
  z.strictObject({
    kind: z.literal("other_definition"),
    message: z.string().describe("Why the definition is not the project's committed one"),
  }),
  z.strictObject({
    kind: z.literal("journal_accepted"),
    time,
    actor,
    known: z.strictObject({ seq: z.number(), hash: z.string() }),
    found: z.number(),
    contradictions: z.array(z.number()).optional()
      .describe("Lines that contradict; absent where events are missing"),
    reason: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal("left_open"),
    phase: z.string(),
    item: z.string(),
    status: itemStatus,
    required: z.boolean(),
  }),
]);

/** An approval that was given and that holds. */
export const givenApproval = z.strictObject({
  phase: z.string(),
  item: z.string().optional().describe("Absent for the approval of the phase itself"),
  approval,
  at: time.optional(),
  actor: actor.optional(),
});

const note = z.strictObject({
  seq: z.number(),
  time,
  actor,
  text: z.string(),
  phase: z.string().nullable(),
});

/** A note without its number: of an old workflow, or of the whole journal. */
const plainNote = z.strictObject({ ...note.shape, seq: z.number().optional() });

/** What is recorded of one item. */
export const itemRecord = z.strictObject({
  phase: z.string(),
  item: z.string(),
  status: itemStatus,
  seq: count.describe("Number of the last event that changed it: log show has all of it"),
  at: time.optional(),
  actor: actor.optional(),
  notes: z.string().optional(),
  evidence: z.unknown().optional(),
  verification: z.looseObject({ type: z.string(), passed: z.boolean() }).optional()
    .describe("What its verification gave, with the end of a command's output"),
  approval: approval.optional(),
  rejections: count.optional(),
  withdrawn: withdrawal.optional(),
  withdrawnReason: z.string().optional(),
  needsAgain: z.string().optional().describe("An item that it needs and that was opened again"),
  skipReason: z.string().optional(),
  forced: z.literal(true).optional(),
  automatic: z.literal("zero_human").optional(),
  files: z.strictObject({
    seq: count.describe("Number of the event that records it"),
    head: z.string().nullable().describe("The commit"),
    tree: z.string().nullable().describe("Id of the tree that a commit of all files would have"),
    committable: z.boolean().describe("Whether a commit can have that id"),
    changed: z.strictObject({ count, first: z.array(z.string()) }).optional()
      .describe("Files that were not as the commit has them"),
  }).optional().describe("What the project was when it was completed or approved"),
});

/** What `session show`, `handoff` and `status --verbose` answer besides the standing. */
export const recordFields = {
  records: z.array(itemRecord).describe("Of the items of all phases that have any"),
  allNotes: z.array(plainNote).describe("Of the whole journal, oldest first"),
};

const checkpointSummary = z.strictObject({
  checkpoint: z.string(),
  seq: z.number(),
  createdAt: time,
  message: z.string().nullable(),
  phase: z.string().nullable(),
});

const recent = <Entry extends z.ZodType>(entry: Entry) =>
  z.strictObject({ count, recent: z.array(entry).describe("The newest few, oldest first") });

const relation = z.enum(["same", "differs", "absent"]);

/** Where a definition came from, as `start` found it. */
const definitionOrigin = z.strictObject({
  path: z.string().nullable().describe(
    "From the project root; the last part only when it is outside; null: built in",
  ),
  outside: z.literal(true).optional(),
  chosen: z.enum(["default", "argument", "environment", "global", "repository"])
    .describe("What named the file"),
  blob: z.string().nullable().describe("The id that git gives to its bytes"),
  usual: z.string().describe("The project's usual file, as committed"),
  git: z.enum(["none", "no_commit", "not_installed", "other_owner", "unreadable", "unknown"])
    .optional()
    .describe("Why nothing is known of commits"),
  committed: z.boolean().describe("Whether path is committed with these bytes"),
  head: relation.describe("How the bytes relate to the usual file that is committed"),
  main: z.strictObject({ branch: z.string(), is: relation }).nullable()
    .describe("The same of the default branch; null where none is known"),
  folder: relation.describe("The same of the usual file in the folder"),
  olderFormat: z.literal(true).optional()
    .describe("The usual file has a newer format"),
  settingsFrom: z.strictObject({
    path: z.string(),
    settings: z.array(z.string()),
    sha256: z.string(),
  }).optional().describe("A file that replaced settings of the definition"),
  sha256: z.string(),
});

/** Other sessions with the same name or task when a session began. */
export const namesakes = recent(z.strictObject({
  session,
  same: z.enum(["name", "task"]),
  status: z.enum(["active", "completed", "abandoned", "unknown"]),
}));

/** A session's standing: `status`, `start`, `session show`, `handoff`. */
export const standing = z.strictObject({
  session,
  name: z.string().nullable(),
  task: z.string(),
  project: z.string().nullable(),
  workflow: z.string().describe("The name of the workflow definition"),
  status: workflowStatus,
  active: z.boolean(),
  phase: z.string().nullable(),
  progress,
  phases: z.array(phase),
  items: z.array(item).describe("The items of the current phase"),
  blockers: z.array(blocker).describe("What stands before advance, or before finish"),
  approvals: z.array(givenApproval).describe("Approvals that were given and that hold"),
  revoked: z.string().optional().describe("Approvals that were revoked, as a clause"),
  skips: z.array(skip),
  bypasses: z.array(bypass),
  remarks: z.array(z.string()).optional()
    .describe("What to know of the session although nothing is wrong"),
  definitionOrigin: definitionOrigin.optional()
    .describe("Where the definition came from; absent where it was not recorded"),
  constraints: z.array(z.string()),
  notes: recent(note),
  checkpoints: recent(checkpointSummary),
  createdAt: time,
  updatedAt: time,
  endedAt: time.optional(),
  endNotes: z.string().optional(),
  abandonReason: z.string().optional(),
  imported: z.string().optional().describe("The generation of the old tool it was imported from"),
  lineage: z.string(),
  seq: count.describe("Number of the journal's last event"),
  next: nextStep,
});

/** An event in the answer to a change: the journal's, without what is long. */
const briefEvent = z.looseObject({ seq: z.number(), type: z.string() });

/** What a change of a session answers. */
export const change = z.strictObject({
  session,
  seq: count,
  status: workflowStatus,
  phase: z.string().nullable(),
  changed: z.boolean().describe("False when all of it was so already"),
  already: z.string().optional().describe("What was so already"),
  events: z.array(briefEvent),
  next: nextStep,
});

/** An event as the journal has it; `data` is what its type says. */
export const event = z.looseObject({
  seq: z.number(),
  time,
  type: z.string(),
  actor: z.looseObject({ kind: z.string(), name: z.string() }),
  data: z.looseObject({}),
});
