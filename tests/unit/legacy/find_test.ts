import assert from "node:assert/strict";
import { findLegacy, type LegacyPlaces } from "../../../src/legacy/find.ts";
import { withProject } from "./old_project.ts";

const STATE = '{"workflow_id": "wf_1", "phases": {"A": {}}}';
const NEW_ID = "abcdefgh23456";

function codes(places: LegacyPlaces): readonly string[] {
  return places.findings.map((finding) => `${finding.code} ${finding.path}`);
}

Deno.test("findLegacy: nothing is there", () => {
  withProject({ "README.md": "" }, (root) => {
    assert.deepEqual(findLegacy(root), {
      root,
      state: null,
      log: null,
      checkpoints: null,
      sessions: [],
      current: null,
      bareState: null,
      v4: [],
      hasWorkflow: false,
      findings: [],
    });
  });
});

Deno.test("findLegacy: the scattered layout", () => {
  const files = {
    ".workflow_state.json": STATE,
    ".workflow_log.jsonl": "",
    ".workflow_checkpoints/cp_1.json": "{}",
  };
  withProject(files, (root) => {
    const places = findLegacy(root);
    assert.deepEqual(places.state, { path: ".workflow_state.json", kind: "file" });
    assert.deepEqual(places.log, { path: ".workflow_log.jsonl", kind: "file" });
    assert.deepEqual(places.checkpoints, { path: ".workflow_checkpoints", kind: "directory" });
    assert.equal(places.hasWorkflow, true);
    assert.deepEqual(places.findings, []);
  });
});

Deno.test("findLegacy: old sessions are told from new ones and from files", () => {
  const files = {
    ".orchestrator/sessions/0a1b2c3d/state.json": STATE,
    ".orchestrator/sessions/ffff0000/meta.json": "{}",
    [`.orchestrator/sessions/${NEW_ID}/state.json`]: "{}",
    ".orchestrator/sessions/2026-01-05_print-the-tables.jsonl": "",
    ".orchestrator/sessions/12345678": "a file with such a name",
    ".orchestrator/sessions/0a1b2c3de/state.json": STATE,
    ".orchestrator/current": "0a1b2c3d",
  };
  withProject(files, (root) => {
    const places = findLegacy(root);
    assert.deepEqual(
      places.sessions.map((session) => [session.id, session.state?.path ?? null]),
      [["0a1b2c3d", ".orchestrator/sessions/0a1b2c3d/state.json"], ["ffff0000", null]],
    );
    assert.deepEqual(places.current, {
      path: ".orchestrator/current",
      value: "0a1b2c3d",
      layout: "old",
      resolves: true,
    });
    assert.deepEqual(codes(places), ["session_empty .orchestrator/sessions/ffff0000"]);
    assert.equal(places.hasWorkflow, true);
  });
});

const CURRENTS = [
  ["0a1b2c3d", "old", true, []],
  ["0a1b2c3d\n", "old", true, []],
  ["deadbeef", "old", false, ["current_dangling .orchestrator/current"]],
  [NEW_ID, "new", false, []],
  ["../../../evil", "other", false, ["current_invalid .orchestrator/current"]],
  ["", "other", false, []],
] as const;

for (const [content, layout, resolves, findings] of CURRENTS) {
  Deno.test(`findLegacy: current holds ${JSON.stringify(content)}`, () => {
    const files = {
      ".orchestrator/sessions/0a1b2c3d/state.json": STATE,
      ".orchestrator/current": content,
    };
    withProject(files, (root) => {
      const places = findLegacy(root);
      assert.equal(places.current?.value, content.trim());
      assert.equal(places.current?.layout, layout);
      assert.equal(places.current?.resolves, resolves);
      assert.deepEqual(codes(places), findings);
    });
  });
}

Deno.test("findLegacy: a missing current is a finding only where old sessions are", () => {
  withProject({ ".orchestrator/sessions/0a1b2c3d/state.json": STATE }, (root) => {
    assert.deepEqual(codes(findLegacy(root)), ["current_missing .orchestrator/current"]);
  });
  withProject({ [`.orchestrator/sessions/${NEW_ID}/state.json`]: "{}" }, (root) => {
    const places = findLegacy(root);
    assert.deepEqual(places.findings, []);
    assert.equal(places.hasWorkflow, false);
  });
});

Deno.test("findLegacy: the agent server's state and v4 states are told apart", () => {
  const files = {
    ".orchestrator/state.json": '{"tasks": []}',
    ".orchestrator/v4/state_wf_9.json": "{}",
    ".orchestrator/v4/state_wf_9.lock": "",
    ".orchestrator/v4/.gitignore": "*",
  };
  withProject(files, (root) => {
    const places = findLegacy(root);
    assert.equal(places.bareState?.path, ".orchestrator/state.json");
    assert.deepEqual(places.v4.map((place) => place.path), [".orchestrator/v4/state_wf_9.json"]);
    assert.deepEqual(places.sessions, []);
  });
});

const SYMLINKS = Deno.build.os !== "windows";

Deno.test({
  name: "findLegacy: a link that stays inside is read, one that leaves or leads nowhere is not",
  ignore: !SYMLINKS,
  fn: () => {
    withProject({ "state.json": STATE, "deep/log.jsonl": "" }, (outside) => {
      withProject({ "kept/state.json": STATE }, (root) => {
        Deno.symlinkSync("kept/state.json", `${root}/.workflow_state.json`);
        Deno.symlinkSync(`${outside}/deep/log.jsonl`, `${root}/.workflow_log.jsonl`);
        Deno.symlinkSync("gone", `${root}/.workflow_checkpoints`);
        const places = findLegacy(root);
        assert.deepEqual(places.state, {
          path: ".workflow_state.json",
          kind: "file",
          target: "kept/state.json",
        });
        assert.equal(places.log, null);
        assert.equal(places.checkpoints, null);
        assert.deepEqual(codes(places), [
          "link_outside .workflow_log.jsonl",
          "link_broken .workflow_checkpoints",
        ]);
      });
    });
  },
});

Deno.test({
  name: "findLegacy: links below .orchestrator are not followed, wherever they lead",
  ignore: !SYMLINKS,
  fn: () => {
    const elsewhere = {
      "sessions/0a1b2c3d/state.json": STATE,
      "0a1b2c3d/state.json": STATE,
      current: "0a1b2c3d",
      "state.json": STATE,
    };
    withProject(elsewhere, (outside) => {
      withProject({}, (root) => {
        Deno.symlinkSync(outside, `${root}/.orchestrator`);
        const places = findLegacy(root);
        assert.deepEqual(places.sessions, []);
        assert.equal(places.current, null);
        assert.equal(places.bareState, null);
        assert.deepEqual(codes(places), ["link_outside .orchestrator"]);
      });
      withProject({ ".orchestrator/sessions/ffff0000/meta.json": "" }, (root) => {
        Deno.symlinkSync(`${outside}/0a1b2c3d`, `${root}/.orchestrator/sessions/0a1b2c3d`);
        Deno.symlinkSync(
          `${outside}/state.json`,
          `${root}/.orchestrator/sessions/ffff0000/state.json`,
        );
        Deno.symlinkSync(`${outside}/current`, `${root}/.orchestrator/current`);
        const places = findLegacy(root);
        assert.equal(places.hasWorkflow, false);
        assert.deepEqual(codes(places), [
          "link_in_state .orchestrator/sessions/0a1b2c3d",
          "link_in_state .orchestrator/sessions/ffff0000/state.json",
          "session_empty .orchestrator/sessions/ffff0000",
          "link_in_state .orchestrator/current",
          "current_missing .orchestrator/current",
        ]);
      });
      withProject({ "shelf/0a1b2c3d/state.json": STATE, ".orchestrator/x": "" }, (root) => {
        Deno.symlinkSync("../shelf", `${root}/.orchestrator/sessions`);
        const places = findLegacy(root);
        assert.deepEqual(places.sessions, []);
        assert.deepEqual(codes(places), ["link_in_state .orchestrator/sessions"]);
      });
    });
  },
});

Deno.test("findLegacy: what is no file is never opened", () => {
  const files = { ".workflow_state.json/x": "", ".workflow_checkpoints": "a file" };
  withProject(files, (root) => {
    assert.deepEqual(codes(findLegacy(root)), [
      "wrong_kind .workflow_state.json",
      "wrong_kind .workflow_checkpoints",
    ]);
  });
});

Deno.test({
  name: "findLegacy: a pipe does not make it wait",
  ignore: !SYMLINKS,
  fn: () => {
    withProject({ ".orchestrator/x": "" }, (root) => {
      for (const name of [".workflow_state.json", ".orchestrator/current"]) {
        const made = new Deno.Command("mkfifo", { args: [`${root}/${name}`] }).outputSync();
        assert.ok(made.success);
      }
      assert.deepEqual(codes(findLegacy(root)), [
        "wrong_kind .workflow_state.json",
        "wrong_kind .orchestrator/current",
      ]);
    });
  },
});
