/**
 * What is odd about a session as it was read, in words.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import { type LoadedSession, lostEvents, type Rebuilt } from "./load.ts";

const REBUILT_TEXT: Readonly<Record<Rebuilt, string>> = {
  missing: "state.json was missing",
  damaged: "state.json was damaged",
  behind: "state.json was behind the journal",
  different: "state.json did not say what the journal says",
};

/**
 * Sentences without a full stop.
 * @param writing whether it was put right by a change.
 */
export async function remarksOn(
  backend: StorageBackend,
  id: string,
  { rebuilt, lost, tornBytes, head }: LoadedSession,
  writing: boolean,
): Promise<readonly string[]> {
  const remarks: string[] = [];
  if (lost !== null) {
    if (writing) return [];
    const why = lost.seq > head.seq
      ? `its journal ends at line ${head.seq}, and state.json was derived from ${lost.seq} lines`
      : "state.json was derived from another line";
    remarks.push(
      `Session ${id} lacks ${lostEvents(lost.seq, head.seq)}: ${why}`,
      `Nothing can be changed in it before \`log accept --session ${id}\``,
    );
  } else if (rebuilt !== null) {
    remarks.push(
      `${REBUILT_TEXT[rebuilt]} in session ${id}; ${
        writing ? "it was rebuilt from the journal" : "its state was read from the journal"
      }`,
    );
  }
  if (tornBytes === 0) return remarks;
  // A writer may be at it.
  if (!writing && (await backend.holder({ session: id })).state === "held") return remarks;
  const where = `${tornBytes} ${
    tornBytes === 1 ? "byte" : "bytes"
  } behind line ${head.seq} of the journal of session ${id}`;
  remarks.push(
    writing
      ? `${where} were never acknowledged: they are set aside in the session's folder`
      : `${where} were never acknowledged; the next change sets them aside`,
  );
  return remarks;
}
