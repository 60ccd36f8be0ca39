/** An import that was cut off is finished only for sessions that are still as it found them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { finishImports } from "../../../src/snapshot/plan.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { decide } from "../../../src/workflow/decide.ts";
import { frozenVersions, Thawed } from "../../compatibility/thaw.ts";

const ACTOR = { kind: "person", name: "anna" } as const;

Deno.test({
  name: "a session that has moved on since an import was cut off keeps what it has",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using thawed = new Thawed("0.1.0", "mid_import_committed", "");
    const { root } = thawed.repository();
    const frozen = frozenVersions().find(({ version }) => version === "0.1.0");
    const { sessions } = frozen?.repositories["mid_import_committed"]?.["project"] ?? {};
    const login = sessions?.find(({ name }) => name === "login")?.id;
    assert.ok(login !== undefined);
    const paths = new OrchestratorPaths(root, "flag");
    const warnings: string[] = [];
    const now = () => new Date("2026-12-24T18:00:00Z");
    const manager = new SessionManager({
      backend: new FileBackend(paths.stateDirectory),
      actor: () => ACTOR,
      now,
      lockTimeoutMs: 1000,
      warn: (message) => void warnings.push(message),
    });
    const moved = "Acknowledged after the import was cut off";
    await manager.change(
      login,
      "note",
      (state) => decide(state, { kind: "note", text: moved }, { actor: ACTOR }),
    );
    const journal = join(paths.sessions, login, "log.jsonl");
    const before = readFileSync(journal, "utf8");
    await finishImports({ manager, paths, now, warn: (message) => void warnings.push(message) });
    assert.equal(readFileSync(journal, "utf8"), before);
    assert.match(warnings.join("\n"), new RegExp(`${login} was not imported`));
    // What nothing stood in the way of is there.
    for (const { id } of sessions ?? []) assert.ok(await manager.backend.hasSession(id), id);
  },
});
