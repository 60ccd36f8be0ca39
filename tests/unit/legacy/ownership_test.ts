/** Whose a file with an old name is. */
import assert from "node:assert/strict";
import { scanInventory } from "../../../src/legacy/scan.ts";
import { readLegacyProject } from "../../../src/legacy/project.ts";
import { Scratch } from "../../harness/scratch.ts";
import {
  answer,
  assertSameTree,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
} from "../migration/old_repository.ts";

/** What other programs keep at these places, and what the old tool kept there. */
const SHAPES: readonly {
  readonly path: string;
  readonly theirs: Readonly<Record<string, string>>;
  readonly ours: Readonly<Record<string, string>>;
}[] = [
  {
    path: ".workflow_state.json",
    theirs: {
      "steps of a build": '{"step":2,"status":"running","at":"2025-03-01T00:00:00Z"}',
      "a list": '[{"id":"a"}]',
      "phases of another kind": '{"phases":["draft","review"],"now":"draft"}',
      "nothing": "null",
    },
    ours: {
      "damaged": '{"workflow_id": "wf_1", "pha',
      "without an id": '{"phases":{"A":{}},"current_phase_id":"A"}',
      "with an id alone": '{"workflow_id":"wf_1"}',
      "empty": "",
    },
  },
  {
    path: ".orchestrator/state.json",
    theirs: { "workers": '{"version":3,"controller":"x","workers":{"w":1}}', "text": '"idle"' },
    ours: {
      "agent server": '{"tasks":[],"dependencies":{},"completed":[],"blockers":[]}',
      "a workflow": '{"workflow_id":"wf_1","phases":{}}',
    },
  },
  {
    path: ".workflow_log.jsonl",
    theirs: { "other events": '\n{"level":"info","msg":"started"}\n{"level":"info"}\n' },
    ours: { "events": '{"event_type":"error","message":"x"}\n', "torn": '{"event_ty' },
  },
  {
    path: ".claude/patterns",
    theirs: {
      "index.json": '{"patterns":[{"id":"p","title":"t"}]}',
      "notes.md": "# patterns\n",
    },
    ours: { "index.json": '{"patterns":{},"by_type":{}}' },
  },
  {
    path: ".claude/strategy_stats.json",
    theirs: { "returns": '{"momentum":{"sharpe":1.1}}' },
    ours: { "stats": '{"global_stats":{},"contexts":{},"created_at":null,"updated_at":null}' },
  },
  {
    path: ".claude/feedback_history.json",
    theirs: { "a list": '[{"rating":5}]' },
    ours: { "history": '{"by_agent":{},"created_at":null,"updated_at":null}' },
  },
  {
    path: ".claude/prompt_release-notes.md",
    theirs: { "a prompt of one's own": "Write the release notes.\n" },
    ours: { "a squad's": "Work.\n\n## Approval Gate Integration (PRD-005)\n" },
  },
  {
    path: "secrets.enc.yaml",
    theirs: { "sealed": "kind: SealedSecret\n" },
    ours: { "of SOPS": "a: ENC[x]\nsops:\n  version: 3.8.0\n" },
  },
];

for (const { path, theirs, ours } of SHAPES) {
  const folder = path.endsWith("/patterns");
  const foreign = (scratch: Scratch) =>
    scanInventory(scratch.root).find((entry) => entry.path === path)?.foreign;
  for (const [name, content] of Object.entries(theirs)) {
    Deno.test(`another program's ${path} is not the old tool's: ${name}`, async () => {
      using scratch = new Scratch();
      const file = folder ? `${path}/${name}` : path;
      scratch.write(file, content);
      assert.match(foreign(scratch) ?? "", /^it(?:s| is)/);
      const before = treeOf(scratch);
      const plan = await answer(scratch, "migrate", "--dry-run");
      assert.ok(plan.data.stays.some((stay: { path: string }) => stay.path === path));
      const { code, stdout } = await orchestrator(scratch, ["migrate", "--yes"]);
      assert.equal(code, 0);
      assert.ok(stdout.includes(path), "the result names it");
      const status = await orchestrator(scratch, ["status"]);
      assert.equal(status.code, 4, status.stderr);
      assert.doesNotMatch(status.stderr, /warning/);
      assertSameTree(before, treeOf(scratch));
    });
  }
  for (const [name, content] of Object.entries(ours)) {
    Deno.test(`the old tool's ${path} is known: ${name}`, () => {
      using scratch = new Scratch();
      scratch.write(folder ? `${path}/${name}` : path, content);
      assert.equal(foreign(scratch), null);
    });
  }
}

Deno.test("a prompt is the old tool's when the PRD or its squad has a task of that name", () => {
  using scratch = new Scratch({
    ".claude/prd_state.json": '{"prd_id":"p","tasks":[{"id":"core/1"}]}',
    ".claude/squad_sessions.json": '{"two":{"task_id":"two"}}',
    ".claude/prompt_core-1.md": "x",
    ".claude/prompt_two.md": "x",
    ".claude/prompt_three.md": "x",
  });
  const prompts = scanInventory(scratch.root).filter(({ path }) => path.includes("prompt_"));
  assert.deepEqual(prompts.map(({ path, foreign }) => [path, foreign === null]), [
    [".claude/prompt_core-1.md", true],
    [".claude/prompt_three.md", false],
    [".claude/prompt_two.md", true],
  ]);
});

Deno.test("beside another program's files the old tool's own are moved, and only they", async () => {
  const theirs = {
    ".workflow_state.json": '{"step":2}',
    ".orchestrator/state.json": '{"workers":{}}',
    ".claude/patterns/index.json": '{"patterns":[]}',
  };
  const { ".workflow_state.json": _, ...files } = repositoryOf(6);
  using scratch = oldRepository({ ...files, ...theirs });
  assert.equal(readLegacyProject(scratch.root).workflows.length, 1);
  const { data } = await answer(scratch, "migrate", "--yes");
  assert.equal(data.migrated, true);
  for (const [path, content] of Object.entries(theirs)) {
    assert.equal(scratch.read(path), content, path);
    assert.equal(data.moves.some((move: { from: string }) => path.startsWith(move.from)), false);
  }
});

Deno.test("doctor names another program's file and does not call it an old workflow", async () => {
  using scratch = new Scratch({ ".workflow_state.json": '{"step":2}' });
  const { stdout } = await orchestrator(scratch, ["doctor", "--json", "--verbose"]);
  const { data } = JSON.parse(stdout);
  const check = (id: string) => data.findings.find((one: { check: string }) => one.check === id);
  assert.equal(check("layout.old").level, "ok");
  assert.equal(check("layout.old-damaged").level, "ok");
  assert.match(JSON.stringify(check("layout.old-findings")), /another program's/);
});
