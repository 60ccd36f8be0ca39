/**
 * The workflows in `examples/`, each walked through from `start` to `finish`: once as it is meant, and
 * once by someone who tries to get past what it asks for.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { noGit, Project } from "../harness/program.ts";

const EXAMPLES = resolve(import.meta.dirname ?? ".", "../../examples");

const ignore = !executableAvailable || noGit || Deno.build.os === "windows" ||
  spawnSync("npm", ["--version"]).error !== undefined;
if (ignore) {
  console.log("skipped: the examples (they need an executable, git, Node and a POSIX shell)");
}

/** How a command may end besides 0. */
type Ending = "failure" | "usage" | "blocked";
const CODES: Readonly<Record<Ending, number>> = { failure: 1, usage: 2, blocked: 7 };

/** A copy of an example, as a repository. */
class Example extends Project {
  static async begin(name: string, task: string): Promise<Example> {
    const example = new Example(filesOf(join(EXAMPLES, name)), {
      // npm would ask the registry whether there is a newer npm.
      env: { NO_UPDATE_NOTIFIER: "1", npm_config_offline: "true" },
      file: await executable(),
    });
    example.initialize();
    example.commit("Begin");
    const { findings } = await example.data<{ readonly findings: readonly unknown[] }>("validate");
    assert.deepEqual(findings, []);
    await example.must("start", task);
    return example;
  }

  write(path: string, text: string): void {
    this.scratch.write(path, text);
  }

  /** Replaces a text that must be there. */
  edit(path: string, from: string, to: string): void {
    const text = this.scratch.read(path);
    assert.ok(text.includes(from), `${path} has no "${from}"`);
    this.write(path, text.replace(from, to));
  }

  /** Runs a command that must be refused, for a reason that matches. */
  async refused(ending: Ending, why: RegExp, ...argv: readonly string[]): Promise<void> {
    const result = await this.run(...argv);
    assert.equal(result.code, CODES[ending], `${argv.join(" ")}: ${result.stdout}${result.stderr}`);
    assert.match(result.stderr, why);
  }

  /** The same as an agent. */
  async refusedAsAgent(why: RegExp, ...argv: readonly string[]): Promise<void> {
    const result = await this.runWith(argv, { env: { ...this.env, CLAUDECODE: "1" } });
    assert.equal(result.code, CODES.blocked, `${argv.join(" ")}: ${result.stdout}${result.stderr}`);
    assert.match(result.stderr, why);
  }

  /** Finishes. @returns what it says. */
  async finish(): Promise<string> {
    const { stdout } = await this.must("finish");
    assert.match(stdout, /Finished /);
    await this.must("log", "verify");
    return stdout;
  }
}

function filesOf(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) files[name] = readFileSync(path, "utf8");
  }
  return files;
}

function example(name: string, walk: () => Promise<void>): void {
  Deno.test({ name: `example ${name}`, ignore, fn: walk });
}

// A web application

const EDGES = JSON.stringify({
  cases_considered: ["POST /health"],
  how_handled: { "POST /health": "answered with 404" },
  cases_deferred: [],
});

function writeHealthTest(app: Example): void {
  app.edit(
    "test/app.test.mjs",
    'test("a page that',
    'test("its health can be asked for", () => {\n' +
      '  assert.equal(answer("GET", "/health").status, 200);\n});\n\ntest("a page that',
  );
}

function makeHealth(app: Example): void {
  app.edit(
    "src/app.mjs",
    "  return { status: 404",
    '  if (path === "/health") return { status: 200, text: "ok\\n" };\n  return { status: 404',
  );
}

/** Up to the last phase. */
async function changeWebApp(app: Example): Promise<void> {
  app.write("docs/plan.md", "GET /health answers 200\n");
  await app.must("complete", "write_plan");
  await app.must("approve", "approve_plan", "--yes");
  await app.must("advance");
  writeHealthTest(app);
  await app.must("complete", "failing_test");
  makeHealth(app);
  await app.must("complete", "implement");
  await app.must("advance");
  await app.must("complete", "edge_cases", "--evidence", EDGES);
  await app.must("advance");
}

example("web-app: a change goes all the way", async () => {
  using app = await Example.begin("web-app", "Add a health check");
  await changeWebApp(app);
  await app.must("complete", "lint", "tests", "build", "smoke");
  app.commit("Add a health check");
  await app.must("approve", "--phase", "VERIFY", "--yes");
  const said = await app.finish();
  assert.match(said, /approve_plan was approved by anna/);
  assert.doesNotMatch(said, /skip/);
});

example(
  "web-app: an early change, an agent's approval and a failing test are stopped",
  async () => {
    using app = await Example.begin("web-app", "Add a health check");
    await app.refused("blocked", /"write_plan"/, "complete", "approve_plan");
    await app.refused("failure", /docs\/plan\.md/, "complete", "write_plan");
    app.write("docs/plan.md", "GET /health answers 200\n");
    await app.must("complete", "write_plan");
    await app.refusedAsAgent(/only a person/, "approve", "approve_plan", "--yes");
    await app.refused("blocked", /approve_plan/, "advance");
    await app.must("approve", "approve_plan", "--yes");
    await app.must("advance");
    // A test that passes before the change shows nothing.
    await app.refused("failure", /exited with code 1/, "complete", "failing_test");
    // Nor do tests that do not run.
    const found = app.scratch.read("package.json");
    for (const runs of ['"test": "no-such-program"', '"other": "node --test"']) {
      app.edit("package.json", '"test": "node --test"', runs);
      await app.refused("failure", /exited with code 1/, "complete", "failing_test");
      app.write("package.json", found);
    }
    writeHealthTest(app);
    await app.must("complete", "failing_test");
    await app.refused("blocked", /implement/, "skip", "implement", "--reason", "It works already");
    await app.must("complete", "implement", "--notes", "Done, it seems");
    await app.must("advance");
    await app.refused("usage", /evidence/i, "complete", "edge_cases", "--evidence", "{}");
    await app.must("complete", "edge_cases", "--evidence", EDGES);
    await app.must("advance");
    // What was reported as done was not.
    await app.refused("failure", /exited with code 1/, "complete", "tests");
    await app.refused("blocked", /"tests"/, "finish");
    makeHealth(app);
    await app.must("complete", "lint", "tests", "build", "smoke");
    await app.must("approve", "--phase", "VERIFY", "--yes");
    app.edit("src/app.mjs", '"/health"', '"/healthy"');
    await app.refused("blocked", /proof of "tests" is stale: .*src\/app\.mjs/, "finish");
    await app.refused("failure", /tests/, "recheck");
  },
);

// The release of a library

const VERSION_CHOICE = '{"changes":["slug() keeps hyphens"],"breaks":"nothing","version":"1.2.0"}';

function prepareRelease(library: Example): void {
  library.edit("package.json", "1.1.0", "1.2.0");
  library.edit("CHANGELOG.md", "## 1.1.0", "## 1.2.0 - 2026-11-27\n\n- Faster.\n\n## 1.1.0");
}

/** Up to the phase in which it is published. */
async function approveRelease(library: Example): Promise<void> {
  await library.must("complete", "choose_version", "--evidence", VERSION_CHOICE);
  prepareRelease(library);
  await library.must("complete", "release_notes", "version_agrees");
  await library.must("advance");
  library.commit("Release 1.2.0");
  await library.must("complete", "committed", "tests", "package_content");
  await library.must("advance");
  await library.must("approve", "approve_release", "--yes");
  await library.must("advance");
}

example("library: a release goes all the way", async () => {
  using library = await Example.begin("library", "Release 1.2.0");
  await approveRelease(library);
  library.git("tag", "--annotate", "v1.2.0", "--message", "1.2.0");
  await library.must("complete", "tag");
  const where = '{"registry":"npm","by":"anna","integrity":"sha512-…"}';
  await library.must("complete", "publish", "--evidence", where);
  assert.match(await library.finish(), /announce was left open \(optional\)/);
});

example(
  "library: two versions, open files, an old text and a missing tag are stopped",
  async () => {
    using library = await Example.begin("library", "Release 1.2.0");
    await library.refused("blocked", /evidence/, "complete", "choose_version");
    await library.must("complete", "choose_version", "--evidence", VERSION_CHOICE);
    await library.refused("failure", /CHANGELOG\.md/, "complete", "release_notes");
    prepareRelease(library);
    library.edit("package.json", "1.2.0", "1.3.0");
    await library.must("complete", "release_notes");
    await library.refused("failure", /exited with code 1/, "complete", "version_agrees");
    await library.refused(
      "blocked",
      /it is a gate/,
      ...[
        "skip",
        "version_agrees",
        "--reason",
        "The version is right, the script must be wrong here",
      ],
    );
    library.edit("package.json", "1.3.0", "1.2.0");
    await library.must("complete", "version_agrees");
    await library.must("advance");
    await library.refused("failure", /exited with code 1/, "complete", "committed");
    library.commit("Release 1.2.0");
    await library.must("complete", "committed", "tests", "package_content");
    await library.must("advance");
    await library.refusedAsAgent(/only a person/, "approve", "approve_release", "--yes");
    await library.must("approve", "approve_release", "--yes");
    await library.must("advance");
    await library.refused("failure", /exited with code/, "complete", "tag");
    await library.refused("blocked", /"tag"/, "complete", "publish", "--evidence", '{"by":"anna"}');
    library.git("tag", "--annotate", "v1.2.0", "--message", "1.2.0");
    await library.must("complete", "tag");
    await library.must("complete", "publish", "--evidence", '{"by":"anna","registry":"npm"}');
    library.edit("src/slug.mjs", "toLowerCase", "toUpperCase");
    await library.refused("blocked", /proof of "tests" is stale/, "finish");
  },
);

// Documentation

/** Up to the reviews. */
async function writeDocs(docs: Example): Promise<void> {
  docs.write("outline.md", "For people who count words\n");
  await docs.must("complete", "write_outline");
  await docs.must("approve", "approve_outline", "--yes");
  await docs.must("advance");
  docs.write("pages/lines.md", "# Lines\n\n```sh\nprintf 'one\\n' | wc -l\n```\n");
  docs.edit("pages/index.md", "It counts words.", "It counts words, and [lines](lines.md).");
  await docs.must("complete", "write_pages");
  await docs.must("skip", "pictures", "--reason", "Nothing here has to be seen");
  await docs.must("advance");
  await docs.must("complete", "links", "examples_run");
  await docs.must("advance");
  const read = '{"read_by":"Carla","wrong":"nothing"}';
  await docs.must("complete", "technical_review", "--evidence", read);
}

example("docs: a page goes all the way", async () => {
  using docs = await Example.begin("docs", "Describe how lines are counted");
  await writeDocs(docs);
  await docs.must("review", "add", "reader", "--by", "Ben", "--findings", "Clear");
  await docs.must("complete", "settle_findings");
  assert.match(await docs.finish(), /pictures was skipped/);
});

example("docs: a dead link, a broken example and a missing reader are stopped", async () => {
  using docs = await Example.begin("docs", "Describe how lines are counted");
  await docs.refused("blocked", /approve_outline/, "advance");
  await writeDocs(docs);
  await docs.must("complete", "settle_findings");
  await docs.refused("blocked", /reader/, "finish");
  const bad = ["--by", "Ben", "--findings", "I do not get it", "--verdict", "failed"];
  await docs.must("review", "add", "reader", ...bad);
  await docs.refused("blocked", /reader/, "finish");
  docs.edit("pages/lines.md", "# Lines", "# Lines\n\nSee [bytes](bytes.md).");
  docs.edit("pages/lines.md", "wc -l", "wc -l --no-such-option");
  await docs.must("review", "add", "reader", "--by", "Ben", "--findings", "Clear");
  await docs.refused("blocked", /proof of "links" is stale: .*lines\.md/, "finish");
  await docs.refused("failure", /bytes\.md does not exist/, "recheck", "links");
  await docs.refused("failure", /lines\.md\.1\.sh fails/, "recheck", "examples_run");
  await docs.refused("blocked", /links/, "finish");
});
