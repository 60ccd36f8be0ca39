/**
 * Edits a journal as a person with an editor and a hash program can: the hash chain stays valid.
 * @module
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../src/platform/hash.ts";
import { stateDigests } from "../../src/session/journal.ts";
import { KEYS } from "../../src/project/paths.ts";
import { ORIGIN_HASH, type StorageBackend } from "../../src/storage/backend.ts";
import type { SessionEvent } from "../../src/workflow/events.ts";
import { evolve } from "../../src/workflow/evolve.ts";
import type { SessionState } from "../../src/workflow/state.ts";

/** A line as it is read; what it says can be changed. */
export interface Line {
  v: number;
  seq: number;
  time: string;
  type: string;
  actor: { kind: string; name: string; agent?: string };
  data: Record<string, unknown>;
  rules?: number;
  state?: string;
  prev: string;
}

/**
 * The text of lines, chained: each states what it led to.
 * @param spell changes the text of a line.
 */
export function chainedAgain(
  lines: readonly Line[],
  spell: (text: string, seq: number) => string = (text) => text,
): readonly string[] {
  let prev = ORIGIN_HASH;
  let state: SessionState | null = null;
  const digests = stateDigests();
  return lines.map((line, index) => {
    const seq = index + 1;
    const { v, time, type, actor, data, rules } = line;
    state = evolve(state, { ...line, seq } as unknown as SessionEvent);
    const stated = rules === undefined ? {} : { rules, state: digests.digest(state) };
    const text = spell(JSON.stringify({ v, seq, time, type, actor, data, ...stated, prev }), seq);
    prev = sha256Hex(text);
    return text;
  });
}

/**
 * Changes the lines of a session, and chains them again. state.json is removed.
 * @param spell changes the text of a line.
 */
export async function forge(
  backend: StorageBackend,
  id: string,
  change: (lines: Line[]) => void,
  spell: (text: string, seq: number) => string = (text) => text,
): Promise<void> {
  const read = await backend.readJournal(id);
  assert.ok(!read.unchanged);
  const lines = read.lines.map((line): Line => JSON.parse(String(line)));
  change(lines);
  const made = chainedAgain(lines, spell);
  const meta = await backend.readText(KEYS.sessionMeta(id));
  const workflow = await backend.readText(KEYS.sessionWorkflow(id));
  await backend.replaceSession(id, {
    lines: made,
    blobs: {
      ...(meta === null ? {} : { "meta.json": meta }),
      ...(workflow === null ? {} : { "workflow.yaml": workflow }),
    },
  });
}
