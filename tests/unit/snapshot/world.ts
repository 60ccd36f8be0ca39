/**
 * A project with sessions, for tests of snapshots and of the state branch.
 * @module
 */
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { readRepositoryMeta, type RepositoryMeta } from "../../../src/project/identity.ts";
import { initProject } from "../../../src/project/init.ts";
import { newLineage, newSessionId } from "../../../src/session/session_id.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { type ExportRequest, exportSnapshot } from "../../../src/snapshot/export.ts";
import { type ImportRequest, importSnapshot } from "../../../src/snapshot/import.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { VERSION } from "../../../src/version.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { Actor } from "../../../src/workflow/events.ts";
import { parseDefinition } from "../../../src/workflow/parse_definition.ts";
import { Scratch } from "../../harness/scratch.ts";

const WORKFLOW = `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
  - id: DO
    name: Do
    items:
      - { id: build, name: Build }
`;

/** One machine's copy of a project. */
export class World implements Disposable {
  readonly scratch = new Scratch();
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly warnings: string[] = [];
  actor: Actor = { kind: "person", name: "anna" };
  time = new Date("2026-03-01T12:00:00Z");

  constructor() {
    this.paths = new OrchestratorPaths(this.scratch.root, "flag", this.scratch.home);
    this.manager = new SessionManager({
      backend: new FileBackend(this.paths.stateDirectory),
      actor: () => this.actor,
      now: () => this.time,
      lockTimeoutMs: 5000,
      warn: (message) => this.warnings.push(message),
    });
  }

  get backend(): FileBackend {
    return this.manager.backend as FileBackend;
  }

  get meta(): RepositoryMeta {
    const meta = readRepositoryMeta(this.paths.metaFile);
    if (meta === null) throw new Error("there is no project");
    return meta;
  }

  /** Starts a session and makes it the current one. */
  async start(task: string, name: string | null = null): Promise<string> {
    const { definition } = parseDefinition(WORKFLOW, { file: "workflow.yaml" });
    if (definition === null) throw new Error("the workflow is bad");
    const id = newSessionId();
    await this.manager.withRepositoryLock("start", async () => {
      initProject(this.paths, { automatic: true, now: this.time, toolVersion: VERSION });
      await this.manager.createSession({
        id,
        events: [{
          type: "session_started",
          data: {
            session: id,
            lineage: newLineage(),
            name,
            task,
            project: null,
            constraints: [],
            definition,
            definitionSha256: "0".repeat(64),
            overriddenSettings: [],
            toolVersion: VERSION,
          },
        }],
        meta: { name, task, branch: null, parent: null },
        workflow: WORKFLOW,
      });
      await this.manager.setCurrentSession(id);
    });
    return id;
  }

  /** Appends a note. */
  async note(id: string, text: string): Promise<void> {
    const { actor } = this;
    await this.manager.change(
      id,
      "note",
      (state) => decide(state, { kind: "note", text }, { actor }),
    );
  }

  /** The texts of a session's notes, oldest first. */
  async notes(id: string): Promise<readonly string[]> {
    const { state } = await this.manager.load(id);
    return state.notes.recent.map(({ text }) => text);
  }

  /** A snapshot of it. */
  async export(request: Partial<ExportRequest> = {}): Promise<Uint8Array> {
    const { bytes } = await exportSnapshot(this.backend, {
      repository: this.meta,
      now: this.time,
      workFactor: 4,
      ...request,
    });
    return await collectBytes(bytes);
  }

  /** Takes a snapshot in. */
  import(bytes: Uint8Array, request: Partial<ImportRequest> = {}) {
    return importSnapshot({
      manager: this.manager,
      paths: this.paths,
      now: () => this.time,
      warn: (message) => this.warnings.push(message),
      bytes: inPieces(bytes),
      read: { askKey: () => Promise.reject(new Error("no key was expected")) },
      ...request,
    });
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** Bytes in pieces of an odd size. */
export async function* inPieces(bytes: Uint8Array, size = 1013): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

/** All pieces as one. */
export async function collectBytes(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) parts.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
