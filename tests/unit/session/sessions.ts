/**
 * Sessions for the tests of the session room, in memory or in files.
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type ErrorCode, OrchestratorError } from "../../../src/errors.ts";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { WorkflowDefinition } from "../../../src/workflow/definition.ts";
import { PERSON, phase, workflow } from "../workflow/session_builder.ts";

export const A = "aaaaaaaaaaaaa";
export const B = "bbbbbbbbbbbbb";

/** PLAN with the items a and b, then BUILD with c. */
export const TWO_PHASES: WorkflowDefinition = workflow([
  phase("PLAN", ["a", "b"]),
  phase("BUILD", ["c"]),
]);

/** A manager, and what it warned of. */
export interface Managed {
  readonly manager: SessionManager;
  readonly warnings: string[];
}

/** A manager with a clock that stands unless it is set. */
export function managed(
  backend: StorageBackend,
  { now = () => new Date(Date.UTC(2026, 0, 1)), lockTimeoutMs = 5000 } = {},
): Managed {
  const warnings: string[] = [];
  const manager = new SessionManager({
    backend,
    actor: () => PERSON,
    now,
    lockTimeoutMs,
    warn: (message) => void warnings.push(message),
  });
  return { manager, warnings };
}

/** Creates a session. */
export async function start(
  manager: SessionManager,
  id: string = A,
  { name = null, task = `Task of ${id}`, definition = TWO_PHASES, lineage = `lineage-of-${id}` }: {
    readonly name?: string | null;
    readonly task?: string;
    readonly definition?: WorkflowDefinition;
    readonly lineage?: string;
  } = {},
): Promise<void> {
  await manager.withRepositoryLock("start", () =>
    manager.createSession({
      id,
      events: [{
        type: "session_started",
        data: {
          session: id,
          lineage,
          name,
          task,
          project: null,
          constraints: [],
          definition,
          definitionSha256: "0".repeat(64),
          overriddenSettings: [],
          toolVersion: "0.0.0",
        },
      }],
      meta: { name, task, branch: "main", parent: null },
      workflow: "name: test\n",
    }));
}

/** Does a command as the commands of the program do. */
export function act(
  manager: SessionManager,
  id: string,
  command: Command,
  options: { readonly replay?: boolean } = {},
) {
  return manager.change(
    id,
    command.kind,
    (state) => decide(state, command, { actor: PERSON }),
    options,
  );
}

export const complete = (item: string): Command => ({ kind: "complete", item });
export const note = (text: string): Command => ({ kind: "note", text });
export const abandon: Command = { kind: "abandon", reason: "This was only a test of it" };

/** The error a promise must be rejected with. */
export async function refusal(code: ErrorCode, promise: Promise<unknown>) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof OrchestratorError, `not an OrchestratorError: ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`not refused with ${code}`);
}

/** Sessions as files in a temporary directory. */
export interface InFiles extends Managed {
  readonly backend: FileBackend;
  /** The state directory. */
  readonly directory: string;
  /** Absolute path of a file of session A. */
  readonly file: (name: string) => string;
  /** Reads, changes and writes back a file of session A, with another time of change. */
  readonly edit: (name: string, change: (text: string) => string) => void;
}

/** Runs a test on sessions in files. */
export async function inFiles(test: (files: InFiles) => Promise<void>): Promise<void> {
  const top = await Deno.makeTempDir({ prefix: "session-" });
  try {
    const directory = join(top, ".orchestrator");
    const backend = new FileBackend(directory);
    const file = (name: string) => join(directory, "sessions", A, name);
    await test({
      ...managed(backend),
      backend,
      directory,
      file,
      edit(name, change) {
        const text = Deno.readTextFileSync(file(name));
        const changed = change(text);
        assert.notEqual(changed, text, "the edit changes nothing");
        Deno.writeTextFileSync(file(name), changed);
        // An edit in the same tick of the clock as the write before would leave the time as it was.
        const later = new Date(Date.now() + 5000);
        Deno.utimeSync(file(name), later, later);
      },
    });
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}

/** state.json changed by hand, with its checksum made to fit again. */
export function forged(text: string, change: (content: Record<string, unknown>) => void): string {
  const { checksum: _, ...content } = JSON.parse(text);
  change(content);
  const rest = JSON.stringify(content).slice(1) + "\n";
  return `{"checksum":"${sha256Hex(rest)}",${rest}`;
}
