import { OrchestratorError } from "../../errors.ts";
import { type Check, count, few, ok } from "../check.ts";

export const sessionsState: Check = {
  id: "sessions.state",
  area: "sessions",
  needsState: true,
  title: "State caches",
  why:
    "state.json is derived from the journal; without a valid one each command replays the journal",
  async run(examination) {
    const sessions = await examination.sessions();
    const stale = sessions.filter(({ loaded }) =>
      loaded.value !== undefined && loaded.value.rebuilt !== null && loaded.value.lost === null
    );
    if (stale.length === 0) return ok(`${count(sessions.length, "state")}, all up to date`);
    return {
      level: "warning",
      seen: `state.json is missing or outdated in ${count(stale.length, "session")}: ${
        few(stale.map(({ id }) => id))
      }`,
      todo: "Rebuild them from the journals (the next change does this too)",
      fixable: true,
      list: stale.map(({ id, loaded }) => `${id}: ${loaded.value?.rebuilt}`),
    };
  },
  async fix(examination) {
    const done: string[] = [];
    for (const { id, loaded } of await examination.sessions()) {
      if (loaded.value === undefined || loaded.value.rebuilt === null) continue;
      if (loaded.value.lost !== null) continue;
      try {
        // An empty change writes the state derived from the journal.
        await examination.options.manager.change(id, "doctor", () => ({ value: { events: [] } }), {
          replay: true,
        });
        done.push(`Rebuilt the state of ${id} from its journal`);
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        done.push(error.message);
      }
    }
    return done;
  },
};
