/**
 * Putting a journal in order: its end, and going on from one that lacks what was recorded.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { refusalIfAgent } from "../workflow/approval_rules.ts";
import type { Actor } from "../workflow/events.ts";
import { loadSession, type Lost } from "./load.ts";
import type { ChainHead } from "./repository_log/lines.ts";
import { lostError, newerError } from "./rebuild.ts";
import type { Change, SessionManager } from "./session_manager.ts";
import { encodeState } from "./state_cache.ts";
import type { Verification } from "./verify_session.ts";

/**
 * The acknowledged events that a session's journal lacks according to state.json.
 * @throws `session_unknown`, `journal_corrupt`, `format_too_new`, `io_failed`
 */
export async function findLost(
  backend: StorageBackend,
  id: string,
): Promise<{ readonly lost: Lost | null; readonly lines: number }> {
  const { lost, head } = await loadSession(backend, id, { replay: true, strict: true });
  return { lost, lines: head.seq };
}

/**
 * Continues from a journal that lacks lines that its state.json was derived from, and records this.
 * @param known the result of {@link findLost}.
 * @param reason given by the user; null if none.
 * @throws `state_moved` when it has changed; otherwise like {@link SessionManager.change}
 */
export function acceptJournal(
  manager: SessionManager,
  id: string,
  known: Lost,
  reason: string | null,
): Promise<Change> {
  return manager.change(
    id,
    "log accept",
    (_, { lost, head: { seq, hash } }) =>
      lost?.hash === known.hash
        ? {
          value: {
            events: [{ type: "journal_accepted", data: { known, found: { seq, hash }, reason } }],
          },
        }
        : { error: changedMeanwhile(id) },
    { replay: true, accept: true },
  );
}

/**
 * Continues from a journal that does not hold an event that this clone remembers, and records this:
 * nothing is remembered of it from then on.
 * @param remembered the furthest event that is missing.
 * @param seq of the journal's last event, as a person was asked about it.
 * @throws `state_moved` when it has changed; otherwise like {@link SessionManager.change}
 */
export function acceptRemembered(
  manager: SessionManager,
  id: string,
  remembered: ChainHead,
  { seq, reason }: { readonly seq: number; readonly reason: string | null },
): Promise<Change> {
  const known = { seq: remembered.seq, hash: remembered.hash };
  return manager.change(
    id,
    "log accept",
    (_, { head }) => {
      if (head.seq !== seq) return { error: changedMeanwhile(id) };
      const found = { seq, hash: head.hash };
      return { value: { events: [{ type: "journal_accepted", data: { known, found, reason } }] } };
    },
    { replay: true },
  );
}

/**
 * Continues from a journal that contradicts itself, and records this.
 * @param known what {@link SessionManager.verify} found.
 * @throws `agent_refused` when an agent may not accept it; `state_moved` when the journal has changed;
 *   otherwise like {@link SessionManager.change}
 */
export function acceptContradictions(
  manager: SessionManager,
  id: string,
  known: Pick<Verification, "contradictions" | "lines">,
  { reason, actor }: { readonly reason: string; readonly actor: Actor },
): Promise<Change> {
  const contradictions = known.contradictions.map(({ line }) => line);
  return manager.change(
    id,
    "log accept",
    (state, { head: { seq, hash } }) => {
      const refusal = refusalIfAgent(state, { actor }, "accept the journal");
      if (refusal !== undefined) return { error: refusal };
      if (seq !== known.lines) return { error: changedMeanwhile(id) };
      const end = { seq, hash };
      const data = { contradictions, known: end, found: end, reason };
      return { value: { events: [{ type: "journal_accepted", data }] } };
    },
    { replay: true },
  );
}

function changedMeanwhile(id: string): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot accept the journal of session "${id}": it changed in the meantime`,
    { hint: "Run the command again" },
  );
}

/**
 * Repairs the end of a journal: unacknowledged bytes are moved to a file, and missing line feeds
 * are restored.
 * @returns whether anything was changed.
 * @throws `lock_held`, `session_unknown`, `journal_corrupt`, I/O errors
 */
export function tidyJournal(manager: SessionManager, id: string): Promise<boolean> {
  const { backend } = manager;
  return manager.withLock({ session: id }, "doctor", async () => {
    const loaded = await loadSession(backend, id, { replay: true, holding: true });
    if (loaded.lost !== null) throw lostError(id, loaded);
    if (loaded.newer !== null) throw newerError(id, loaded.newer);
    const { head, tornBytes: behindBytes, lineEnds, state, unknown } = loaded;
    if (behindBytes === 0 && lineEnds === "line feeds") return false;
    const { etag } = lineEnds === "carriage returns"
      ? await backend.rewriteLineEnds(id, head, { behindBytes })
      : await backend.append(id, head, [], { behindBytes });
    const cached = { state, head: { ...head, etag }, unknown };
    await backend.writeBlob(KEYS.sessionState(id), encodeState(cached), { durable: false });
    return true;
  });
}
