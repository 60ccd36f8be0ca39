/**
 * Answers of the commands that work in a session.
 * @module
 */
import { z } from "zod";
import {
  account,
  actor,
  count,
  legacy,
  nextStep,
  protection,
  session,
  skip,
  time,
  workPlace,
  worktreeParts,
} from "./parts.ts";
import {
  bypass,
  change,
  event,
  givenApproval,
  keptProof,
  namesakes,
  proofSeen,
  recordFields,
  standing,
  workflowStatus,
} from "./standing.ts";

/** What chose the session, or where it is read from. */
export const origin = z.enum(["flag", "environment", "agent", "current", "legacy", "branch"]);

const stateBranch = z.strictObject({ name: z.string(), commit: z.string() })
  .describe("Where it was read from, when it is not here");

const several = change.extend({
  items: z.array(z.strictObject({
    item: z.string(),
    changed: z.boolean(),
    already: z.string().optional(),
  })).optional().describe("Of several items each; absent for one"),
});

const ended = change.extend({
  approvals: z.array(givenApproval).optional().describe("Approvals that were given and that hold"),
  skips: z.array(skip).optional(),
  bypasses: z.array(bypass).optional(),
  remarks: z.array(z.string()).optional()
    .describe("What to know of the session although nothing is wrong"),
  namesakes: namesakes.optional().describe("Others with the same name or task at its start"),
});

/** What a checkpoint keeps, as the journal has it. */
const keptState = z.looseObject({
  status: workflowStatus,
  phase: z.string().nullable(),
  phases: z.record(z.string(), z.looseObject({ status: z.string() })),
});

/** An imported checkpoint keeps its own time and author. */
const checkpointMade = {
  createdAt: time,
  actor: actor.nullable().describe("null where the old tool did not record it"),
  importedAt: time.optional(),
  importedBy: actor.optional(),
};

const checkpoint = z.strictObject({
  checkpoint: z.string(),
  seq: z.number(),
  ...checkpointMade,
  phase: z.string().nullable(),
  message: z.string().nullable(),
});

const feedbackFields = { session, kind: z.enum(["tool", "process"]) };
const feedbackAdded = z.strictObject({
  ...feedbackFields,
  time,
  actor,
  text: z.string(),
});
const feedbackList = z.strictObject({
  ...feedbackFields,
  legacy: legacy.optional(),
  entries: z.array(z.looseObject({})).describe("As they were recorded, also by the old tool"),
});

const feedbackSent = z.strictObject({
  dryRun: z.boolean(),
  remote: z.string().nullable()
    .describe("URL without credentials; null with --dry-run while nothing may be sent"),
  fields: z.array(z.enum(["day", "author", "numbers", "text"])),
  records: z.array(z.strictObject({
    v: z.literal(1),
    id: z.string(),
    kind: z.enum(["tool", "process"]),
    day: z.string().optional(),
    author: z.string().optional(),
    numbers: z.record(z.string(), z.number()).optional(),
    text: z.string().optional(),
  })).describe("What was sent, or would be: all of it"),
  already: z.number().describe("Records that were there before"),
});

const journal = z.strictObject({
  session,
  lines: z.number(),
  bad: z.strictObject({
    line: z.number(),
    reason: z.string(),
    tooNew: z.boolean(),
    garbage: z.literal(true).optional(),
  }).nullable()
    .describe("The first line that cannot be trusted"),
  lost: z.looseObject({}).nullable().describe("What is known to be missing at the end"),
  tornBytes: z.number().describe("Bytes behind the last line that were never acknowledged"),
  lineEnds: z.string(),
  rebuilt: z.string().nullable().describe("Why state.json was made again"),
  unknown: z.strictObject({ line: z.number(), reason: z.string() }).nullable()
    .describe("The first line that only a newer version knows; nothing from there on was checked"),
  undone: z.array(z.number()).optional()
    .describe("Lines that still have a text that was redacted: an older copy came back"),
  recordedHere: z.strictObject({ seq: count, hash: z.string(), time }).optional()
    .describe("The last event that was recorded here, where the journal does not hold it"),
  beforeAudits: z.number()
    .describe("How many lines were written before lines recorded what they led to"),
  history: z.string().nullable().describe("What is wrong with the file of its history"),
  decided: z.number().describe("Lines that were decided again"),
  newer: z.number().describe("Lines that were decided by rules of a newer version: not checked"),
  contradictions: z.array(z.strictObject({
    line: z.number(),
    claims: z.string().describe("What the line says"),
    instead: z.string().describe("Why that was not possible, or what was"),
  })).describe("Lines that no command can have made; an error lists the first 50"),
  remarks: z.array(z.strictObject({ line: z.number(), remark: z.string() }))
    .describe("What is odd, but possible"),
});

/** The lines that `log verify` and its error have. */
const verifiedSessions = z.array(journal);

const logProblem = z.strictObject({
  writer: z.string().describe("The chain: log/<writer>.jsonl"),
  line: z.number(),
  reason: z.string(),
  tooNew: z.boolean(),
  kind: z.enum(["changed", "missing", "unread"]),
});

/** The journal of the repository. */
const verifiedRepository = z.strictObject({
  writers: count.describe("How many clones have written to it"),
  lines: count,
  findings: z.array(logProblem).describe("What was changed or is missing"),
  remarks: z.array(logProblem).describe(
    "What was not compared, and why that is no reason for distrust",
  ),
});

export const WORK_ANSWERS = {
  "inbox": z.strictObject({
    items: z.array(z.strictObject({
      session,
      name: z.string().nullable(),
      task: z.string(),
      phase: z.string().nullable(),
      item: z.string().optional().describe("Absent where the end of the phase is to be approved"),
      title: z.string(),
      why: z.string(),
      since: time,
      actor,
      description: z.string().optional(),
      read: z.string().optional().describe("The file to read, relative to the project root"),
      branch: z.string().nullable().describe(
        "The state branch on which the session is further than here; null where it is not",
      ),
      work: workPlace.optional(),
      argv: z.array(z.string()).describe("Words behind the program's name"),
      command: z.string(),
    })),
  }),
  "wait": z.strictObject({
    session,
    for: z.enum(["approval", "change"]),
    came: z.boolean().describe("False: exit code 7"),
    seq: z.number().describe("Number of the last event that was seen"),
    line: z.string(),
    next: nextStep,
  }),
  "start": standing.extend({
    origin,
    boundTo: session.optional().describe(
      "The active session that the agent stays bound to: name the new one with --session",
    ),
    protection: protection.optional(),
  }),
  "status": standing.extend({
    origin,
    atRisk: nextStep.extend({
      events: count.optional().describe("How many events only this machine has"),
    }).optional().describe(
      "What would be lost with this machine, and the command that protects it; absent where nothing is known to be",
    ),
    definitionChanged: z.boolean().optional().describe(
      "Whether the file of the definition differs from what the session began with; absent where there is none to compare",
    ),
    stateBranch: stateBranch.optional(),
    worktree: worktreeParts.shape.worktree.optional(),
    legacy: legacy.optional(),
    proofs: z.array(proofSeen).optional().describe("With --fresh"),
    lastComparison: z.strictObject({
      proofs: z.array(keptProof).describe("Proofs that did not fit when they were last looked at"),
      commitChanged: z.array(z.strictObject({
        phase: z.string(),
        item: z.string(),
        seq: count,
      })).describe("Proofs made at another commit than the one checked out, not compared since"),
    }).optional().describe("Without --fresh, where there is something to say"),
    workPlace: workPlace.optional(),
    records: recordFields.records.optional().describe("With --verbose"),
    allNotes: recordFields.allNotes.optional().describe("With --verbose"),
  }),
  "complete": several,
  "recheck": several,
  "skip": several,
  "approve": several,
  "reject": several,
  "reopen": several,
  "revoke": several,
  "claim": change,
  "advance": change,
  "finish": ended.extend({
    protection: protection.optional(),
    repository: account.optional().describe("What the repository's journal says of the session"),
  }),
  "note": change,
  "review add": change,
  "review list": z.strictObject({
    session,
    reviews: z.array(z.strictObject({
      review: z.string(),
      verdict: z.enum(["passed", "failed"]),
      reviewer: z.string().nullable().describe(
        "Who made it; null where the old tool did not record it",
      ),
      seq: z.number().nullable(),
      time: time.nullable(),
      actor: actor.nullable().describe("Who recorded it; null: the old tool"),
      findings: z.string().nullable(),
      evidence: z.unknown().optional(),
      tree: z.strictObject({
        id: z.string(),
        head: z.string().nullable(),
        branch: z.string().nullable(),
        changed: z.number().describe("How many files are not as the commit has them"),
      }).nullable().describe("The project's files when it was recorded"),
      counts: z.boolean().describe("It is the newest of a review that the workflow requires"),
    })).describe("Oldest first"),
  }),
  "checkpoint create": change.extend({ checkpoint: z.string() }),
  "checkpoint list": z.strictObject({ session, checkpoints: z.array(checkpoint) }),
  "checkpoint show": z.strictObject({
    session,
    seq: z.number(),
    ...checkpointMade,
    checkpoint: z.string(),
    message: z.string().nullable(),
    decisions: z.array(z.string()),
    files: z.array(z.string()),
    snapshot: keptState,
    imported: z.literal(true).optional().describe("It came with an import"),
    redacted: z.array(z.string()).optional()
      .describe("Fields from which known secrets were removed when it was recorded"),
  }),
  "checkpoint restore": change.extend({ checkpoint: z.string() }),
  "log": z.strictObject({
    session: session.nullable().describe("The session's id; null with --repository"),
    legacy: legacy.optional(),
    events: z.array(event).describe("With --repository, each names its writer"),
  }),
  "log show": z.strictObject({
    session,
    legacy: legacy.optional(),
    event,
    hash: z.string().nullable().describe("SHA-256 of its line; null where it has none yet"),
    redactable: z.array(z.string()).optional()
      .describe("Fields whose texts log redact can take out; absent where there is none"),
  }),
  "log verify": z.strictObject({
    sessions: verifiedSessions,
    repository: verifiedRepository.optional().describe("With --all or --repository"),
  }),
  "log accept": change,
  "log redact": change.extend({
    line: z.number().describe("Number of the event"),
    field: z.string(),
    lines: z.array(z.number()).describe("Numbers of all events that had the text"),
    stillIn: z.array(z.strictObject({
      kind: z.enum(["file", "state_branch", "git_history", "elsewhere"]),
      what: z.string(),
    })).describe("Where the text still is, or may be"),
  }),
  "handoff run": change.extend({
    program: z.string(),
  }),
  "handoff": standing.extend({
    prompt: z.string(),
    ...recordFields,
    decisions: z.array(z.string()),
  }),
  "generate-md": z.strictObject({
    session,
    markdown: z.string().optional(),
    file: z.string().optional().describe("Where it was written instead"),
  }),
  "feedback tool add": feedbackAdded,
  "feedback tool list": feedbackList,
  "feedback process add": feedbackAdded,
  "feedback process list": feedbackList,
  "feedback sync": feedbackSent,
  "session end": ended,
} as const;

/** A line of `log --follow --json`. */
export const LOG_LINE = event;
