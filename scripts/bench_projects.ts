/**
 * Projects for `deno task bench`, made through the program's own code.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../src/platform/hash.ts";
import { initProject } from "../src/project/init.ts";
import { OrchestratorPaths } from "../src/project/paths.ts";
import { newLineage, newSessionId } from "../src/session/session_id.ts";
import { SessionManager } from "../src/session/session_manager.ts";
import { FileBackend } from "../src/storage/file_backend.ts";
import { VERSION } from "../src/version.ts";
import type { NewEvent } from "../src/workflow/events.ts";
import { parseDefinition } from "../src/workflow/parse_definition.ts";

/** Five phases of three items: about as much as the workflow that init writes. */
const WORKFLOW = `name: Bench
phases:
${
  ["PLAN", "EXECUTE", "REVIEW", "VERIFY", "LEARN"].map((phase) =>
    `  - id: ${phase}
    name: ${phase.toLowerCase()}
    items:
${
      ["first", "second", "third"].map((item) =>
        `      - id: ${item}
        name: The ${item} thing to do in this phase
        description: What exactly is to be done, in a sentence of the usual length
        notes: ["[tip] Look at the last one before doing this one"]
`
      ).join("")
    }`
  ).join("\n")
}`;

/** What the items of {@link failingWorkflow} need. */
const COMMAND = "make test";

/** Five phases of so many items, `i1`, `i2`, …, each with a command that has to pass. */
function failingWorkflow(items: number): string {
  const one = (id: string) =>
    `      - id: ${id}
        name: One of many things to do
        verification: { type: command, command: "${COMMAND}" }
`;
  const ids = Array.from({ length: items }, (_, index) => `i${index + 1}`);
  return `name: Bench\nphases:\n${
    ["PLAN", "EXECUTE", "REVIEW", "VERIFY", "LEARN"].map((phase) =>
      `  - id: ${phase}\n    name: ${phase}\n    items:\n${ids.map(one).join("")}`
    ).join("")
  }`;
}

/** Fails the items of the first phase in turn. */
function failure(index: number, items: number): NewEvent {
  return {
    type: "item_failed",
    data: {
      phase: "PLAN",
      item: `i${index % items + 1}`,
      // Where it failed before: each event has the number of those before it, and its own.
      basis: index < items ? 0 : index - items + 2,
      verification: {
        type: "command",
        passed: false,
        command: COMMAND,
        expectedExitCode: 0,
        exitCode: 1,
        durationMs: 5,
        outputTail: "1 failed\n",
      },
    },
  };
}

/** A project with sessions. */
export interface BenchProject {
  readonly root: string;
  /** In the order they were made; the last is current. */
  readonly sessions: readonly string[];
}

/** What is in a project. */
export interface BenchContent {
  readonly sessions: number;
  /** Events in each journal. */
  readonly events: number;
  /** How many are active, the last ones; the others have ended. Default: all. */
  readonly active?: number;
  /** Items of each of five phases; events are failures of those of the first. Default: notes. */
  readonly failing?: number;
  /** The text of a note. Default: a short one. */
  readonly note?: (index: number) => string;
}

/** Makes a git repository with sessions in it. */
export async function makeProject(root: string, content: BenchContent): Promise<BenchProject> {
  mkdirSync(root, { recursive: true });
  const { failing } = content;
  const workflow = failing === undefined ? WORKFLOW : failingWorkflow(failing);
  writeFileSync(join(root, "workflow.yaml"), workflow);
  spawnSync("git", ["init", "--quiet"], { cwd: root });
  const { definition } = parseDefinition(workflow, { file: "workflow.yaml" });
  if (definition === null) throw new Error("The bench's own workflow is invalid");
  const paths = new OrchestratorPaths(root, "flag");
  const manager = new SessionManager({
    backend: new FileBackend(paths.stateDirectory),
    actor: () => ({ kind: "person", name: "bench" }),
    now: () => new Date(),
    lockTimeoutMs: 0,
    warn: (message) => console.error(message),
  });
  const noteText = content.note ??
    ((index: number) => `Note number ${index + 1}, as long as such notes are`);
  const eventOf = (index: number): NewEvent =>
    failing === undefined
      ? { type: "note_added", data: { text: noteText(index), phase: "PLAN" } }
      : failure(index, failing);
  const sessions: string[] = [];
  await manager.withRepositoryLock("start", async () => {
    initProject(paths, { automatic: true, now: new Date(), toolVersion: VERSION });
    for (let count = 0; count < content.sessions; count++) {
      const session = newSessionId();
      const started: NewEvent = {
        type: "session_started",
        data: {
          session,
          lineage: newLineage(),
          name: null,
          task: `Task number ${count + 1}`,
          project: null,
          constraints: [],
          definition,
          definitionSha256: sha256Hex(workflow),
          overriddenSettings: [],
          toolVersion: VERSION,
        },
      };
      const more = Array.from({ length: content.events - 1 }, (_, index) => eventOf(index));
      const ended: NewEvent[] = count < content.sessions - (content.active ?? content.sessions)
        ? [{ type: "workflow_abandoned", data: { reason: "It is long ago" } }]
        : [];
      await manager.createSession({
        id: session,
        events: [started, ...more, ...ended],
        meta: { name: null, task: started.data.task, branch: null, parent: null },
        workflow,
      });
      sessions.push(session);
    }
    const last = sessions.at(-1);
    if (last !== undefined) await manager.setCurrentSession(last);
  });
  return { root, sessions };
}
