import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../project/paths.ts";
import { type Check, count, few, ok } from "../check.ts";

export const sessionsFrozen: Check = {
  id: "sessions.frozen",
  area: "sessions",
  title: "Frozen definitions",
  why:
    "workflow.yaml in a session's folder is the copy it was started with; the journal has the same",
  async run(examination) {
    const { manager } = examination.options;
    const sessions = await examination.sessions();
    const odd: string[] = [];
    for (const { id, loaded } of sessions) {
      if (loaded.value === null) continue;
      const text = await manager.backend.readText(KEYS.sessionWorkflow(id));
      if (text === null) {
        odd.push(`${id}: missing`);
      } else if (loaded.value.state.imported === undefined) {
        const [first] = await manager.events(id, 1).catch(() => []);
        const known = first?.type === "session_started" ? first.data.definitionSha256 : undefined;
        if (known !== undefined && known !== sha256Hex(text)) odd.push(`${id}: changed`);
      }
    }
    if (odd.length === 0) return ok(count(sessions.length, "copy").replace("copys", "copies"));
    return {
      level: "warning",
      seen: `not as they were frozen: ${few(odd)}`,
      todo: "The session goes on by what its journal says; bring the file back from a backup",
      list: odd,
    };
  },
};
