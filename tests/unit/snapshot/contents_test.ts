import assert from "node:assert/strict";
import { contentOf } from "../../../src/snapshot/contents.ts";

const ID = "abcdefghijk23";

Deno.test("a snapshot knows the names of what travels, and no others", () => {
  assert.deepEqual(contentOf(`sessions/${ID}/log.jsonl`), { kind: "journal", session: ID });
  assert.equal(contentOf(`sessions/${ID}/feedback/tool.jsonl`)?.kind, "session");
  assert.equal(contentOf("config.yaml")?.kind, "repository");
  assert.equal(contentOf("secrets/token")?.kind, "secret");
  assert.equal(contentOf("secrets/TOKEN")?.kind, "secret");
  assert.equal(contentOf("secrets/Token.age")?.kind, "secret");
  assert.equal(contentOf("secrets/secrets.enc.yaml")?.kind, "secret");
  assert.deepEqual(contentOf(`removed/${ID}.jsonl`), {
    kind: "repository",
    name: `removed/${ID}.jsonl`,
    lines: true,
  });
  assert.equal(contentOf(`sessions/${ID}/history/${"0".repeat(64)}.jsonl`)?.kind, "session");
  assert.equal(contentOf("archive/.workflow_sessions/One two.jsonl")?.kind, "old");
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
    "secrets/.gitignore",
    "secrets/.GitIgnore",
    "secrets/GITIGN~1",
    "archive/../meta.json",
    "archive/.git/config",
    `removed/${ID.toUpperCase()}.jsonl`,
    `sessions/${ID}/set_aside/x`,
    `sessions/${ID}/history/x.jsonl`,
    "",
  ];
  for (const name of others) assert.equal(contentOf(name), null, JSON.stringify(name));
});
