/** What does not move although it is the old tool's or has its name: links, and secrets in use. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { Scratch } from "../../harness/scratch.ts";
import {
  answer,
  assertSameTree,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
} from "./old_repository.ts";

const posix = Deno.build.os !== "windows";

interface Stay {
  readonly path: string;
  readonly why: string;
}

/** Why a path stays, by the dry run and by the real one. */
function whyOf(data: { readonly stays: readonly Stay[] }, path: string): string | undefined {
  return data.stays.find((stay) => stay.path === path)?.why;
}

const SOPS = "db: ENC[AES256_GCM]\nsops:\n  version: 3.9.0\n";

for (
  const [file, content, line] of [
    [".envrc", 'use sops\nexport F="$PWD/secrets.enc.yaml"\n', 2],
    [".githooks/post-checkout", "#!/bin/sh\n\nsops -d secrets.enc.yaml\n", 3],
    [".github/workflows/ci.yml", "jobs:\n  a:\n    run: sops exec-env 'secrets.enc.yaml' x\n", 3],
    ["Makefile", "env:\n\tsops -d ./secrets.enc.yaml > .env\n", 2],
    ["package.json", '{"scripts":{"env":"sops -d secrets.enc.yaml"}}\n', 1],
  ] as const
) {
  Deno.test(`a secret that ${file} reads stays, with its key, and a copy is offered`, async () => {
    using scratch = oldRepository({
      ...repositoryOf(3),
      "secrets.enc.yaml": SOPS,
      ".claude/keys/age.key.enc": "Salted__k",
      [file]: content,
    });
    const before = treeOf(scratch);
    const { data, warnings } = await answer(scratch, "migrate", "--yes");
    assert.equal(whyOf(data, "secrets.enc.yaml"), `${file}:${line} names it`);
    assert.equal(
      whyOf(data, ".claude/keys/age.key.enc"),
      'it may be the key of "secrets.enc.yaml", which stays',
    );
    assert.ok(warnings.some((text: string) => /secrets\.enc\.yaml.*--interactive/.test(text)));
    assert.equal(scratch.read("secrets.enc.yaml"), SOPS);
    assert.equal(scratch.read(".claude/keys/age.key.enc"), "Salted__k");
    assert.equal(scratch.exists(".secrets.enc"), false, "what nothing names moves");
    await answer(scratch, "migrate", "--rollback", "--yes");
    assertSameTree(before, treeOf(scratch));
  });
}

Deno.test("a hook of git's own counts; a longer name that contains the secret's does not", async () => {
  using scratch = oldRepository({
    ...repositoryOf(1),
    "secrets.enc.yaml": SOPS,
    ".envrc": "cat old-secrets.enc.yaml my.secrets.encoded\n",
  });
  execFileSync("git", ["init", "-q", scratch.root]);
  scratch.write(".git/hooks/pre-push", "#!/bin/sh\nopenssl enc -d -in .secrets.enc\n");
  const { data } = await answer(scratch, "migrate", "--yes");
  assert.equal(whyOf(data, ".secrets.enc"), ".git/hooks/pre-push:2 names it");
  assert.equal(whyOf(data, "secrets.enc.yaml"), undefined);
  assert.equal(scratch.read(".orchestrator/secrets/secrets.enc.yaml"), SOPS);
});

Deno.test("migrate --interactive copies a secret that is in use, and leaves it there", async () => {
  using scratch = oldRepository({
    ".workflow_log.jsonl": "",
    "secrets.enc.yaml": SOPS,
    ".envrc": "sops -d secrets.enc.yaml\n",
  });
  const before = treeOf(scratch);
  const asked = await orchestrator(scratch, ["migrate", "--interactive"], {
    terminal: 80,
    // The secret, and go.
    answers: [true, true],
    texts: [""],
  });
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stderr, /secrets\.enc\.yaml.*copy it, and leave it there\?/);
  assert.equal(scratch.read("secrets.enc.yaml"), SOPS);
  assert.equal(scratch.read(".orchestrator/secrets/secrets.enc.yaml"), SOPS);
  await answer(scratch, "migrate", "--rollback", "--yes");
  assertSameTree(before, treeOf(scratch));
});

/** An old repository in which some places are links: inside, outside, to a folder, broken. */
function linked(): Scratch {
  const scratch = oldRepository(repositoryOf(4));
  const elsewhere = `${scratch.top}/elsewhere`;
  mkdirSync(elsewhere);
  Deno.writeTextFileSync(`${elsewhere}/approvals`, "outside");
  Deno.removeSync(scratch.path(".workflow_approvals.db"));
  symlinkSync(`${elsewhere}/approvals`, scratch.path(".workflow_approvals.db"));
  mkdirSync(scratch.path("data"));
  for (const name of [".workflow_tool_feedback.jsonl", ".workflow_sessions"]) {
    renameSync(scratch.path(name), scratch.path(`data/${name}`));
    symlinkSync(`data/${name}`, scratch.path(name));
  }
  symlinkSync(`${elsewhere}/approvals`, scratch.path(".workflow_checkpoints/cp_linked.json"));
  symlinkSync("nowhere", scratch.path(".flaky_tests.json"));
  return scratch;
}

const LINKS = [
  [
    ".workflow_approvals.db",
    /^it is a symbolic link to ".*\/elsewhere\/approvals" outside the project$/,
  ],
  [
    ".workflow_tool_feedback.jsonl",
    /^it is a symbolic link to "data\/\.workflow_tool_feedback\.jsonl" in the project$/,
  ],
  [
    ".workflow_sessions",
    /^it is a symbolic link to "data\/\.workflow_sessions", a directory in the project$/,
  ],
  [
    ".workflow_checkpoints/cp_linked.json",
    /^it is a symbolic link to ".*\/elsewhere\/approvals" outside the project$/,
  ],
  [".flaky_tests.json", /^it is a broken symbolic link to "nowhere"$/],
] as const;

Deno.test({
  name: "links: each is named with where it leads, none is followed, content is taken when asked",
  ignore: !posix,
  fn: async () => {
    using scratch = linked();
    const before = treeOf(scratch);
    const { data: planned } = await answer(scratch, "migrate", "--dry-run");
    const { data } = await answer(scratch, "migrate", "--yes");
    for (const [path, why] of LINKS) {
      assert.match(whyOf(planned, path) ?? "", why, path);
      assert.match(whyOf(data, path) ?? "", why, path);
      assert.equal(lstatSync(scratch.path(path)).isSymbolicLink(), true);
      assert.equal(scratch.exists(`.orchestrator/archive/${path}`), false, path);
    }
    const doctor = JSON.parse((await orchestrator(scratch, ["doctor", "--json"])).stdout).data;
    const check = doctor.findings.find((one: { check: string }) =>
      one.check === "layout.old-links"
    );
    assert.equal(check.level, "warning");
    for (const [path, why] of LINKS) {
      const line = check.list.find((one: string) => one.startsWith(`${path}: `)) ?? "";
      assert.match(line.slice(path.length + 2), why);
    }
    await answer(scratch, "migrate", "--rollback", "--yes");
    assertSameTree(before, treeOf(scratch));

    const { data: taken } = await answer(scratch, "migrate", "--yes", "--copy-links");
    assert.deepEqual(taken.copies.map(({ from }: { from: string }) => from), [
      ".workflow_approvals.db",
      ".workflow_sessions",
      ".workflow_tool_feedback.jsonl",
    ]);
    const archive = ".orchestrator/archive";
    assert.equal(scratch.read(`${archive}/.workflow_approvals.db`), "outside");
    assert.ok(scratch.exists(`${archive}/.workflow_sessions/2026-01-05_08-00-00_x.jsonl`));
    for (const [path] of LINKS) {
      assert.equal(lstatSync(scratch.path(path)).isSymbolicLink(), true, path);
    }
    const again = await answer(scratch, "migrate", "--yes", "--copy-links");
    assert.equal(again.data.migrated, false, "what is copied is not copied again");
    await answer(scratch, "migrate", "--rollback", "--yes");
    assertSameTree(before, treeOf(scratch));
  },
});

Deno.test({
  name: "a workflow whose state is a link stays whole, is read by status, and moves when asked",
  ignore: !posix,
  fn: async () => {
    using scratch = oldRepository(repositoryOf(4));
    renameSync(scratch.path(".workflow_state.json"), scratch.path("docs/state.json"));
    symlinkSync("docs/state.json", scratch.path(".workflow_state.json"));
    const before = treeOf(scratch);
    const { data } = await answer(scratch, "migrate", "--yes");
    assert.deepEqual(data.sessions, []);
    for (const path of [".workflow_log.jsonl", ".workflow_checkpoints"]) {
      assert.equal(
        whyOf(data, path),
        'it is of one workflow with ".workflow_state.json", which is a link',
      );
      assert.ok(scratch.exists(path));
    }
    const status = await orchestrator(scratch, ["status"]);
    assert.equal(status.code, 0, status.stderr);
    assert.equal(readlinkSync(scratch.path(".workflow_state.json")), "docs/state.json");

    const { data: more } = await answer(scratch, "migrate", "--yes", "--copy-links");
    assert.ok(more.sessions.length > 0);
    assert.equal(readlinkSync(scratch.path(".workflow_state.json")), "docs/state.json");
    await answer(scratch, "migrate", "--rollback", "--yes");
    await answer(scratch, "migrate", "--rollback", "--yes");
    assertSameTree(before, treeOf(scratch));
  },
});

Deno.test({
  name: "a link inside .orchestrator is followed by nobody's wish",
  ignore: !posix,
  fn: async () => {
    using scratch = oldRepository(repositoryOf(7));
    renameSync(scratch.path(".orchestrator/audit.jsonl"), scratch.path("docs/audit.jsonl"));
    symlinkSync("../docs/audit.jsonl", scratch.path(".orchestrator/audit.jsonl"));
    const { data } = await answer(scratch, "migrate", "--dry-run", "--copy-links");
    assert.deepEqual(data.copies, []);
    assert.match(whyOf(data, ".orchestrator/audit.jsonl") ?? "", /^it is a symbolic link to /);
  },
});
