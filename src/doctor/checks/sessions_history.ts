import { checkHistoryFile } from "../../session/history.ts";
import { type Check, count, few, ok } from "../check.ts";
import { attemptAsync } from "../examination.ts";

export const sessionsHistory: Check = {
  id: "sessions.history",
  area: "sessions",
  needsState: true,
  title: "Histories",
  why:
    "The events from before an imported session are in a file that the journal identifies by its hash",
  async run(examination) {
    const { backend } = examination.options.manager;
    const odd: { readonly id: string; readonly wrong: string }[] = [];
    let looked = 0;
    for (const { id, loaded } of await examination.sessions()) {
      const history = loaded.value?.state.history;
      if (history === undefined) continue;
      looked += 1;
      const found = await attemptAsync(() => checkHistoryFile(backend, id, history));
      const wrong = found.error === undefined
        ? found.value
        : `cannot be read: ${found.error.message}`;
      // Unless it was removed meanwhile.
      if (wrong !== null && await backend.hasSession(id)) odd.push({ id, wrong });
    }
    const [first] = odd;
    if (first === undefined) return ok(looked === 0 ? "none" : `${count(looked, "file")} compared`);
    const list = odd.map(({ id, wrong }) => `${id}: the file ${wrong}`);
    return {
      level: "error",
      seen: `does not match the journal: ${few(list)}`,
      todo: `Restore sessions/${
        odd.length === 1 ? first.id : "<id>"
      }/history from a backup or from git`,
      list,
    };
  },
};
