import { byteSize } from "../../platform/byte_size.ts";
import { type Check, count, few, ok } from "../check.ts";
import { putInOrder } from "../journal_ends.ts";

export const sessionsTorn: Check = {
  id: "sessions.torn",
  area: "sessions",
  needsState: true,
  title: "Incomplete lines",
  why:
    "A process or the machine stopped during an append; the incomplete event was never acknowledged",
  async run(examination) {
    const torn = (await examination.sessions())
      .filter(({ loaded }) => (loaded.value?.tornBytes ?? 0) > 0);
    if (torn.length === 0) return ok("none");
    return {
      level: "info",
      seen: `incomplete bytes at the end of ${count(torn.length, "journal")}: ${
        few(torn.map(({ id }) => id))
      }`,
      todo: "The next change of the session moves them to a file in its folder",
      fixable: true,
      list: torn.map(({ id, loaded }) => `${id}: ${byteSize(loaded.value?.tornBytes ?? 0)}`),
    };
  },
  fix: (examination) =>
    putInOrder(
      examination,
      ({ tornBytes }) => tornBytes > 0,
      (id) => `Moved the incomplete end of the journal of ${id} to a file in its folder`,
    ),
};
