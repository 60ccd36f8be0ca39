/**
 * Answers of the commands about a project, its workflow and the old tool's files.
 * @module
 */
import { z } from "zod";
import { count, findingFields, placeFields, session, taker } from "./parts.ts";
import { workflowStatus } from "./standing.ts";
import { confirmed } from "./trust.ts";

const mode = z.enum(["normal", "portable"]);
const names = z.array(z.string());
const detected = z.strictObject({ name: z.string(), variable: z.string() }).nullable();

const plannedFile = z.strictObject({
  from: z.string(),
  to: z.string(),
  bytes: z.number(),
  sha256: z.string().optional(),
  stays: z.literal(true).optional().describe("The original stays where it is"),
});

const plannedMove = z.strictObject({
  from: z.string(),
  to: z.string(),
  kind: z.enum(["file", "directory", "link"]),
  what: z.string(),
  files: count,
  bytes: z.number(),
});

const migration = z.strictObject({
  dryRun: z.literal(true).optional(),
  pending: z.boolean().optional().describe("A migration was cut off here"),
  migrated: z.boolean().optional(),
  recovered: z.boolean().optional(),
  moves: z.array(plannedMove),
  copies: z.array(plannedMove).describe("What is copied while the original stays"),
  files: z.array(plannedFile),
  sessions: z.array(z.strictObject({
    session,
    workflowId: z.string().describe("Its id in the old tool"),
    task: z.string(),
    status: z.string(),
    name: z.string().nullable(),
    from: z.string(),
    action: z.enum(["create", "keep", "replace"]),
    aliases: names,
  })),
  feedback: z.array(z.strictObject({
    session,
    kind: z.enum(["tool", "process"]),
    lines: count,
  })),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .describe("Settings of .orchestrator.yaml that the project's definition gets"),
  settingsFile: z.string().nullable().describe("The definition that gets them"),
  settingsStay: z.boolean().describe(
    "Whether .orchestrator.yaml stays and goes on counting at start",
  ),
  current: z.string().nullable().describe("The session that becomes the current one"),
  stays: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  tracked: names.describe("Files that move and that git tracks"),
  scripts: z.array(z.strictObject({
    file: z.string(),
    line: z.number(),
    name: z.string(),
    now: z.string().describe("The command that gives the same answer now"),
  })).describe("Lines of scripts that read old places"),
  conflicts: z.array(z.strictObject({
    path: z.string(),
    session,
    resolution: z.enum(["old", "new"]),
    message: z.string(),
  })),
  total: z.strictObject({ files: count, bytes: z.number() }),
  space: z.strictObject({ needed: z.number(), free: z.number().nullable() }),
  backup: z.string().nullable().optional(),
  marker: z.string().optional(),
});

const rollbackPlan = z.strictObject({
  restored: names,
  files: count,
  removed: names.describe("Sessions that go"),
  kept: names.describe("Sessions and files that stay because they changed since"),
  backup: z.string(),
});

const finding = z.strictObject({
  level: findingFields.level,
  message: z.string(),
  hint: findingFields.hint,
  file: z.string().optional(),
  ...placeFields,
  path: z.string().optional().describe("Where in the definition"),
});

export const PROJECT_ANSWERS = {
  "init": z.strictObject({
    root: z.string(),
    id: z.string().describe("The repository's id"),
    mode,
    previousMode: mode.nullable(),
    remote: z.string().nullable(),
    previousRemote: z.string().nullable(),
    created: names,
    changed: names,
    kept: names,
    commands: z.strictObject({
      test: z.string().optional(),
      build: z.string().optional(),
      lint: z.string().optional(),
      source: z.string(),
    }).nullable().describe("What workflow.yaml was written with"),
  }),
  "deinit": z.strictObject({
    dryRun: z.boolean(),
    sessions: z.array(session),
    hereOnly: z.array(session).describe("Sessions that are nowhere else"),
    secrets: names,
    files: count,
    refs: names,
    gitFiles: names,
    trusted: z.array(confirmed),
    left: z.array(z.strictObject({ where: z.string(), what: z.string() })),
  }),
  "validate": z.strictObject({
    file: z.string(),
    valid: z.literal(true),
    name: z.string(),
    phases: z.array(z.strictObject({ id: z.string(), items: count })),
    findings: z.array(finding),
  }),
  "env": z.strictObject({
    agent: detected,
    ephemeral: detected,
    ci: detected,
    persistence: z.strictObject({
      keep: z.string(),
      advice: z.string(),
      takenBy: z.array(taker).describe("What takes the state away without a word"),
      stateDirectory: z.string(),
    }),
    engine: z.string(),
    engineVersion: z.string(),
    target: z.string(),
    root: z.string(),
    rootOrigin: z.string(),
    mode: mode.nullable(),
  }),
  "import-legacy": z.strictObject({
    session,
    imported: z.boolean().describe("False when it is a session already"),
    name: z.string().nullable(),
    task: z.string(),
    status: workflowStatus,
    generation: z.string().nullable(),
    workflowId: z.string().nullable().describe("Its id in the old tool"),
  }),
  "migrate": z.union([
    migration,
    rollbackPlan.extend({ dryRun: z.literal(true) }),
    rollbackPlan.extend({ rolledBack: z.literal(true) }),
    z.strictObject({ rolledBack: z.literal(true), recovered: z.literal(true) }),
  ]),
} as const;
