import assert from "node:assert/strict";
import { contentOf } from "../../../src/snapshot/contents.ts";

const ID = "abcdefghijk23";

Deno.test("a snapshot knows the names of what travels, and no others", () => {
  assert.deepEqual(contentOf(`sessions/${ID}/log.jsonl`), { kind: "journal", session: ID });
  assert.equal(contentOf(`sessions/${ID}/feedback/tool.jsonl`)?.kind, "session");
  assert.equal(contentOf("config.yaml")?.kind, "repository");
  assert.equal(contentOf("secrets/token")?.kind, "secret");
  const others = [
    "lock",
    "bindings/x",
    "manifest.json",
    "migration_backup/x",
    "backups/x",
    `sessions/${ID}/lock`,
    `sessions/${ID}/state.json`,
    `sessions/${ID}/../../x`,
    `sessions/${ID}/feedback/../lock`,
    `sessions/${ID.toUpperCase()}/log.jsonl`,
    "sessions/../log.jsonl",
    "../meta.json",
    "/meta.json",
    "./meta.json",
    "Meta.json",
    "meta.json ",
    "meta.json\0",
    "C:meta.json",
    "sessions\\x",
    "secrets/nul",
    "secrets/con.txt",
    "secrets/token.",
    "secrets/../meta.json",
    "secrets/a/b",
    "secrets/.tmp-1",
    "secrets/Token",
    "",
  ];
  for (const name of others) assert.equal(contentOf(name), null, JSON.stringify(name));
});
