/**
 * Answers of `snapshot` and `state`: what carries the state to other machines.
 * @module
 */
import { z } from "zod";
import { actor, count, session, time } from "./parts.ts";

const repository = z.looseObject({
  id: z.string(),
  mode: z.enum(["normal", "portable"]),
  remote: z.string().nullable(),
}).describe("Whose state it is");

const kept = z.strictObject({
  session,
  name: z.string().nullable(),
  task: z.string(),
  lineage: z.string(),
  seq: count,
  hash: z.string().describe("SHA-256 of the journal's last line"),
});

const leftOut = z.array(z.strictObject({
  what: z.string(),
  why: z.string(),
  files: count,
  names: z.array(z.string()),
})).describe("What was not taken, and why");

const relation = z.enum(["new", "same", "newer", "older", "diverged"]);

const merged = z.array(z.strictObject({
  session,
  task: z.string(),
  relation,
  newSession: z.string().nullable()
    .describe("The session that goes on with what was done here, when both had gone on"),
}));

const removals = z.array(z.strictObject({
  session,
  task: z.string(),
  actor,
  removedAt: time,
  outcome: z.enum(["removed", "kept", "held"]),
})).describe("What became of sessions whose removal was recorded");

const carrier = z.enum(["branch", "agent_branch", "portable", "snapshot"])
  .describe("What takes the state to other machines");

const commit = z.string();

export const STATE_ANSWERS = {
  "snapshot export": z.strictObject({
    file: z.string().nullable().describe("Null when it went to stdout"),
    size: z.number(),
    encrypted: z.boolean(),
    repository,
    createdAt: time,
    sessions: z.array(kept),
    leftOut,
    snapshot: z.string().optional().describe("The snapshot as text"),
  }),
  "snapshot inspect": z.strictObject({
    createdAt: time,
    tool: z.string().describe("Version of the program that took it"),
    repository,
    sessions: z.array(kept),
    files: z.array(z.strictObject({ name: z.string(), size: z.number(), sha256: z.string() })),
    encrypted: z.boolean(),
    size: z.number(),
  }),
  "snapshot import": z.strictObject({
    dryRun: z.boolean(),
    encrypted: z.boolean(),
    repository,
    createdAt: time,
    initialised: z.boolean(),
    sessions: z.array(z.strictObject({
      session,
      name: z.string().nullable(),
      task: z.string(),
      relation,
      seq: count,
      localSeq: count.nullable(),
      changed: z.boolean(),
      backup: z.string().nullable(),
    })),
    placed: z.strictObject({
      config: z.boolean(),
      current: z.boolean(),
      secrets: count,
      old: count,
      kept: z.array(z.string()),
    }),
  }),
  "state status": z.strictObject({
    webMode: z.boolean(),
    branch: z.string().nullable(),
    carrier: carrier.nullable(),
    local: commit.nullable(),
    remote: commit.nullable(),
    pending: count.describe("Commits that are to be pushed"),
    safeAt: time.nullable(),
    triedAt: time.nullable(),
    problem: z.string().nullable(),
    hereOnly: z.array(session),
    onlyThere: z.array(session),
  }),
  "state push": z.strictObject({
    commit: commit.nullable(),
    branch: z.string().nullable(),
    carrier,
    safe: z.boolean().describe("True when all of it is on a server"),
    problem: z.string().nullable(),
    sessions: merged,
    removals,
    onlyThere: count,
    gone: count,
    leftOut,
    snapshot: z.string().optional(),
  }),
  "state pull": z.strictObject({
    commit: commit.nullable(),
    branch: z.string(),
    sessions: merged,
    removals,
    onlyThere: count,
    problem: z.string().nullable(),
  }),
  "state log": z.strictObject({
    branch: z.string(),
    commits: z.array(z.strictObject({
      commit,
      time,
      author: z.string(),
      subject: z.string(),
      pushed: z.boolean(),
    })),
  }),
  "state restore": z.strictObject({ commit, sessions: merged }),
  "state adopt": z.strictObject({
    dryRun: z.boolean(),
    sessions: z.array(z.strictObject({
      session,
      name: z.string().nullable(),
      task: z.string(),
      relation: z.enum(["new", "same", "newer", "older", "diverged"])
        .describe("Of the worktree's copy to the shared one"),
      adopted: z.boolean().describe("Whether all of it is in the shared state"),
    })),
    left: z.array(z.string()).describe("What stays in the worktree: configuration and secrets"),
  }),
  "state compact": z.strictObject({
    branch: z.string(),
    commit,
    replaced: count.describe("Commits that it was"),
  }),
} as const;
