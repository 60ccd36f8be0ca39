import assert from "node:assert/strict";
import type { LegacyWorkflow } from "../../../src/legacy/legacy_workflow.ts";
import type { LegacyLogEntry } from "../../../src/legacy/read_log.ts";
import { createHash } from "node:crypto";
import { forgottenWorkflows, readLegacyProject } from "../../../src/legacy/project.ts";
import { importedSessionId } from "../../../src/legacy/session_id.ts";
import { toCheckpoint, toImport } from "../../../src/legacy/to_import.ts";
import { fixture, fixtureValue, withProject } from "./old_project.ts";

const ID = "wf_7ide7ab1";
const ROOT_STATE = ".workflow_state.json";
const SESSION = ".orchestrator/sessions/0a1b2c3d";
const OTHER = ".orchestrator/sessions/ffff0000";

function line(workflow: string, time: string, type: string, more: Record<string, unknown> = {}) {
  return JSON.stringify({
    timestamp: time,
    event_type: type,
    workflow_id: workflow,
    phase_id: null,
    item_id: null,
    message: type === "workflow_started" ? "Started workflow: Old tables" : type,
    details: {},
    actor: "system",
    ...more,
  }) + "\n";
}

const LOG = line("wf_00000001", "2025-12-01T00:00:00Z", "workflow_started") +
  line("wf_00000001", "2025-12-02T00:00:00Z", "workflow_completed") +
  line(ID, "2026-01-05T08:00:00Z", "workflow_started") +
  line(ID, "2026-01-05T08:10:00Z", "verification_passed", {
    details: { type: "file_exists", path: "/home/mina/almanac/notes/outline.md" },
  }) +
  line(ID, "2026-01-05T08:11:00Z", "tide_turned");

const SCATTERED = {
  [ROOT_STATE]: fixture("states/g4.json"),
  ".workflow_log.jsonl": LOG + '{"timestamp": "2026-01-05T08:1',
  ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json": fixture("checkpoint_v2.json"),
  ".workflow_checkpoints/cp_20251201_000000_ffffff.json": {
    ...fixtureValue("checkpoint_v2.json"),
    workflow_id: "wf_00000001",
  },
  ".workflow_checkpoints/cp_20260105_100000_0a1b2c.json": "{",
};

/** Another workflow's state. */
function another(id: string, updatedAt: string, status = "active") {
  return {
    ...fixtureValue("states/g5.json"),
    workflow_id: id,
    updated_at: updatedAt,
    status,
    task_description: `Task of ${id}`,
  };
}

/** A workflow's part of the log, all at once. */
function logOf(workflow: LegacyWorkflow) {
  const entries: LegacyLogEntry[] = [];
  return { entries, ...workflow.visitLog((entry) => entries.push(entry)) };
}

Deno.test("readLegacyProject reads the scattered layout", () => {
  withProject(SCATTERED, (root) => {
    const project = readLegacyProject(root);
    assert.equal(project.workflows.length, 1);
    const [workflow] = project.workflows;
    assert.ok(workflow);
    assert.equal(project.active, workflow);
    assert.equal(project.activeBy, "only");
    assert.equal(workflow.origin.name, "root");
    assert.deepEqual(workflow.summary, {
      workflowId: ID,
      session: importedSessionId(ID),
      task: "Print the tables für Helgoland 🌊",
      status: "active",
      phase: "BUILD",
      updatedAt: "2026-01-05T09:40:00.000003Z",
    });
    assert.equal(workflow.state().generation, "G4");
    const log = logOf(workflow);
    assert.deepEqual(log.entries.map((entry) => entry.eventType), [
      "workflow_started",
      "verification_passed",
      "tide_turned",
    ]);
    assert.deepEqual(log.bad.map((bad) => [bad.file, bad.line, bad.torn]), [
      [".workflow_log.jsonl", 6, true],
    ]);
    const checkpoints = workflow.checkpoints();
    assert.deepEqual(checkpoints.checkpoints.map((checkpoint) => checkpoint.id), [
      "cp_20260105_090000_0a1b2c",
    ]);
    assert.deepEqual(checkpoints.damaged.map((error) => error.code), ["legacy_corrupt"]);
    assert.deepEqual(project.findings, []);
    assert.deepEqual(
      forgottenWorkflows(project).map((one) => [one.workflowId, one.task, one.status, one.events]),
      [["wf_00000001", "Old tables", "completed", 2]],
    );
  });
});

Deno.test("toImport gives everything a session takes over, without absolute paths", () => {
  withProject(SCATTERED, (root) => {
    const workflow = readLegacyProject(root).active;
    assert.ok(workflow);
    const taken = toImport(workflow, { root });
    assert.equal(taken.session, importedSessionId(ID));
    assert.equal(taken.seed.phase, "BUILD");
    assert.equal(taken.source.generation, "G4");
    assert.equal(taken.source.checksum, "none");
    assert.equal(taken.source.workflowId, ID);
    const bytes = (path: string) => Deno.readFileSync(`${root}/${path}`);
    const file = (path: string, role: string) => ({
      path,
      role,
      bytes: bytes(path).length,
      sha256: createHash("sha256").update(bytes(path)).digest("hex"),
    });
    assert.deepEqual(taken.source.files, [
      file(ROOT_STATE, "state"),
      file(".workflow_log.jsonl", "log"),
      file(".workflow_checkpoints/cp_20260105_090000_0a1b2c.json", "checkpoint"),
    ]);
    const history: unknown[] = [];
    taken.visitHistory((value) => history.push(value));
    assert.equal(taken.lines, 3);
    assert.equal(history.length, 3);
    assert.match(JSON.stringify(history), /"path":"notes\/outline.md"/);
    assert.doesNotMatch(JSON.stringify(history), /\/home\//);
    assert.doesNotMatch(JSON.stringify(taken), /\/home\//);
    assert.ok(!JSON.stringify(taken).includes(root));
    assert.match(JSON.stringify(taken.source.findings), /line 6: incomplete/);

    const [checkpoint] = workflow.checkpoints().checkpoints;
    assert.ok(checkpoint);
    const restorable = toCheckpoint(checkpoint, { root });
    assert.equal(restorable?.checkpoint, "cp_20260105_090000_0a1b2c");
    assert.equal(restorable?.message, "before the build");
    assert.deepEqual(restorable?.decisions, ["A5"]);
    assert.equal(restorable?.snapshot.phase, "PLAN");
    assert.deepEqual(Object.keys(restorable?.snapshot.phases ?? {}), ["PLAN", "BUILD", "PRESS"]);
  });
});

Deno.test("readLegacyProject reads old sessions; current says which is active", () => {
  const files = {
    [`${SESSION}/state.json`]: fixture("states/g8.json"),
    [`${SESSION}/log.jsonl`]: LOG,
    [`${SESSION}/meta.json`]: '{"session_id": "0a1b2c3d", "repo_root": "/home/mina/almanac"}',
    [`${SESSION}/checkpoints/cp.json`]: fixture("checkpoint_v3.json"),
    [`${OTHER}/state.json`]: another("wf_2", "2026-03-01T00:00:00Z"),
    ".orchestrator/current": "0a1b2c3d",
  };
  withProject(files, (root) => {
    const { workflows, active, activeBy } = readLegacyProject(root);
    assert.deepEqual(workflows.map((workflow) => workflow.origin.name), ["ffff0000", "0a1b2c3d"]);
    assert.equal(active?.origin.name, "0a1b2c3d");
    assert.equal(activeBy, "current");
    assert.ok(active);
    assert.equal(active.state().checksum, "ok-g8");
    assert.deepEqual(active.checkpoints().checkpoints.map((one) => one.form), ["v3"]);
    const { source } = toImport(active, { root });
    assert.deepEqual(source.meta, { session_id: "0a1b2c3d", repo_root: "." });
    assert.deepEqual(
      active.sources().map((file) => file.role),
      ["state", "log", "meta", "checkpoint"],
    );
  });
});

Deno.test("readLegacyProject guesses the newest running workflow where current does not help", () => {
  for (const current of ["deadbeef", "../evil", null]) {
    const files = {
      [`${SESSION}/state.json`]: another("wf_1", "2026-01-01T00:00:00Z"),
      [`${OTHER}/state.json`]: another("wf_2", "2026-02-01T00:00:00Z"),
      [ROOT_STATE]: another("wf_3", "2026-03-01T00:00:00Z", "completed"),
      ...(current === null ? {} : { ".orchestrator/current": current }),
    };
    withProject(files, (root) => {
      const { active, activeBy, findings } = readLegacyProject(root);
      assert.equal(active?.summary?.workflowId, "wf_2");
      assert.equal(activeBy, "newest");
      assert.equal(findings.length, 1);
    });
  }
});

Deno.test("readLegacyProject: once current belongs to the new layout no old workflow is active", () => {
  const files = {
    [ROOT_STATE]: fixture("states/g4.json"),
    ".orchestrator/current": "abcdefgh23456",
  };
  withProject(files, (root) => {
    const { active, activeBy, workflows } = readLegacyProject(root);
    assert.equal(active, null);
    assert.equal(activeBy, null);
    assert.equal(workflows.length, 1);
  });
});

Deno.test("readLegacyProject: the same workflow in two places is one, the newer layout counts", () => {
  const files = {
    ...SCATTERED,
    [`${SESSION}/state.json`]: fixture("states/g4.json"),
    [`${SESSION}/log.jsonl`]: line(ID, "2026-01-05T08:00:00Z", "workflow_started") +
      line(ID, "2026-01-06T08:00:00Z", "phase_started"),
    ".orchestrator/current": "0a1b2c3d",
  };
  withProject(files, (root) => {
    const { workflows, active, findings } = readLegacyProject(root);
    assert.equal(workflows.length, 1);
    assert.equal(active?.file, `${SESSION}/state.json`);
    assert.deepEqual(active?.copies, [
      { file: ROOT_STATE, identical: true, updatedAt: "2026-01-05T09:40:00.000003Z" },
    ]);
    assert.deepEqual(findings.map((finding) => [finding.code, finding.path]), [
      ["state_repeated", ROOT_STATE],
    ]);
    assert.ok(active);
    assert.deepEqual(
      logOf(active).entries.map((entry) => entry.eventType),
      ["workflow_started", "verification_passed", "tide_turned", "phase_started"],
      "what only the copy's log has is not lost",
    );
    assert.equal(active.checkpoints().checkpoints.length, 1);
    assert.deepEqual(active.sources().map((file) => file.path), [
      `${SESSION}/state.json`,
      `${SESSION}/log.jsonl`,
      ROOT_STATE,
      ".workflow_log.jsonl",
      ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json",
    ]);
  });
});

Deno.test("readLegacyProject: states of one workflow that differ are said to differ", () => {
  const files = {
    [`${SESSION}/state.json`]: another(ID, "2026-01-01T00:00:00Z"),
    [`${OTHER}/state.json`]: another(ID, "2026-02-01T00:00:00Z"),
    [ROOT_STATE]: another(ID, "2026-03-01T00:00:00Z"),
  };
  withProject(files, (root) => {
    const { workflows, findings } = readLegacyProject(root);
    assert.equal(workflows.length, 1);
    assert.equal(workflows[0]?.file, `${OTHER}/state.json`, "the newest of the newer layout");
    const differing = findings.filter((finding) => finding.code === "state_differs");
    assert.deepEqual(
      differing.map((finding) => [finding.path, /is older$/.test(finding.message)]),
      [
        [`${SESSION}/state.json`, false],
        [ROOT_STATE, true],
      ],
    );
  });
  withProject({ ...files, ".orchestrator/current": "0a1b2c3d" }, (root) => {
    assert.equal(readLegacyProject(root).active?.file, `${SESSION}/state.json`);
  });
});

Deno.test("readLegacyProject: a damaged workflow is an entry with its error, others still work", () => {
  const files = {
    [`${SESSION}/state.json`]: "",
    [`${SESSION}/checkpoints/cp_20260105_090000_0a1b2c.json`]: fixture("checkpoint_v2.json"),
    [`${OTHER}/state.json`]: another("wf_2", "2026-02-01T00:00:00Z"),
    [ROOT_STATE]: new Uint8Array([0xff, 0xfe, 0x7b, 0x00]),
    ".orchestrator/current": "ffff0000",
  };
  withProject(files, (root) => {
    const { workflows, active, findings } = readLegacyProject(root);
    assert.deepEqual(
      workflows.map((workflow) => [workflow.origin.name, workflow.error?.details?.reason ?? null]),
      [["ffff0000", null], ["0a1b2c3d", "empty"], ["root", "not_text"]],
    );
    assert.equal(active?.origin.name, "ffff0000");
    assert.equal(findings.filter((finding) => finding.code === "state_damaged").length, 2);
    const damaged = workflows[1];
    assert.ok(damaged);
    assert.match(damaged.error?.hint ?? "", /cp_20260105_090000_0a1b2c\.json" may contain a copy/);
    assert.equal(damaged.summary, null);
    assert.throws(() => damaged.state(), { code: "legacy_corrupt" });
    assert.throws(() => logOf(damaged), { code: "legacy_corrupt" });
    assert.deepEqual(damaged.sources().map((file) => file.role), ["state"]);
  });
  withProject({ ...files, ".orchestrator/current": "0a1b2c3d" }, (root) => {
    const { active, activeBy } = readLegacyProject(root);
    assert.equal(active?.error?.code, "legacy_corrupt", "the one that would be shown is damaged");
    assert.equal(activeBy, "current");
  });
});

Deno.test("readLegacyProject: a state cut off inside a character is cut off, not foreign text", () => {
  const whole = new TextEncoder().encode('{"task_description": "für"');
  withProject({ [ROOT_STATE]: whole.slice(0, 24) }, (root) => {
    const details = readLegacyProject(root).workflows[0]?.error?.details;
    assert.equal(details?.reason, "truncated");
    assert.equal(details?.byte, 23);
  });
});

Deno.test("readLegacyProject: .orchestrator/state.json is a workflow only when it holds one", () => {
  withProject({ ".orchestrator/state.json": '{"tasks": [], "completed": []}' }, (root) => {
    const { workflows, findings } = readLegacyProject(root);
    assert.equal(workflows.length, 0);
    assert.deepEqual(findings.map((finding) => finding.code), ["agent_server_state"]);
  });
  withProject({ ".orchestrator/state.json": fixture("states/g8.json") }, (root) => {
    const { active } = readLegacyProject(root);
    assert.equal(active?.origin.name, "bare");
    assert.equal(active?.state().checksum, "ok-g8");
  });
  withProject({ ".orchestrator/state.json": "{" }, (root) => {
    const { workflows, findings } = readLegacyProject(root);
    assert.equal(workflows.length, 0);
    assert.deepEqual(findings.map((finding) => finding.code), ["state_damaged"]);
  });
});

Deno.test("readLegacyProject says that states of the run command are no sessions", () => {
  withProject({ ".orchestrator/v4/state_wf_9.json": "{}" }, (root) => {
    const { findings } = readLegacyProject(root);
    assert.deepEqual(findings.map((finding) => finding.code), ["v4_state"]);
  });
});

Deno.test("readLegacyProject listing parses no log and no checkpoint", () => {
  const files = {
    ...SCATTERED,
    // Reading either of these as JSON or as text would fail.
    ".workflow_log.jsonl": new Uint8Array([0xff]),
    ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json": new Uint8Array([0xff]),
  };
  withProject(files, (root) => {
    const project = readLegacyProject(root);
    assert.deepEqual(project.findings, []);
    assert.equal(project.active?.checkpoints().damaged.length, 2);
  });
});

/** Path, size, time of change and content of everything below a directory. */
function photograph(directory: string): readonly string[] {
  return [...Deno.readDirSync(directory)].flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    const stat = Deno.lstatSync(path);
    const own = `${path} ${stat.size} ${stat.mtime?.toISOString()} ${stat.mode}`;
    if (entry.isDirectory) return [own, ...photograph(path)];
    return [`${own} ${createHash("sha256").update(Deno.readFileSync(path)).digest("hex")}`];
  }).sort();
}

Deno.test("reading an old project changes nothing and needs no right to write", () => {
  const files = {
    ...SCATTERED,
    [`${SESSION}/state.json`]: fixture("states/g8.json"),
    [`${SESSION}/log.jsonl`]: LOG,
    [`${OTHER}/state.json`]: "{",
    ".orchestrator/current": "0a1b2c3d",
  };
  withProject(files, (root) => {
    const directories = Deno.build.os === "windows" ? [] : [root, `${root}/${SESSION}`];
    for (const directory of directories) Deno.chmodSync(directory, 0o555);
    try {
      const before = photograph(root);
      const project = readLegacyProject(root);
      for (const workflow of project.workflows) {
        workflow.sources();
        if (workflow.error !== null) continue;
        toImport(workflow, { root });
        workflow.checkpoints();
      }
      forgottenWorkflows(project);
      assert.deepEqual(photograph(root), before);
    } finally {
      for (const directory of directories) Deno.chmodSync(directory, 0o755);
    }
  });
});
