/**
 * When a person was last told that a session waits for them: in a small file in git's own directory, so
 * that every command of this clone knows it. Losing it means at most that a person is told once more.
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTextWithin } from "../platform/within.ts";
import { gitDirectory } from "../project/git_remote.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { GIT_FOLDER, TOLD } from "../state_layout/places.ts";
import { isRecord } from "../workflow/record.ts";

/** Entries that are older say nothing any more: `notify_again` is at most a week. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Times by the id of a session. */
export type Told = ReadonlyMap<string, Date>;

/** What is remembered; empty where nothing is, or it is damaged; null without git. Never throws. */
export function toldOf(root: string): Told | null {
  const directory = gitDirectory(root);
  if (directory === null) return null;
  try {
    const text = readTextWithin(directory, join(directory, GIT_FOLDER, TOLD), LIMITS.text);
    const value: unknown = JSON.parse(text ?? "{}");
    const entries = isRecord(value) ? Object.entries(value) : [];
    return new Map(
      entries.map(([session, time]) => [session, new Date(String(time))] as const)
        .filter(([, time]) => !Number.isNaN(time.getTime())),
    );
  } catch {
    return new Map();
  }
}

/**
 * Remembers times, and forgets where there is none. Never throws.
 * @returns whether it is remembered: else a person would be told by every command.
 */
export function remember(
  root: string,
  times: ReadonlyMap<string, Date | null>,
  now: Date,
): boolean {
  const directory = gitDirectory(root);
  if (directory === null) return false;
  const all = [...new Map([...toldOf(root) ?? [], ...times])].filter(([, time]) =>
    time !== null && now.getTime() - time.getTime() < KEPT_MS
  );
  try {
    mkdirSync(join(directory, GIT_FOLDER), { recursive: true });
    writeFileSync(
      join(directory, GIT_FOLDER, TOLD),
      `${JSON.stringify(Object.fromEntries(all))}\n`,
    );
    return true;
  } catch {
    return false;
  }
}
