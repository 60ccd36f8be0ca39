/**
 * Creates, reads and changes sessions on top of a storage backend.
 *
 * A change is: lock the session → load → `decide` → append (durable: acknowledged from here on) →
 * replace state.json → unlock. Readers take no lock.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { agentKey } from "../project/actor.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { Decision } from "../workflow/decide.ts";
import type { Actor } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import { type LoadedSession, loadSession } from "./load.ts";
import type { FirstContent } from "./create_session.ts";
import type { Change, ChangeOptions, Decide, ManagerOptions } from "./manager_options.ts";
import type { Recording } from "./redact.ts";
import type { NewRepositoryEvent } from "./repository_log/lines.ts";
import type { SessionMeta } from "./session_meta.ts";
import type { CachedState } from "./state_cache.ts";
import type { Verification, VerifyOptions } from "./verify_session.ts";
import type { Witness } from "./witness.ts";

export type { Change } from "./manager_options.ts";
export type { SessionMeta } from "./session_meta.ts";

/** A session that was read to plan a change. */
interface Planned {
  readonly loaded: LoadedSession;
  /** Whether the digests of all lines were compared. */
  readonly replayed: boolean;
}

/** Creates, reads and moves the sessions of one project. */
export class SessionManager {
  readonly #options: ManagerOptions;
  /** Sessions of which was said what is odd. */
  readonly #reported = new Set<string>();
  /** Sessions that were read to plan a change of them. */
  readonly #planned = new Map<string, Planned>();
  #metaModule: Promise<typeof import("./session_meta.ts")> | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  get backend(): StorageBackend {
    return this.#options.backend;
  }

  /** What remembers how far sessions were; null where nothing does. */
  async witness(): Promise<Witness | null> {
    return await this.#options.witness?.() ?? null;
  }

  /** IDs of all sessions, in no order. */
  listSessions(): Promise<readonly string[]> {
    return this.backend.sessions();
  }

  /** ID of the current session, whether or not the session exists; null when none is. */
  currentSession(): Promise<string | null> {
    return readPointer(this.backend, KEYS.current);
  }

  /** Makes `id` the current session. The repository must be locked. */
  async setCurrentSession(id: string): Promise<void> {
    await this.backend.writeBlob(KEYS.current, id + "\n");
  }

  /**
   * Reads a session; warns when its state had to be rebuilt.
   * @throws `session_unknown`, `journal_corrupt`, `format_too_new`
   */
  async load(id: string): Promise<LoadedSession> {
    const loaded = await loadSession(this.backend, id);
    await this.#report(id, loaded, false);
    return loaded;
  }

  /**
   * Reads a session as {@link change} does, to plan what it is to do: the change then goes on with the
   * same state, unless the journal has changed meanwhile.
   * @throws `session_unknown`, `journal_corrupt`, `format_too_new`
   */
  async loadToPlan(id: string, { replay = false }: ChangeOptions = {}): Promise<LoadedSession> {
    const loaded = await loadSession(this.backend, id, { replay, deciding: true });
    await this.#requireKnown(id, loaded);
    await this.#report(id, loaded, false);
    this.#planned.set(id, { loaded, replayed: replay });
    return loaded;
  }

  /** @throws `format_too_new` where a newer program wrote a part of the journal. */
  async #requireKnown(id: string, { newer }: LoadedSession): Promise<void> {
    if (newer === null) return;
    const { newerError } = await import("./rebuild.ts");
    throw newerError(id, newer);
  }

  /**
   * Creates a session from its first events. The repository must be locked (see {@link
   * withRepositoryLock}).
   * @returns the new state.
   */
  async createSession(input: FirstContent): Promise<SessionState> {
    await this.#options.requireOpened?.();
    await this.bringBack(input.id, "import");
    return await (await import("./create_session.ts")).createSession(this.backend, input, {
      ...await this.recording(),
      witness: await this.witness(),
    });
  }

  /**
   * Changes a session.
   * @param operation the command's name, shown to processes that wait for the lock.
   * @param decide is called with the newest state while the session is locked.
   * @throws what `decide` refuses with; `lock_held`; `journal_corrupt`; I/O errors. Then nothing
   *   changed.
   */
  async change(
    id: string,
    operation: string,
    decide: Decide,
    options: ChangeOptions = {},
  ): Promise<Change> {
    await this.#options.requireOpened?.();
    const change = () => this.#change(id, operation, decide, options);
    return await change() ??
      await (await import("./redact.ts")).afterCarryingOut(this, id, operation, change);
  }

  /** @returns null when texts must be taken out of the journal first. */
  async #change(
    id: string,
    operation: string,
    decide: Decide,
    options: ChangeOptions,
  ): Promise<Change | null> {
    return await this.withLock({ session: id }, operation, async () => {
      const loaded = await this.#loadToChange(id, options);
      if (loaded.undone.size > 0) return null;
      const change = await this.#apply(id, loaded, decide);
      if (change !== null) return change;
      // No process changes it while it is locked: state.json belongs to another journal.
      const replayed = await this.#loadToChange(id, { ...options, replay: true });
      const second = await this.#apply(id, replayed, decide);
      if (second !== null) return second;
      throw (await import("./rebuild.ts")).movedError(id);
    });
  }

  /**
   * Loads a locked session.
   * @throws `journal_corrupt` when acknowledged events are lost; `format_too_new`
   */
  async #loadToChange(id: string, options: ChangeOptions): Promise<LoadedSession> {
    const { replay = false, accept = false, audit } = options;
    const planned = this.#planned.get(id);
    this.#planned.delete(id);
    const enough = planned?.replayed === true || !replay;
    if (
      planned !== undefined && enough && audit === undefined && await this.#isStill(id, planned)
    ) {
      return planned.loaded;
    }
    const loaded = await loadSession(this.backend, id, {
      replay,
      deciding: true,
      strict: accept,
      holding: true,
      ...(audit === undefined ? {} : { audit: { now: this.#options.now() } }),
    });
    await this.#requireKnown(id, loaded);
    if (loaded.lost !== null && !accept) {
      const { lostError } = await import("./rebuild.ts");
      throw lostError(id, loaded);
    }
    if (audit !== undefined) {
      const { requireConsistent } = await import("./audit_session.ts");
      await requireConsistent(this.backend, id, { doing: audit, loaded, warn: this.#options.warn });
    }
    return loaded;
  }

  /** Whether what was read is all that there is. */
  async #isStill(id: string, { loaded: { head, lost, tornBytes } }: Planned): Promise<boolean> {
    return lost === null && tornBytes === 0 && await this.backend.isUnchanged(id, head);
  }

  /**
   * Decides on a loaded state, and makes the decision durable. The session must be locked.
   * @returns null when the journal does not end where the loaded state does.
   */
  async #apply(
    id: string,
    loaded: LoadedSession,
    decide: Decide,
  ): Promise<Change | null> {
    const { rebuilt, unknown } = loaded;
    const decision = await this.rehearse(loaded.state, decide(loaded.state, loaded));
    if (decision.error !== undefined) {
      await this.#report(id, loaded, false);
      throw decision.error;
    }
    const { events, already } = decision.value;
    if (events.length === 0) {
      if (rebuilt !== null) await this.#writeDerived(id, loaded, true);
      await this.#report(id, loaded, true);
      const { state } = loaded;
      const actor = this.#options.actor();
      return { state, events: [], already: already ?? "nothing to do", actor };
    }
    const { encodeEvents } = await import("./journal.ts");
    // Before anything is written: a state that cannot be derived must never get into the journal.
    const actor = this.#options.actor();
    const encoded = encodeEvents(events, loaded, {
      actor,
      time: this.#options.now().toISOString(),
    });
    const state = encoded.state ?? loaded.state;
    const etag = await this.#append(id, loaded, encoded.lines);
    if (etag === null) return null;
    await this.#report(id, loaded, true);
    const isAccepted = events[0]?.type === "journal_accepted";
    await (await this.witness())?.moved(loaded.head, { state, head: encoded.head, isAccepted });
    const renamed = encoded.events.some((event) => event.type === "session_renamed");
    const head = { ...encoded.head, etag };
    await this.#writeDerived(id, { state, head, unknown }, renamed || rebuilt !== null);
    return { state, events: encoded.events, already: null, actor };
  }

  /** @returns the new etag; null when the journal does not end where it was loaded. */
  async #append(
    id: string,
    { head, tornBytes: behindBytes }: LoadedSession,
    lines: readonly string[],
  ): Promise<string | null> {
    try {
      return (await this.backend.append(id, head, lines, { behindBytes })).etag;
    } catch (error) {
      if (error instanceof OrchestratorError && error.code === "state_moved") return null;
      throw error;
    }
  }

  /** See {@link verifySession}. */
  async verify(id: string, options: Omit<VerifyOptions, "now"> = {}): Promise<Verification> {
    const { verifySession } = await import("./verify_session.ts");
    return await verifySession(this.backend, id, { ...options, now: this.#options.now() });
  }

  /**
   * What a decision comes to when known secrets are removed from it: a change that it could not become
   * is refused before a person is asked. {@link change} passes each decision through here.
   * @param state the one it was made on.
   */
  async rehearse(state: SessionState, decision: Decision): Promise<Decision> {
    if (this.#options.clean === undefined || (decision.value?.events.length ?? 0) === 0) {
      return decision;
    }
    const { recordable } = await import("./recordable.ts");
    return recordable(state, decision, {
      clean: await this.#clean(),
      actor: this.#options.actor(),
    });
  }

  /** See {@link withoutSecrets}. */
  async withoutSecrets<Given extends Readonly<Record<string, unknown>>>(
    given: Given,
  ): Promise<{ readonly given: Given; readonly redacted: readonly string[] }> {
    const { withoutSecrets } = await import("./recordable.ts");
    return withoutSecrets(given, await this.#clean());
  }

  /** Who a session is; null when its meta.json is missing or damaged. Cheap: no state is read. */
  async meta(id: string): Promise<SessionMeta | null> {
    const { readMeta } = await this.#metaFiles();
    return await readMeta(this.backend, id);
  }

  /**
   * See `removeBy` of `removed_sessions.ts`.
   * @param why what the person says about it.
   * @param elsewhere the place that has it, where it is not here.
   * @returns what the repository's journal is to say of it.
   */
  async remove(
    id: string,
    why: string | null = null,
    elsewhere?: StorageBackend,
  ): Promise<NewRepositoryEvent> {
    const { removeBy } = await import("./removed_sessions.ts");
    return await removeBy(this, id, { why, elsewhere });
  }

  /** See `recordOrWarn` of `repository_log/record.ts`. The repository must be locked. */
  async recordInRepository(events: readonly NewRepositoryEvent[]): Promise<void> {
    const { recordOrWarn } = await import("./repository_log/record.ts");
    const request = {
      backend: this.backend,
      witness: await this.witness(),
      ...await this.recording(),
    };
    await recordOrWarn(request, events, this.#options.warn);
  }

  /**
   * Records that a session is about to be restored, if it was removed. The repository must be
   * locked.
   * @param how the command.
   */
  async bringBack(id: string, how: string): Promise<void> {
    const { recordBringingBack } = await import("./removed_sessions.ts");
    await recordBringingBack(this.backend, id, { how, ...this.#stamp() });
  }

  /** Who the changes are by. */
  actor(): Actor {
    return this.#options.actor();
  }

  /** How what is written now is cleaned and stamped. */
  async recording(): Promise<Recording> {
    return { clean: await this.#clean(), ...this.#stamp() };
  }

  #stamp(): { readonly time: string; readonly actor: Actor } {
    return { time: this.#options.now().toISOString(), actor: this.#options.actor() };
  }

  /** Runs `task` while the repository is locked. */
  withRepositoryLock<Result>(operation: string, task: () => Promise<Result>): Promise<Result> {
    return this.withLock("repository", operation, task);
  }

  /** Runs `task` while `scope` is locked. */
  withLock<Result>(
    scope: Parameters<StorageBackend["withLock"]>[0],
    operation: string,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const request = {
      operation,
      actor: this.#options.actor().name,
      timeoutMs: this.#options.lockTimeoutMs,
    };
    return this.backend.withLock(scope, request, task);
  }

  /**
   * Writes what is derived from the journal: the name in meta.json, then state.json, so that a
   * state.json that is not behind says that the name was written too. The change itself is durable
   * already: failing here costs the next reader a replay, and the next writer tries again.
   */
  async #writeDerived(
    id: string,
    cached: CachedState,
    name: boolean,
  ): Promise<void> {
    try {
      if (name) await (await this.#metaFiles()).writeName(this.backend, id, cached.state);
      const { encodeState } = await import("./state_cache.ts");
      await this.backend.writeBlob(KEYS.sessionState(id), encodeState(cached), { durable: false });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.warn(`The change is in the journal, but state.json is outdated: ${reason}`);
    }
  }

  /** Asked for thousands of times by a list, and never by `status`. */
  #metaFiles(): Promise<typeof import("./session_meta.ts")> {
    return this.#metaModule ??= import("./session_meta.ts");
  }

  async #clean(): Promise<(text: string) => string> {
    return this.#options.clean === undefined ? (text) => text : await this.#options.clean();
  }

  /** Says what is odd about a session that was read, once. */
  async #report(id: string, loaded: LoadedSession, writing: boolean): Promise<void> {
    const { rebuilt, lost, tornBytes, newer } = loaded;
    if (this.#reported.has(id)) return;
    if (rebuilt === null && lost === null && tornBytes === 0 && newer === null) return;
    this.#reported.add(id);
    const { remarksOn } = await import("./remarks.ts");
    for (const remark of await remarksOn(this.backend, id, loaded, writing)) {
      this.#options.warn(remark);
    }
  }
}

/** Key of the binding of one agent: its own session id never appears on disk. */
export function bindingKey(variable: string, value: string): string {
  return KEYS.binding(agentKey(variable, value));
}

/** The ID that a file names; null when the file is missing or empty. */
export async function readPointer(backend: StorageBackend, key: string): Promise<string | null> {
  const text = (await backend.readText(key))?.trim();
  return text === undefined || text === "" ? null : text;
}
