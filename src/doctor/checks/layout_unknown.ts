import { inventoryRow } from "../../legacy/inventory.ts";
import { KEYS, MIGRATION, STATE_DIRECTORY } from "../../project/paths.ts";
import { LOCK, SESSION_ID } from "../../storage/keys.ts";
import { type Check, few, ok } from "../check.ts";

/** Names in the state directory that this program makes. */
const OURS: ReadonlySet<string> = new Set([
  KEYS.meta,
  KEYS.gitignore,
  KEYS.gitattributes,
  KEYS.config,
  KEYS.current,
  LOCK,
  "sessions",
  "bindings",
  "secrets",
  // What an import put aside.
  "backups",
  ...Object.values(MIGRATION).filter((name) => !name.startsWith(".staging-")),
]);

export const layoutUnknown: Check = {
  id: "layout.unknown",
  area: "layout",
  title: "Unknown files",
  why: "What nobody knows is carried along by nothing: it may be somebody's, or a leftover",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const { stateDirectory, sessions } = examination.paths;
    const unknown = [
      ...examination.names(stateDirectory).filter((name) => !OURS.has(name)),
      ...examination.names(sessions).filter((name) => !SESSION_ID.test(name))
        .map((name) => `sessions/${name}`),
    ].filter((name) =>
      // Unfinished work has checks of its own.
      !/(^|\/)\.(tmp|staging|removed|replacing)-/.test(name) &&
      inventoryRow(`${STATE_DIRECTORY}/${name}`) === null
    );
    if (unknown.length === 0) return ok("none");
    return {
      level: "info",
      seen: `.orchestrator holds ${few(unknown)}`,
      todo: "Nothing to do when they are yours",
      list: unknown,
    };
  },
};
