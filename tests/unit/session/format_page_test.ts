/**
 * A reader that knows nothing but `docs/design/on-disk-format.md`: it takes the order of the fields from
 * the tables of that page, and nothing of `src/`. What it computes must be what the program recorded.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const PAGE = readFileSync(
  new URL("../../../docs/design/on-disk-format.md", import.meta.url),
  "utf8",
);

type Value = Readonly<Record<string, unknown>>;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const H = (value: unknown) => sha256(JSON.stringify(value));

/** The names in backquotes of a cell of the table of a generated part, by the row's first cell. */
function namesIn(part: string, row: string, column: number): readonly string[] {
  const block = PAGE.split(`<!-- generated: ${part} -->`)[1]?.split("<!-- end generated -->")[0] ??
    "";
  const line = block.split("\n").find((text) => text.startsWith(`| ${row} `));
  assert.ok(line !== undefined, `${part}: ${row}`);
  return [...(line.split("|")[column + 1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) =>
    name ?? ""
  );
}

const fields = (of: string) => namesIn("projections", of, 1);
const pairs = (of: string) => namesIn("projections", of, 2);

const TEXTS = new Set([
  ...["task", "notes", "evidence", "text", "message", "reason", "why", "skipReason"],
  ...["endNotes", "abandonReason"],
]);
const WHOLE = new Set(["definition", "definitionOrigin", "namesakes", "legacy", "history"]);
const OPTIONAL_OF_STATE = new Set([
  ...["definitionOrigin", "namesakes", "endedAt", "endedBy", "endNotes", "abandonReason"],
  ...["history", "imported", "legacy", "audited"],
]);

const asValue = (value: unknown) => value as Value;

function text(value: unknown): unknown {
  if (value === null) return null;
  const marker = typeof value === "string"
    ? /^\[redacted sha256:([0-9a-f]{64})\]$/.exec(value)?.[1]
    : undefined;
  return marker ?? H(value);
}

const optional = (value: unknown, write: (value: unknown) => unknown = (same) => same) =>
  value === undefined ? [] : [write(value)];

const pairsOf = (value: Value, names: readonly string[]) =>
  names.flatMap((name) => {
    const field = value[name];
    if (field === undefined) return [];
    return [[name, typeof field === "object" && field !== null ? H(field) : text(field)]];
  });

const entry = (value: Value, names: readonly string[]) =>
  H(names.flatMap((name) => {
    if (name === "contradictions" && value[name] === undefined) return [];
    return [TEXTS.has(name) ? text(value[name]) : value[name]];
  }));

function recent(value: unknown, of: string): unknown {
  const { count, recent } = value as { readonly count: number; readonly recent: readonly Value[] };
  return [count, recent.map((one) => entry(one, fields(of)))];
}

function outcome(value: unknown): unknown {
  const { type, outputTail } = asValue(value);
  return type === "command" ? { ...asValue(value), outputTail: text(outputTail) } : value;
}

function item(value: Value): unknown {
  const own = fields("item").map((name) => {
    if (["status", "touched", "failures"].includes(name)) return value[name];
    if (name === "verification") return optional(value[name], outcome);
    return optional(value[name], TEXTS.has(name) ? text : undefined);
  });
  return [...own, ...pairsOf(value, pairs("item"))];
}

function phase(value: Value): unknown {
  const items = Object.entries(asValue(value["items"])).map((
    [id, one],
  ) => [id, H(item(asValue(one)))]);
  const runs = Array.from(
    { length: Math.ceil(items.length / 32) },
    (_, run) => H(items.slice(run * 32, run * 32 + 32)),
  );
  const approval = (given: unknown) => {
    const names = fields("approval of a phase");
    const own = names.map((name) =>
      optional(asValue(given)[name], name === "notes" ? text : undefined)
    );
    return [...own, ...pairsOf(asValue(given), pairs("approval of a phase"))];
  };
  const own = fields("phase").map((name) => {
    if (name === "status") return value[name];
    if (name === "items") return runs;
    return optional(value[name], name === "approval" ? approval : undefined);
  });
  return [...own, ...pairsOf(value, pairs("phase"))];
}

function digest(state: Value): string {
  const own = fields("state").map((name): unknown => {
    const value = state[name];
    if (name === "notes") return recent(value, "entry of `notes.recent`");
    if (name === "checkpoints") return recent(value, "entry of `checkpoints.recent`");
    if (name === "bypasses") {
      return (value as readonly Value[]).map((one) => entry(one, fields("entry of `bypasses`")));
    }
    if (name === "accepted") {
      return value === undefined ? [] : recent(value, "entry of `accepted.recent`");
    }
    if (name === "phases") {
      return Object.entries(asValue(value)).map(([id, one]) => [id, H(phase(asValue(one)))]);
    }
    if (name === "constraints") return (value as readonly unknown[]).map(text);
    const write = WHOLE.has(name) ? H : TEXTS.has(name) ? text : undefined;
    if (OPTIONAL_OF_STATE.has(name)) return optional(value, write);
    return write === undefined ? value : write(value);
  });
  const all = [...own, ...pairsOf(state, pairs("state"))];
  const earlier = state["earlier"];
  if (earlier === undefined) return `1:${H(all)}`;
  return `2:${H([...all, recent(earlier, "entry of `earlier.recent`")])}`;
}

/** Reads a session as the page says. @returns the types of its lines, and their projections. */
function readSession(folder: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const lines = readFileSync(join(folder, "log.jsonl"), "utf8").split("\n").slice(0, -1);
  let prev = "0".repeat(64);
  let recorded: unknown;
  for (const [index, line] of lines.entries()) {
    const value = JSON.parse(line) as Value;
    assert.equal(value["seq"], index + 1);
    assert.equal(value["prev"], prev);
    const known = namesIn("session-lines", `\`${String(value["type"])}\``, 1);
    const names = new Set(known.map((name) => name.replace(/\?$/, "")));
    const unknown = Object.keys(asValue(value["data"])).filter((name) => !names.has(name));
    assert.deepEqual(unknown.filter((name) => name !== "redacted"), [], String(value["type"]));
    for (const name of known.filter((name) => !name.endsWith("?"))) {
      assert.ok(name in asValue(value["data"]), `${String(value["type"])} has ${name}`);
    }
    prev = value["v"] === 3 ? String(value["original"]) : sha256(line);
    recorded = value["state"];
    seen.add(String(value["type"])).add(`projection ${String(recorded).split(":", 1)[0]}`);
  }
  const cached = readFileSync(join(folder, "state.json"), "utf8");
  const head = /^\{"checksum":"([0-9a-f]{64})",/.exec(cached);
  assert.equal(head?.[1], sha256(cached.slice(head?.[0].length)));
  const { seq, hash, state } = JSON.parse(cached) as Value;
  assert.equal(seq, lines.length);
  assert.equal(hash, prev);
  assert.equal(digest(asValue(state)), recorded);
  return seen;
}

/** Reads the chains of the repository's journal. */
function readRepositoryJournal(folder: string): number {
  let count = 0;
  for (const name of readdirSync(folder)) {
    let prev = "0".repeat(64);
    for (const line of readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1)) {
      const value = JSON.parse(line) as Value;
      assert.equal(value["prev"], prev);
      const known = namesIn("repository-lines", `\`${String(value["type"])}\``, 1);
      for (const field of Object.keys(asValue(value["data"]))) {
        assert.ok(
          known.includes(field) || known.includes(`${field}?`),
          `${value["type"]}: ${field}`,
        );
      }
      prev = sha256(line);
      count += 1;
    }
  }
  return count;
}

const WORKFLOW = `name: Read by others
phases:
  - id: PLAN
    name: Plan
    exit_gate: human_approval
    items:
${
  Array.from({ length: 40 }, (_, n) => `      - { id: i${n}, name: I${n}, required: false }`).join(
    "\n",
  )
}
      - { id: "7x", name: Seven, required: false }
      - { id: check, name: Check, verification: { type: command, command: "echo out" } }
      - { id: bad, name: Bad, required: false, verification: { type: command, command: "false" } }
      - { id: gate, name: Gate, step_type: gate, verification: { type: manual_gate } }
  - id: LAST
    name: Last
    items: [{ id: last, name: Last }]
`;

const STORY: readonly (readonly string[])[] = [
  ["start", "Straße 計画", "--constraint", "be kind", "--name", "one"],
  ["complete", "i0", "--notes", "noted"],
  ["complete", "i1", "--evidence", '{"a":[1,"x"]}'],
  ["complete", "check"],
  ["complete", "bad"],
  ["skip", "i2", "--reason", "not needed"],
  ["complete", "7x"],
  ["reject", "i0", "--reason", "no"],
  ["reopen", "i1", "--reason", "wrong"],
  ["claim", "i3"],
  ["note", "a text to take out"],
  ["log", "redact", "11", "--field", "text", "--reason", "a try", "--yes"],
  ["checkpoint", "create", "-m", "here", "--decision", "so"],
  ["review", "add", "security", "--by", "anna", "--verdict", "passed"],
  ["approve", "gate", "--yes"],
  ["approve", "--phase", "PLAN", "--yes"],
  ["advance"],
  ["session", "rename", "one", "two"],
  ["finish", "--abandon", "--reason", "it was only a trial"],
  ["session", "remove", "two", "--yes"],
  // It names the one before: projection 2.
  ["start", "Straße 計画", "--name", "two"],
];

Deno.test("a reader made of the page alone reads every kind of line, and comes to the same digests", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const sessions = join(scratch.root, ".orchestrator/sessions");
  const seen = new Set<string>();
  for (const words of STORY) {
    const { stderr, stdout, code } = await runInProcess(words, {
      cwd: scratch.root,
      env: scratchEnvironment(scratch),
    });
    assert.ok(code === 0 || words[1] === "bad", `${words.join(" ")}: ${stderr}${stdout}`);
    for (const id of readdirSync(sessions)) {
      for (const what of readSession(join(sessions, id))) seen.add(what);
    }
  }
  for (const kind of ["text_redacted", "phase_approved", "workflow_abandoned", "projection 2"]) {
    assert.ok(seen.has(kind), kind);
  }
  assert.ok(seen.size >= 18, [...seen].join());
  assert.ok(readRepositoryJournal(join(scratch.root, ".orchestrator/log")) >= 3);
});
