/**
 * A state branch with content that the program never writes: no command in a clone that follows it
 * hangs or crashes, memory use stays low, and the intact sessions are still there.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { peakOf } from "../harness/peak_memory.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const MEBIBYTE = 1024 * 1024;
const MOST = 200 * MEBIBYTE;
const TIMEOUT_MS = 60_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

const WORKFLOW = `name: Tiny
phases:
  - { id: PLAN, name: Plan, items: [{ id: think, name: Think }] }
`;

const COMMANDS: readonly (readonly string[])[] = [
  ["status"],
  ["session", "list"],
  ["doctor"],
  ["state", "pull"],
  ["note", "mine", "--session", "sound"],
  ["state", "push"],
];

/** A bare repository with a state branch, to be spoilt. */
interface Branch {
  readonly bare: string;
  readonly name: string;
  /** The session that is not spoilt, and another one. */
  readonly sound: string;
  readonly other: string;
}

function write(bare: string, argv: readonly string[], input: string | Uint8Array): string {
  const { status, stdout, stderr } = spawnSync("git", ["-C", bare, ...argv], { input });
  assert.equal(status, 0, String(stderr));
  return String(stdout).trim();
}

const blob = (bare: string, content: string | Uint8Array) =>
  write(bare, ["hash-object", "-w", "--stdin"], content);

const tree = (bare: string, entries: readonly string[]) =>
  write(bare, ["mktree"], entries.map((entry) => `${entry}\n`).join(""));

/** The tree at a path, with entries of `mktree` added to, or put in the place of, what is there. */
function changed(bare: string, at: string, entries: readonly string[]): string {
  const nameOf = (entry: string) => entry.slice(entry.indexOf("\t") + 1);
  const names = new Set(entries.map(nameOf));
  const { stdout } = spawnSync("git", ["-C", bare, "ls-tree", at]);
  const kept = String(stdout).split("\n").filter((line) => line !== "" && !names.has(nameOf(line)));
  return tree(bare, [...kept, ...entries]);
}

const file = (name: string, oid: string) => `100644 blob ${oid}\t${name}`;
const folder = (name: string, oid: string) => `040000 tree ${oid}\t${name}`;

function inOther({ bare, name, other }: Branch, entries: readonly string[]): string {
  const session = changed(bare, `${name}:sessions/${other}`, entries);
  const sessions = changed(bare, `${name}:sessions`, [folder(other, session)]);
  return changed(bare, name, [folder("sessions", sessions)]);
}

/** A tree of ten billion files that takes no room. */
function endless(bare: string): string {
  let oid = tree(bare, [file("x", blob(bare, "x"))]);
  for (let level = 0; level < 10; level++) {
    oid = tree(bare, Array.from({ length: 10 }, (_, index) => folder(String(index), oid)));
  }
  return oid;
}

/** Each gives the tree of the commit that is put on the branch. */
const TRICKS: Readonly<Record<string, (branch: Branch) => string>> = {
  "an index of 2 GB": ({ bare, name }) => {
    const oid = blob(bare, new Uint8Array(60 * MEBIBYTE).fill(0x78));
    const shards = [...LETTERS].map((letter) => file(`${letter}.jsonl`, oid));
    return changed(bare, name, [folder("index", tree(bare, shards))]);
  },
  "an index of lines without end": ({ bare, name }) => {
    const oid = blob(bare, new Uint8Array(60 * MEBIBYTE).fill(0x0a));
    const shards = [...LETTERS].map((letter) => file(`${letter}.jsonl`, oid));
    return changed(bare, name, [folder("index", tree(bare, shards))]);
  },
  "a record of removals of 100 MB": ({ bare, name, sound, other }) => {
    const oid = blob(bare, new Uint8Array(100 * MEBIBYTE).fill(0x78));
    const records = [sound, other].map((id) => file(`${id}.jsonl`, oid));
    return changed(bare, name, [folder("removed", tree(bare, records))]);
  },
  "feedback of 100 MB": (branch) =>
    inOther(branch, [
      folder(
        "feedback",
        tree(branch.bare, [
          file("tool.jsonl", blob(branch.bare, new Uint8Array(100 * MEBIBYTE).fill(0x78))),
        ]),
      ),
    ]),
  "a meta.json and a definition of 100 MB": (branch) => {
    const oid = blob(branch.bare, new Uint8Array(100 * MEBIBYTE).fill(0x78));
    return inOther(branch, [file("meta.json", oid), file("workflow.yaml", oid)]);
  },
  "a journal of lines without end": (branch) =>
    inOther(branch, [
      file("log.jsonl", blob(branch.bare, new Uint8Array(30 * MEBIBYTE).fill(0x0a))),
    ]),
  "files without end": ({ bare, name }) => changed(bare, name, [folder("archive", endless(bare))]),
  "files without end in a session": (branch) =>
    inOther(branch, [folder("attachments", endless(branch.bare))]),
};

let seeded: Promise<Scratch> | undefined;

/** A server with a state branch of two sessions, made once. */
function seed(): Promise<Scratch> {
  return seeded ??= (async () => {
    const scratch = new Scratch();
    globalThis.addEventListener("unload", () => scratch[Symbol.dispose]());
    scratch.write("workflow.yaml", WORKFLOW);
    git(scratch.top, "init", "--quiet", "--bare", "--initial-branch=main", "server.git");
    git(scratch.root, "init", "--quiet", "--initial-branch=main");
    git(scratch.root, "remote", "add", "origin", join(scratch.top, "server.git"));
    const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
    const argvs = [
      ["init"],
      ["config", "set", "web_mode", "true"],
      ["start", "Other task", "--name", "other"],
      ["start", "Sound task", "--name", "sound"],
      ["note", "precious"],
      ["state", "push"],
    ];
    for (const argv of argvs) {
      const { code, stderr } = await runInProcess(argv, surroundings);
      assert.equal(code, 0, stderr);
    }
    const committed = ["workflow.yaml", ".orchestrator/config.yaml", ".orchestrator/meta.json"];
    git(scratch.root, "add", "--force", ...committed);
    git(scratch.root, "commit", "--quiet", "-m", "Project");
    git(scratch.root, "push", "--quiet", "origin", "main");
    return scratch;
  })();
}

function sessionsOf(scratch: Scratch): { readonly sound: string; readonly other: string } {
  const folders = readdirSync(scratch.path(".orchestrator/sessions"));
  const named = (name: string) =>
    folders.find((id) =>
      JSON.parse(scratch.read(`.orchestrator/sessions/${id}/meta.json`)).name === name
    ) ?? "";
  return { sound: named("sound"), other: named("other") };
}

const ignore = !executableAvailable || Deno.build.os !== "linux" ||
  spawnSync("git", ["--version"]).error !== undefined;

for (const [trick, spoil] of Object.entries(TRICKS)) {
  Deno.test({
    name: `a hostile state branch does no harm: ${trick}`,
    ignore,
    async fn() {
      const seedling = await seed();
      const { sound, other } = sessionsOf(seedling);
      using scratch = new Scratch();
      const bare = join(scratch.top, "server.git");
      cpSync(join(seedling.top, "server.git"), bare, { recursive: true });
      const name = git(bare, "for-each-ref", "--format=%(refname:short)").split("\n")
        .find((ref) => ref.startsWith("orchestrator-state")) ?? "";
      const oid = spoil({ bare, name, sound, other });
      const commit = git(bare, "commit-tree", oid, "-p", name, "-m", "Evil").trim();
      git(bare, "update-ref", `refs/heads/${name}`, commit);
      const clone = join(scratch.top, "clone");
      git(scratch.top, "clone", "--quiet", "--branch=main", "--single-branch", bare, clone);

      const program = await executable();
      const env = scratchEnvironment(scratch);
      let tooMany = false;
      for (const argv of COMMANDS) {
        const run = await peakOf(program, argv, { cwd: clone, env, timeoutMs: TIMEOUT_MS });
        const shown = `${argv.join(" ")}: code ${run.code}, ${
          Math.round(run.bytes / MEBIBYTE)
        } MiB\n${run.stdout.slice(0, 2000)}\n${run.stderr.slice(0, 2000)}`;
        assert.ok(!run.hung, `hangs: ${shown}`);
        assert.ok(run.bytes < MOST, `takes memory: ${shown}`);
        assert.ok(run.code < 70, `crashes: ${shown}`);
        if (run.stderr.includes("take more than")) {
          assert.match(run.stderr, /which no state does[^]*config set state_branch NAME/);
          tooMany = true;
        }
      }
      assert.equal(tooMany, trick.startsWith("files without end"), "it says what is wrong");
      const journal = git(bare, "cat-file", "blob", `${name}:sessions/${sound}/log.jsonl`);
      assert.ok(journal.includes('"precious"'), "what was there is there");
    },
  });
}

Deno.test({
  name: "records of removals that together are larger than they may be stop nothing",
  ignore,
  async fn() {
    const { sound } = sessionsOf(await seed());
    using scratch = new Scratch();
    const bare = join(scratch.top, "server.git");
    cpSync(join((await seed()).top, "server.git"), bare, { recursive: true });
    const name = git(bare, "for-each-ref", "--format=%(refname:short)").split("\n")
      .find((ref) => ref.startsWith("orchestrator-state")) ?? "";
    const clone = join(scratch.top, "clone");
    git(scratch.top, "clone", "--quiet", "--branch=main", bare, clone);
    const surroundings = { cwd: clone, env: scratchEnvironment(scratch) };
    const run = async (...argv: readonly string[]) => {
      const { code, stderr } = await runInProcess(argv, surroundings);
      assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    };
    for (const part of ["a", "b"]) {
      const lines = Array.from(
        { length: 1000 },
        (_, index) => `${JSON.stringify({ part, index, text: "x".repeat(900) })}\n`,
      );
      const records = tree(bare, [file(`${sound}.jsonl`, blob(bare, lines.join("")))]);
      const oid = changed(bare, name, [folder("removed", records)]);
      const commit = git(bare, "commit-tree", oid, "-p", name, "-m", part).trim();
      git(bare, "update-ref", `refs/heads/${name}`, commit);
      await run("state", "pull");
    }
    await run("state", "pull");
    await run("note", "goes on", "--session", "sound");
    await run("state", "push");
    assert.match(git(bare, "cat-file", "blob", `${name}:sessions/${sound}/log.jsonl`), /goes on/);
  },
});
