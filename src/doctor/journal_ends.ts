/**
 * Repairs the ends of journals.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { LoadedSession } from "../session/load.ts";
import { tidyJournal } from "../session/mend_journal.ts";
import type { Examination } from "./examination.ts";

/**
 * Repairs the journals that need it.
 * @returns what was done, and what failed.
 */
export async function putInOrder(
  examination: Examination,
  needed: (session: LoadedSession) => boolean,
  told: (id: string) => string,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const { id, loaded } of await examination.sessions()) {
    if (loaded.value === undefined || !needed(loaded.value)) continue;
    try {
      if (await tidyJournal(examination.options.manager, id)) done.push(told(id));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      done.push(error.message);
    }
  }
  return done;
}
