/**
 * Making a session out of its first events.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type BlobContent, ORIGIN_HASH, type StorageBackend } from "../storage/backend.ts";
import type { Actor, NewEvent } from "../workflow/events.ts";
import { said } from "../workflow/redacted.ts";
import type { SessionState } from "../workflow/state.ts";
import type { VisitValues } from "./history_file.ts";
import { encodeEvents } from "./journal.ts";
import { replay } from "./rebuild.ts";
import { scrubEvents } from "./scrub.ts";
import { metaText, type SessionMeta } from "./session_meta.ts";
import type { Witness } from "./witness.ts";
import { encodeState } from "./state_cache.ts";

/** What a new session begins with. */
export interface FirstContent {
  readonly id: string;
  readonly events: readonly NewEvent[];
  readonly meta: Omit<SessionMeta, "id" | "created" | "actor">;
  /** The bytes of the frozen definition. */
  readonly workflow: string;
  /** By name in the session's folder. */
  readonly blobs?: Readonly<Record<string, BlobContent>>;
  /** Shows what was recorded before: it becomes a file of the session, which the first event names. */
  readonly history?: VisitValues;
}

/**
 * Creates the session. The repository must be locked.
 * @param how.clean removes known secrets from a text.
 * @returns its state.
 * @throws `too_long`, `too_short`, and what `createSession` of the backend throws; then no session was created.
 */
export async function createSession(
  backend: StorageBackend,
  input: FirstContent,
  how: {
    readonly time: string;
    readonly actor: Actor;
    readonly clean: (text: string) => string;
    readonly witness: Witness | null;
  },
): Promise<SessionState> {
  const { id } = input;
  const { time, actor, clean, witness } = how;
  const { events, blobs } = await withHistory(input, clean);
  const start = { state: null, head: { seq: 0, hash: ORIGIN_HASH, etag: "" } };
  const scrubbed = scrubEvents(events, clean);
  const [first] = scrubbed;
  if (first !== undefined) requireWords(first);
  const encoded = encodeEvents(scrubbed, start, { actor, time });
  const state = replay(id, encoded.events);
  const meta: SessionMeta = {
    id,
    ...input.meta,
    name: input.meta.name === null ? null : clean(input.meta.name),
    task: clean(input.meta.task),
    created: time,
    actor,
  };
  if (state.history !== undefined) {
    const { raiseFormat } = await import("./removed_sessions.ts");
    await raiseFormat(backend);
  }
  await backend.createSession(id, {
    lines: encoded.lines,
    blobs: {
      "meta.json": metaText(meta),
      "workflow.yaml": input.workflow,
      ...input.blobs,
      ...blobs,
    },
    derived: (etag) => ({
      "state.json": encodeState({ state, head: { ...encoded.head, etag }, unknown: {} }),
    }),
  });
  await witness?.moved(null, { state, head: encoded.head, isAccepted: false });
  return state;
}

/** @throws `too_short` when a session is started whose task or name is nothing but secrets. */
function requireWords(first: NewEvent): void {
  if (first.type !== "session_started") return;
  const { task, name } = first.data;
  const what = said(task) === "" ? "task" : name !== null && said(name) === "" ? "name" : null;
  if (what === null || first.data.redacted === undefined) return;
  throw new OrchestratorError(
    "too_short",
    `Cannot start a session: the ${what} must not be empty; known secrets in it do not count`,
    { hint: "Known secrets are never recorded: say it without them" },
  );
}

async function withHistory(
  { id, events, history }: FirstContent,
  clean: (text: string) => string,
): Promise<Pick<FirstContent, "events" | "blobs">> {
  if (history === undefined) return { events };
  const { writeHistory } = await import("./history_file.ts");
  return writeHistory({ id, events, history }, clean);
}
