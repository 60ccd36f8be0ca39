/** Tries the room on data that the old tool really wrote. */
import assert from "node:assert/strict";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { findLegacy } from "../../../src/legacy/find.ts";
import { readLegacyProject } from "../../../src/legacy/project.ts";
import { toImport } from "../../../src/legacy/to_import.ts";
import { parseDefinition } from "../../../src/workflow/parse_definition.ts";
import { OLD_PROJECTS, oldProjects } from "../../harness/old_projects.ts";
import { Scratch } from "../../harness/scratch.ts";

/** Folder of a real project → generation and checksum of its active workflow, and its open phase. */
const GENERATED = {
  "v1.0-0057f2a": ["G0", "none", "PLAN"],
  "v2.2-aa1a90a": ["G2", "none", "PLAN"],
  "v2.9-last-scattered-458d302": ["G4", "none", "EXECUTE"],
  "v2.9-dualread-a142e98": ["G5", "none", "EXECUTE"],
  "v2.9-sessions-f52cf7a": ["G5", "none", "EXECUTE"],
  "v3.0-checksum32-with-version-7a438e3": ["G7", "ok-g7", "EXECUTE"],
  "v3.0-head-4765fc9": ["G8", "ok-g8", "EXECUTE"],
  "full-scattered-everything/repo": ["G4", "none", "EXECUTE"],
} as const;

for (const [folder, [generation, checksum, phase]] of Object.entries(GENERATED)) {
  Deno.test({
    name: `real data: ${folder} is ${generation}, checksum ${checksum}`,
    fn: () => {
      const root = `${OLD_PROJECTS}/generated/${folder}`;
      const { active, findings, workflows } = readLegacyProject(root);
      assert.deepEqual(findings, []);
      assert.equal(workflows.length, 1);
      assert.ok(active);
      const file = parseDefinition(Deno.readTextFileSync(`${root}/workflow.yaml`), {
        file: "workflow.yaml",
      });
      assert.ok(file.definition);
      const taken = toImport(active, { root, definition: file.definition });
      assert.equal(taken.source.generation, generation);
      assert.equal(taken.source.checksum, checksum);
      assert.deepEqual(taken.source.findings, []);
      assert.equal(taken.source.definition, generation === "G0" ? "file" : "stored");
      assert.deepEqual(taken.seed.definition, file.definition);
      assert.equal(taken.seed.phase, phase);
      assert.equal(taken.seed.task, "Fixture task: añadir login ✓");
      assert.equal(taken.seed.phases["PLAN"]?.items["optional_note"]?.status, "skipped");
      assert.ok(taken.lines >= 5);
      let shown = 0;
      taken.visitHistory((value) => {
        shown += 1;
        assert.doesNotMatch(JSON.stringify(value), /\/home\//);
      });
      assert.equal(shown, taken.lines);
      assert.doesNotMatch(JSON.stringify(taken), /\/home\//);
      const { checkpoints, damaged } = active.checkpoints();
      assert.equal(checkpoints.length, generation === "G0" ? 0 : 2);
      assert.ok(checkpoints.every((checkpoint) => checkpoint.snapshot !== null));
      assert.deepEqual(damaged, []);
    },
  });
}

/** Folder of a project with one defect → what is said about it, and how the active workflow fares. */
const DERIVED: Readonly<Record<string, readonly [codes: readonly string[], active: string]>> = {
  "both-old-and-new-differ": [[], "G8 ok-g8"],
  "both-old-and-new-identical": [["state_repeated"], "G5 none"],
  "empty-state": [["state_damaged"], "empty"],
  "log-torn-last-line": [[], "G4 none"],
  "log-unknown-event-type": [[], "G4 none"],
  "partial-migration-marker": [[], "G4 none"],
  "readonly-permissions": [[], "G4 none"],
  "truncated-state": [["state_damaged"], "truncated"],
  "v3-audit-chain-broken": [[], "G8 ok-g8"],
  "v3-dangling-current": [["current_dangling"], "G8 ok-g8"],
  "v3-leftover-tmp": [[], "G8 ok-g8"],
  "v3-missing-current": [["current_missing"], "G8 ok-g8"],
  "v3-tampered-checksum": [[], "G8 mismatch"],
};

for (const [folder, [codes, expected]] of Object.entries(DERIVED)) {
  Deno.test({
    name: `real data: ${folder}`,
    fn: () => {
      const root = `${OLD_PROJECTS}/derived/${folder}`;
      const { active, findings } = readLegacyProject(root);
      assert.deepEqual(findings.map((finding) => finding.code), codes);
      assert.ok(active);
      if (active.error !== null) assert.equal(active.error.details?.reason, expected);
      else {
        const { source } = toImport(active, { root });
        assert.equal(`${source.generation} ${source.checksum}`, expected);
      }
    },
  });
}

/** A checkout without links holds the link's text instead. */
const LINKED = `${OLD_PROJECTS}/derived/symlinked-state`;

Deno.test("real data: a linked state is told to be a link's text where that is all there is", () => {
  const { active } = readLegacyProject(LINKED);
  assert.equal(active?.error?.details?.reason, "link_text");
});

Deno.test({
  name: "real data: a linked state is read in place",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using scratch = new Scratch();
    cpSync(LINKED, scratch.root, { recursive: true });
    const state = scratch.path(".workflow_state.json");
    const target = scratch.read(".workflow_state.json");
    rmSync(state);
    symlinkSync(target, state);
    assert.equal(findLegacy(scratch.root).state?.target, target);
    assert.equal(readLegacyProject(scratch.root).active?.error, null);
  },
});

Deno.test("real data: every folder is tried", () => {
  const folders = oldProjects.filter(({ kind }) => kind === "derived").map(({ name }) => name);
  assert.deepEqual(
    folders.filter((name) => !Object.hasOwn(DERIVED, name) && !name.startsWith("symlinked")),
    [],
  );
  const generated = oldProjects.filter(({ kind }) => kind === "generated");
  assert.equal(generated.length, Object.keys(GENERATED).length);
});
