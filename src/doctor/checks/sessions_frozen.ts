import { sha256Hex } from "../../platform/hash.ts";
import { firstEvent } from "../../session/read_events.ts";
import { type Check, few, ok } from "../check.ts";
import { attemptAsync, type Examination, type ExaminedSession } from "../examination.ts";

export const sessionsFrozen: Check = {
  id: "sessions.frozen",
  area: "sessions",
  needsState: true,
  title: "Frozen definitions",
  why:
    "workflow.yaml in a session's folder is a copy made at the start of the session; the journal has the same definition",
  async run(examination) {
    const { deep } = examination.options;
    const odd: string[] = [];
    let looked = 0;
    for (const session of await examination.sessions()) {
      const { value } = session.loaded;
      // An ended session has not changed since it ended.
      if (value === undefined || (!deep && value.state.status !== "active")) continue;
      looked += 1;
      const wrong = await wrongWith(session, examination);
      if (wrong !== null) odd.push(`${session.id}: ${wrong}`);
    }
    if (odd.length === 0) {
      return ok(`${looked} compared${deep ? "" : " (active sessions only)"}`);
    }
    return {
      level: "warning",
      seen: `changed since the start of the session: ${few(odd)}`,
      todo: "The session uses the definition in its journal; restore the file from a backup",
      list: odd,
    };
  },
};

async function wrongWith(
  { id, loaded }: ExaminedSession,
  examination: Examination,
): Promise<string | null> {
  const { manager } = examination.options;
  const frozen = await examination.frozenWorkflow(id);
  if (frozen === null) return await manager.backend.hasSession(id) ? "missing" : null;
  if (loaded.value?.state.imported !== undefined) return null;
  const first = await attemptAsync(() => firstEvent(manager.backend, id));
  if (first.error !== undefined) {
    return first.error.code === "session_unknown" ? null : "cannot be determined";
  }
  if (first.value?.type !== "session_started") return null;
  const wanted = first.value.data.definitionSha256;
  // A checkout may have changed the line endings.
  const same = [(text: string) => text, withLineFeeds, withReturns]
    .some((spell) => sha256Hex(spell(frozen)) === wanted);
  return same ? null : "changed";
}

function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function withReturns(text: string): string {
  return withLineFeeds(text).replaceAll("\n", "\r\n");
}
