/**
 * Describes problems found while reading a session.
 * @module
 */
import { byteSize } from "../platform/byte_size.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { type LoadedSession, lostEvents, type Rebuilt } from "./load.ts";

const REBUILT_TEXT: Readonly<Record<Rebuilt, string>> = {
  missing: "state.json was missing",
  damaged: "state.json was damaged",
  behind: "state.json was behind the journal",
  different: "state.json did not match the journal",
};

/**
 * Sentences without a full stop.
 * @param writing whether a change has repaired it.
 */
export async function remarksOn(
  backend: StorageBackend,
  id: string,
  { rebuilt, lost, tornBytes, head, newer }: LoadedSession,
  writing: boolean,
): Promise<readonly string[]> {
  const remarks: string[] = [];
  if (newer !== null) {
    remarks.push(
      `Line ${newer.line} of the journal of session ${id} ${newer.reason}: a newer version of ` +
        "orchestrator wrote it. Nothing from there on is checked, and the session cannot be changed",
    );
  }
  if (lost !== null) {
    if (writing) return [];
    const why = lost.seq > head.seq
      ? `its journal ends at line ${head.seq}, but state.json was derived from ${lost.seq} lines`
      : "state.json was derived from a different line";
    remarks.push(
      `Session ${id} lacks ${lostEvents(lost.seq, head.seq)}: ${why}`,
      `Run \`log accept --session ${id}\` before you change it`,
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
  const where = `${byteSize(tornBytes)} after line ${head.seq} of the journal of session ${id}`;
  remarks.push(
    writing
      ? `${where} was never acknowledged: it was moved to a file in the session's folder`
      : `${where} was never acknowledged; the next change moves it to a file`,
  );
  return remarks;
}
