import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { OrchestratorError } from "../../../src/errors.ts";
import { gitignoreText } from "../../../src/project/gitignore.ts";
import { type InitOptions, initProject } from "../../../src/project/init.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";

const OPTIONS: InitOptions = { now: new Date("2026-02-03T04:05:06Z"), toolVersion: "0.1.0" };

/** A project in a directory of its own. */
interface Project {
  readonly root: string;
  readonly init: (options?: Partial<InitOptions>) => ReturnType<typeof initProject>;
  readonly read: (name: string) => string;
  readonly write: (name: string, text: string) => void;
  readonly meta: () => Record<string, unknown>;
  readonly remote: (url: string) => void;
}

function test(title: string, task: (project: Project) => void): void {
  Deno.test(`init: ${title}`, async () => {
    const root = await Deno.makeTempDir();
    const read = (name: string) => readFileSync(`${root}/${name}`, "utf8");
    const write = (name: string, text: string) => {
      mkdirSync(`${root}/${name}`.replace(/\/[^\/]*$/, ""), { recursive: true });
      writeFileSync(`${root}/${name}`, text);
    };
    try {
      task({
        root,
        read,
        write,
        init: (options = {}) =>
          initProject(new OrchestratorPaths(root, "marker"), { ...OPTIONS, ...options }),
        meta: () => JSON.parse(read(".orchestrator/meta.json")),
        remote: (url) => write(".git/config", `[remote "origin"]\n\turl = ${url}\n`),
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

function errorOf(task: () => unknown): OrchestratorError {
  try {
    task();
  } catch (error) {
    assert.ok(error instanceof OrchestratorError);
    return error;
  }
  throw new assert.AssertionError({ message: "nothing was thrown" });
}

/** Every file below `root` with its content and time of change. */
function treeOf(root: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const stat = statSync(`${root}/${name}`);
    tree[name] = stat.isFile() ? `${stat.mtimeMs} ${readFileSync(`${root}/${name}`, "utf8")}` : "";
  }
  return tree;
}

test("a new project gets one new path and workflow.yaml", ({ root, init, read, write, meta, remote }) => {
  remote("https://u:secret@h/o/r.git");
  write("Cargo.toml", "");
  const before = readdirSync(root);
  const result = init({ newId: () => "abcdefghijklmnopqrstuvwxyz" });
  assert.deepEqual(result, {
    id: "abcdefghijklmnopqrstuvwxyz",
    mode: "normal",
    previousMode: null,
    remote: "https://h/o/r.git",
    previousRemote: null,
    created: [".orchestrator/.gitignore", "workflow.yaml", ".orchestrator/meta.json"],
    changed: [],
    kept: [],
    commands: {
      test: "cargo test",
      build: "cargo build",
      lint: "cargo clippy",
      source: "Cargo.toml",
    },
    warning: null,
  });
  assert.deepEqual(readdirSync(root).sort(), [...before, ".orchestrator", "workflow.yaml"].sort());
  assert.deepEqual(readdirSync(`${root}/.orchestrator`).sort(), [".gitignore", "meta.json"]);
  assert.equal(read(".orchestrator/.gitignore"), "*\n");
  assert.match(read("workflow.yaml"), /test_command: "cargo test"/);
  assert.deepEqual(meta(), {
    format: 1,
    id: "abcdefghijklmnopqrstuvwxyz",
    created: "2026-02-03T04:05:06.000Z",
    mode: "normal",
    remote: "https://h/o/r.git",
    rootCommit: null,
    tool: "0.1.0",
  });
  assert.ok(!read(".orchestrator/meta.json").includes(root));
});

test("running again writes nothing and reports what stands", ({ root, init }) => {
  const first = init();
  const before = treeOf(root);
  const again = init({ toolVersion: "9", now: new Date(0) });
  assert.deepEqual(treeOf(root), before);
  assert.deepEqual(again, {
    ...first,
    created: [],
    kept: [".orchestrator/.gitignore", "workflow.yaml", ".orchestrator/meta.json"],
    commands: null,
  });
});

test("a workflow.yaml that exists is never touched", ({ root, init, read, write }) => {
  write("workflow.yaml", "mine: [\r\n");
  const result = init();
  assert.equal(read("workflow.yaml"), "mine: [\r\n");
  assert.deepEqual(result.kept, ["workflow.yaml"]);
  rmSync(`${root}/workflow.yaml`);
  symlinkSync("nowhere", `${root}/workflow.yaml`);
  assert.ok(init().kept.includes("workflow.yaml"));
  assert.equal(readlinkSync(`${root}/workflow.yaml`), "nowhere");
  assert.ok(!existsSync(`${root}/nowhere`));
});

test("automatic creation writes no workflow.yaml and changes nothing that exists", ({ root, init, read, write }) => {
  write(".orchestrator/.gitignore", "*.pid\n");
  write(".orchestrator/sessions/0badf00d/state.json", "{}");
  const result = init({ automatic: true });
  assert.deepEqual(result.created, [".orchestrator/meta.json"]);
  assert.deepEqual(result.kept, [".orchestrator/.gitignore"]);
  assert.equal(read(".orchestrator/.gitignore"), "*.pid\n");
  assert.ok(!existsSync(`${root}/workflow.yaml`));
  const before = treeOf(root);
  assert.deepEqual(init({ automatic: true }).kept, [".orchestrator/meta.json"]);
  assert.deepEqual(treeOf(root), before);

  const explicit = init();
  assert.deepEqual(explicit.changed, [".orchestrator/.gitignore"]);
  assert.deepEqual(explicit.created, ["workflow.yaml"]);
  assert.equal(read(".orchestrator/.gitignore"), "*.pid\n*\n");
  assert.equal(explicit.id, result.id);
});

test("automatic creation in an empty directory ignores the whole state", ({ root, init, read }) => {
  init({ automatic: true });
  assert.equal(read(".orchestrator/.gitignore"), "*\n");
  assert.deepEqual(readdirSync(root), [".orchestrator"]);
});

test("switching modes rewrites .gitignore and meta.json, and keeps the rest", ({ init, read, write, meta }) => {
  const first = init({ mode: "portable" });
  assert.equal(first.mode, "portable");
  assert.equal(read(".orchestrator/.gitignore"), gitignoreText("portable"));
  write(".orchestrator/meta.json", JSON.stringify({ ...meta(), future: [1] }));
  const second = init({ mode: "normal" });
  assert.deepEqual([second.mode, second.previousMode, second.id], ["normal", "portable", first.id]);
  assert.deepEqual(second.changed, [".orchestrator/.gitignore", ".orchestrator/meta.json"]);
  assert.equal(read(".orchestrator/.gitignore"), "*\n");
  assert.deepEqual([meta()["mode"], meta()["future"]], ["normal", [1]]);
  assert.equal(init({ mode: "portable" }).previousMode, "normal");
  assert.equal(init().mode, "portable");
});

test("what a killed run left is completed by the next", ({ root, init, read, write, meta }) => {
  mkdirSync(`${root}/.orchestrator`);
  assert.equal(init().created.length, 3);
  // Killed before meta.json.
  rmSync(`${root}/.orchestrator/meta.json`);
  assert.deepEqual(init().created, [".orchestrator/meta.json"]);
  // Killed in a switch to portable, between .gitignore and meta.json.
  write(".orchestrator/.gitignore", gitignoreText("portable"));
  const again = init();
  assert.deepEqual([again.mode, again.changed], ["normal", [".orchestrator/.gitignore"]]);
  write(".orchestrator/.gitignore", gitignoreText("portable"));
  const switched = init({ mode: "portable" });
  assert.deepEqual(switched.changed, [".orchestrator/meta.json"]);
  assert.equal(meta()["mode"], "portable");
  assert.equal(read(".orchestrator/.gitignore"), gitignoreText("portable"));
});

test("a copy is told by an automatic run and taken over by init", ({ root, init, meta, remote }) => {
  remote("https://h/o/first");
  const { id } = init();
  remote("git@h:o/second.git");
  const before = treeOf(root);
  assert.match(
    init({ automatic: true }).warning ?? "",
    /"https:\/\/h\/o\/first".*"git@h:o\/second.git"/,
  );
  assert.deepEqual(treeOf(root), before);
  const taken = init();
  assert.deepEqual([taken.id, taken.remote, taken.previousRemote, taken.warning], [
    id,
    "git@h:o/second.git",
    "https://h/o/first",
    null,
  ]);
  assert.deepEqual(taken.changed, [".orchestrator/meta.json"]);
  assert.equal(meta()["remote"], "git@h:o/second.git");
  // The same repository, spelled otherwise, is no move.
  remote("https://h/o/second");
  assert.deepEqual(init().changed, []);
});

test("a remote that was added later is recorded, one that was removed is remembered", ({ root, init, meta, remote }) => {
  assert.equal(init().remote, null);
  remote("https://h/o/r");
  const added = init();
  assert.deepEqual([added.remote, added.previousRemote], ["https://h/o/r", null]);
  assert.deepEqual(added.changed, [".orchestrator/meta.json"]);
  rmSync(`${root}/.git`, { recursive: true });
  assert.deepEqual(init().changed, []);
  assert.equal(meta()["remote"], "https://h/o/r");
});

test("a damaged or newer meta.json is refused and nothing is written", ({ root, init, write }) => {
  for (
    const [text, code, exit] of [
      ["{", "state_corrupt", 8],
      ['{"format":3,"id":"x"}', "format_too_new", 8],
    ] as const
  ) {
    write(".orchestrator/meta.json", text);
    const before = treeOf(root);
    for (const automatic of [false, true]) {
      const error = errorOf(() => init({ automatic, mode: "portable" }));
      assert.deepEqual([error.code, error.exitCode], [code, exit]);
    }
    assert.deepEqual(treeOf(root), before);
  }
});

test("a file with the state directory's name is in the way", ({ root, init, write }) => {
  write(".orchestrator", "x");
  const error = errorOf(() => init());
  assert.equal(error.code, "already_exists");
  assert.match(
    error.message,
    /^Cannot create ".*\.orchestrator": it exists and is not a directory/,
  );
  assert.deepEqual(readdirSync(root), [".orchestrator"]);
});

test("a write that fails is reported and leaves no temporary file", ({ root, init }) => {
  mkdirSync(`${root}/.orchestrator/meta.json`, { recursive: true });
  assert.equal(errorOf(() => init()).code, "io_failed");
  assert.deepEqual(readdirSync(`${root}/.orchestrator`), ["meta.json"]);
  rmSync(`${root}/.orchestrator/meta.json`, { recursive: true });
  mkdirSync(`${root}/.orchestrator/.gitignore`);
  assert.equal(errorOf(() => init()).code, "io_failed");
  assert.deepEqual(readdirSync(`${root}/.orchestrator`), [".gitignore"]);
});

Deno.test("init: the home directory is no project", async () => {
  const home = await Deno.makeTempDir();
  try {
    const paths = new OrchestratorPaths(home, "working directory", home);
    const error = errorOf(() => initProject(paths, OPTIONS));
    assert.equal(error.code, "invalid_argument");
    assert.deepEqual(readdirSync(home), []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

test("the schema is for editors, and the new workflow names it", ({ init, read, write, root }) => {
  const FILE = ".orchestrator/workflow.schema.json";
  const { created } = init({ schema: "{}\n" });
  assert.ok(created.includes(FILE), created.join());
  assert.equal(read(FILE), "{}\n");
  const workflow = read("workflow.yaml");
  const line = `# yaml-language-server: $schema=${FILE}\n`;
  assert.ok(workflow.startsWith(line), workflow.slice(0, 100));
  assert.ok(init({ schema: "{}\n" }).kept.includes(FILE));
  for (const other of ["[]", "\u0000\u00ff"]) {
    write(FILE, other);
    assert.ok(init({ schema: "{}\n" }).changed.includes(FILE), "another version's is replaced");
    assert.equal(read(FILE), "{}\n");
  }
  assert.equal(read("workflow.yaml"), workflow, "what people edit stays");
  Deno.removeSync(`${root}/${FILE}`);
  init({ automatic: true });
  assert.throws(() => read(FILE), "other commands write none");
});

test("a schema that is a link is not written through", ({ init, root }) => {
  init();
  Deno.writeTextFileSync(`${root}/precious`, "mine");
  Deno.symlinkSync(`${root}/precious`, `${root}/.orchestrator/workflow.schema.json`);
  assert.equal(errorOf(() => init({ schema: "{}\n" })).code, "link_refused");
  assert.equal(Deno.readTextFileSync(`${root}/precious`), "mine");
});
