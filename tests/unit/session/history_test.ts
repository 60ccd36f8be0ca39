/** The log from before a session began: a file of the session that its first event names. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { writeHistory } from "../../../src/session/history_file.ts";
import { visitHistoryFile } from "../../../src/session/history.ts";
import { LIMITS } from "../../../src/state_layout/limits.ts";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import type { HistoryFile, NewEvent } from "../../../src/workflow/events.ts";
import { git } from "../../harness/git_server.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const STATE = readFileSync(
  new URL("../../fixtures/legacy/states/g4.json", import.meta.url),
  "utf8",
);
const WORKFLOW: string = JSON.parse(STATE).workflow_id;

/** Would be longer than a line may be. */
const LINES = 12_000;
const SECRET = "hunter2-hunter2";

function oldLog(): string {
  let text = "";
  for (let number = 0; number < LINES; number++) {
    text += JSON.stringify({
      timestamp: "2026-01-05T08:00:00Z",
      event_type: "tide_turned",
      workflow_id: WORKFLOW,
      phase_id: null,
      item_id: null,
      message: `tide ${number} ${"~".repeat(400)}`,
      details: { path: "/elsewhere/tables.txt", token: number === 7 ? SECRET : "none" },
      actor: "system",
    }) + "\n";
  }
  return text;
}

/** A project of the old tool with a long log, on a machine of its own. */
class OldProject implements Disposable {
  readonly scratch = new Scratch({
    ".workflow_state.json": STATE,
    ".workflow_log.jsonl": oldLog(),
  });

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }

  /** @returns what it prints. */
  async run(argv: readonly string[], code = 0, cwd = this.scratch.root): Promise<string> {
    const env = scratchEnvironment(this.scratch, { ORCHESTRATOR_SECRET_TOKEN: SECRET });
    const result = await runInProcess(argv, { cwd, env });
    assert.equal(result.code, code, `${argv.join(" ")}: ${result.stderr}`);
    return code === 0 || argv[0] === "doctor" ? result.stdout : result.stderr;
  }

  async history(session: string, cwd?: string): Promise<readonly unknown[]> {
    const { events } = JSON.parse(await this.run(["log", "--json", "-s", session], 0, cwd)).data;
    assert.equal(events[0].type, "session_imported");
    return events[0].data.history;
  }

  /** Imports by the first change. @returns the session's id. */
  async import(): Promise<string> {
    await this.run(["note", "and on"]);
    const [id = ""] = readdirSync(this.scratch.path(".orchestrator/sessions"));
    return id;
  }

  folder(session: string): string {
    return this.scratch.path(`.orchestrator/sessions/${session}`);
  }
}

/** What `log` prints of the events: of old files it says first what they are. */
function withoutRemark(text: string): string {
  const [remark = "", ...lines] = text.split("\n");
  assert.match(remark, /^old layout/);
  assert.equal(lines.length, LINES + 1);
  return lines.join("\n");
}

function firstEvent(folder: string) {
  return JSON.parse(readFileSync(join(folder, "log.jsonl"), "utf8").split("\n")[0] ?? "");
}

Deno.test("an import keeps an old log as a file that the first event names", async () => {
  using old = new OldProject();
  const before = JSON.parse(await old.run(["log", "--json"])).data.events[0].data.history;
  const text = withoutRemark(await old.run(["log"]));
  const id = await old.import();
  const { v, data } = firstEvent(old.folder(id));
  assert.equal(v, 2, "programs that know no such file do not misread it");
  assert.equal(JSON.parse(old.scratch.read(".orchestrator/meta.json")).format, 2);
  const bytes = readFileSync(join(old.folder(id), "history", `${data.history.sha256}.jsonl`));
  assert.deepEqual(data.history, {
    sha256: sha256Hex(bytes),
    lines: LINES,
    bytes: bytes.length,
  });
  assert.ok(!bytes.includes(SECRET), "known secrets are taken out");
  assert.deepEqual(JSON.parse(bytes.toString().split("\n")[3] ?? "").details, {
    path: "tables.txt",
    token: "none",
  });
  const after = await old.history(id);
  assert.equal(after.length, LINES);
  const cleaned = JSON.parse(JSON.stringify(before).replace(SECRET, "[redacted]"));
  assert.deepEqual(after, cleaned);
  assert.ok((await old.run(["log"])).startsWith(text));
  assert.match(await old.run(["log", "verify"]), /the hash chain is intact/);
  const { findings } = JSON.parse(await old.run(["doctor", "--json", "--offline"], 0)).data;
  const check = findings.find((one: { check: string }) => one.check === "sessions.history");
  assert.deepEqual([check.level, check.message], ["ok", "1 file compared"]);
});

Deno.test("a history that is missing, changed or too large is said, and the rest goes on", async () => {
  using old = new OldProject();
  const id = await old.import();
  const { history } = firstEvent(old.folder(id)).data;
  const file = join(old.folder(id), "history", `${history.sha256}.jsonl`);
  const bytes = readFileSync(file);
  const problems: readonly (readonly [RegExp, () => void])[] = [
    [/was changed/, () => writeFileSync(file, bytes.toString().replace("tide 5 ", "tide 6 "))],
    [/is 1000 B long \(expected/, () => writeFileSync(file, bytes.subarray(0, 1000))],
    [/is missing/, () => rmSync(file)],
    [/longer than 64 MiB/, () => {
      writeFileSync(file, bytes);
      Deno.truncateSync(file, LIMITS.history + 1);
    }],
  ];
  for (const [problem, make] of problems) {
    make();
    const error = await old.run(["log", "verify"], 8);
    assert.match(error, problem);
    assert.match(error, /Restore sessions\/[a-z2-7]{13}\/history from a backup/);
    const { findings } = JSON.parse(await old.run(["doctor", "--json", "--offline"], 1)).data;
    const check = findings.find((one: { check: string }) => one.check === "sessions.history");
    assert.equal(check.level, "error");
    assert.match(check.list.join(), problem);
    await old.run(["log"]);
    await old.run(["status"]);
    await old.run(["note", "still here"]);
  }
  writeFileSync(file, bytes);
  await old.run(["log", "verify", "--all"]);
});

Deno.test("a history goes wherever its session goes", async () => {
  using old = new OldProject();
  const { top, root } = old.scratch;
  const there = (name: string) => join(top, name);
  git(top, "init", "--quiet", "--bare", "--initial-branch=main", there("server.git"));
  git(root, "init", "--quiet", "--initial-branch=main");
  git(root, "commit", "--quiet", "--allow-empty", "-m", "Begin");
  git(root, "remote", "add", "origin", there("server.git"));
  git(root, "push", "--quiet", "origin", "main");
  const id = await old.import();
  const history = await old.history(id);
  const sameIn = async (cwd: string) => {
    assert.deepEqual(await old.history(id, cwd), history);
    await old.run(["log", "verify", "-s", id], 0, cwd);
    assert.equal(JSON.parse(readFileSync(join(cwd, ".orchestrator/meta.json"), "utf8")).format, 2);
  };

  await old.run(["session", "rename", "tides"]);
  await sameIn(root);

  await old.run(["state", "push"]);
  git(top, "clone", "--quiet", there("server.git"), there("pulled"));
  await old.run(["state", "pull"], 0, there("pulled"));
  await sameIn(there("pulled"));

  await old.run(["snapshot", "export", "-o", there("snapshot.tar.gz")]);
  git(top, "init", "--quiet", there("imported"));
  await old.run(["snapshot", "import", there("snapshot.tar.gz")], 0, there("imported"));
  await sameIn(there("imported"));

  await old.run(["note", "only there", "-s", id], 0, there("imported"));
  await old.run(["note", "only here", "-s", id]);
  await old.run(
    ["snapshot", "import", there("snapshot.tar.gz"), "--replace"],
    0,
    there("imported"),
  );
  await sameIn(there("imported"));

  await old.run(["session", "end", id, "--reason", "done with these tides"], 0, there("imported"));
  await old.run(["session", "remove", id, "--yes"], 0, there("imported"));
  assert.deepEqual(
    readdirSync(join(there("imported"), ".orchestrator/sessions")).filter((name) => name === id),
    [],
  );

  await old.run(["init", "--portable"]);
  git(root, "add", ".orchestrator");
  git(root, "commit", "--quiet", "-m", "State");
  git(root, "push", "--quiet", "origin", "main");
  git(top, "clone", "--quiet", there("server.git"), there("portable"));
  await sameIn(there("portable"));
});

Deno.test("moving over keeps the log as a file too, and going back leaves nothing of it", async () => {
  using old = new OldProject();
  const before = withoutRemark(await old.run(["log"]));
  const log = old.scratch.read(".workflow_log.jsonl");
  await old.run(["migrate", "--yes"]);
  const [id = ""] = readdirSync(old.scratch.path(".orchestrator/sessions"));
  assert.ok((await old.run(["log"])).startsWith(before));
  assert.equal(JSON.parse(old.scratch.read(".orchestrator/meta.json")).format, 2);
  await old.run(["log", "verify"]);
  assert.equal(readdirSync(join(old.folder(id), "history")).length, 1);
  await old.run(["migrate", "--rollback", "--yes"]);
  assert.equal(old.scratch.exists(`.orchestrator/sessions/${id}`), false);
  assert.equal(old.scratch.read(".workflow_log.jsonl"), log);
});

Deno.test("writeHistory: pieces of whole characters, and none for nothing", async () => {
  const events = [{
    type: "session_imported",
    data: { session: "aaaaaaaaaaaaa", history: [] },
  }] as unknown as readonly NewEvent[];
  const id = "aaaaaaaaaaaaa";
  assert.deepEqual(writeHistory({ id, events, history: () => {} }, (text) => text), {
    events,
    blobs: {},
  });
  const values = Array.from({ length: 40 }, (_, number) => ["é🌊".repeat(4000 + number), number]);
  const written = writeHistory({
    id,
    events,
    history: (take) => values.forEach(take),
  }, (text) => text);
  const [[name, pieces] = ["", []]] = Object.entries(written.blobs);
  assert.ok(pieces.length > 2);
  const [event] = written.events;
  const file = (event?.data as { history: HistoryFile }).history;
  assert.equal(name, `history/${file.sha256}.jsonl`);
  const shown: unknown[] = [];
  const backend = {
    async *blobPieces() {
      yield* pieces;
    },
  } as unknown as StorageBackend;
  await visitHistoryFile(backend, id, file, (value) => shown.push(JSON.parse(value ?? "")));
  assert.deepEqual(shown, values);
});
