/**
 * Where a definition came from: what `start` finds out with a real git, and what every view says of it,
 * while the session is active and after its end.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { git as runGit } from "../../harness/git_server.ts";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = spawnSync("git", ["--version"]).error !== undefined;

const USUAL = workflow("exit 1");
const EASY = workflow("exit 0");

function workflow(command: string, head = ""): string {
  return `${head}name: Change\nphases:\n  - id: DO\n    name: Do\n    items:\n` +
    `      - { id: check, name: Check it, verification: { type: command, command: ${command} } }\n`;
}

/** A project of its own, and what people do in it. */
class Place {
  readonly scratch: Scratch;
  readonly root: string;
  readonly env: Record<string, string>;

  constructor(scratch: Scratch, root = scratch.root) {
    this.scratch = scratch;
    this.root = root;
    this.env = scratchEnvironment(scratch);
  }

  git(...args: readonly string[]): string {
    return runGit(this.root, ...args);
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.root, name, ".."), { recursive: true });
    Deno.writeTextFileSync(join(this.root, name), text);
  }

  /** A repository whose `workflow.yaml` is committed on its branch `main`. */
  begin(text = USUAL): void {
    this.git("init", "--quiet", "--initial-branch=main");
    this.write("workflow.yaml", text);
    this.commit("workflow.yaml");
  }

  commit(...names: readonly string[]): void {
    this.git("add", "--force", ...names);
    this.git("commit", "--quiet", "--message=Change");
  }

  async run(...argv: readonly string[]): Promise<Result> {
    return await runInProcess(argv, { cwd: this.root, env: this.env });
  }

  async done(...argv: readonly string[]): Promise<Result> {
    const result = await this.run(...argv);
    assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
    return result;
  }

  /** What is said of the current session's origin. */
  async told(): Promise<{ readonly deviations: string[]; readonly remarks: string[] }> {
    const { data } = JSON.parse((await this.done("status", "--json")).stdout);
    const deviations = data.bypasses.map((notice: { kind: string; message: string }) => {
      assert.equal(notice.kind, "other_definition");
      return notice.message;
    });
    return { deviations, remarks: data.remarks ?? [] };
  }
}

function test(name: string, fn: (place: Place) => Promise<void>): void {
  Deno.test({
    name: `origin: ${name}`,
    ignore,
    fn: async () => {
      using scratch = new Scratch();
      await fn(new Place(scratch));
    },
  });
}

/** A way to start with another definition than the project's. */
interface Deviation {
  readonly when: string;
  /** Prepares it. @returns what `start` is given besides the task. */
  readonly make: (place: Place) => readonly string[] | Promise<readonly string[]>;
  /** What is undone as soon as the session has begun. */
  readonly undo?: (place: Place) => void;
  readonly reason: string;
}

const restore = (place: Place) => place.git("checkout", "--quiet", "--", "workflow.yaml");

const DEVIATIONS: readonly Deviation[] = [
  {
    when: "another file is named on the command line",
    make: (place) => {
      place.write("easy.yaml", EASY);
      return ["--workflow", "easy.yaml"];
    },
    undo: (place) => rmSync(join(place.root, "easy.yaml")),
    reason: "easy.yaml, not committed, named on the command line",
  },
  {
    when: "a committed other file is named on the command line",
    make: (place) => {
      place.write("flows/easy.yaml", EASY);
      place.commit("flows/easy.yaml");
      return ["--workflow", "flows/easy.yaml"];
    },
    reason: "flows/easy.yaml, named on the command line",
  },
  {
    when: "a file outside the project is named",
    make: (place) => {
      Deno.writeTextFileSync(join(place.scratch.top, "e.yaml"), EASY);
      return ["--workflow", join(place.scratch.top, "e.yaml")];
    },
    reason: "e.yaml, outside the project, named on the command line",
  },
  {
    when: "a variable names it",
    make: (place) => {
      place.write("easy.yaml", EASY);
      place.env["ORCHESTRATOR_WORKFLOW"] = "easy.yaml";
      return [];
    },
    undo: (place) => delete place.env["ORCHESTRATOR_WORKFLOW"],
    reason: "easy.yaml, not committed, named by ORCHESTRATOR_WORKFLOW",
  },
  {
    when: "a personal configuration names it",
    make: async (place) => {
      place.write("easy.yaml", EASY);
      await place.done("config", "set", "--global", "workflow", "easy.yaml");
      return [];
    },
    reason: "easy.yaml, not committed, named in a personal configuration",
  },
  {
    when: "a configuration that is not committed names it",
    make: async (place) => {
      place.write("easy.yaml", EASY);
      await place.done("config", "set", "workflow", "easy.yaml");
      return [];
    },
    undo: (place) => rmSync(join(place.root, ".orchestrator/config.yaml")),
    reason: "easy.yaml, not committed, named in .orchestrator/config.yaml",
  },
  {
    when: "the file was changed just for the start",
    make: (place) => {
      place.write("workflow.yaml", EASY);
      return [];
    },
    undo: restore,
    reason: "it differs from the committed file",
  },
  {
    when: "the file is a link for the moment of the start",
    make: (place) => {
      Deno.writeTextFileSync(join(place.scratch.top, "e.yaml"), EASY);
      rmSync(join(place.root, "workflow.yaml"));
      symlinkSync(join(place.scratch.top, "e.yaml"), join(place.root, "workflow.yaml"));
      return [];
    },
    undo: (place) => {
      rmSync(join(place.root, "workflow.yaml"));
      restore(place);
    },
    reason: "it differs from the committed file",
  },
  {
    when: "the file was away, and the built-in workflow was used",
    make: (place) => {
      rmSync(join(place.root, "workflow.yaml"));
      return [];
    },
    undo: restore,
    reason: "the built-in one; there was no workflow.yaml in the folder",
  },
  {
    when: "an easy file is committed on a new branch",
    make: (place) => {
      place.git("switch", "--quiet", "--create", "easy");
      place.write("workflow.yaml", EASY);
      place.commit("workflow.yaml");
      return [];
    },
    undo: (place) => place.git("switch", "--quiet", "main"),
    reason: "it differs from the one on main",
  },
  {
    when: "an easy file is committed without a branch",
    make: (place) => {
      place.git("switch", "--quiet", "--detach");
      place.write("workflow.yaml", EASY);
      place.commit("workflow.yaml");
      return [];
    },
    reason: "it differs from the one on main",
  },
  {
    when: "a configuration is committed on a new branch and names it",
    make: (place) => {
      place.git("switch", "--quiet", "--create", "easy");
      place.write("easy.yaml", EASY);
      place.write(".orchestrator/config.yaml", "workflow: easy.yaml\n");
      place.commit("easy.yaml", ".orchestrator/config.yaml");
      return [];
    },
    reason: "easy.yaml, named in .orchestrator/config.yaml",
  },
  {
    when: "the committed object is replaced by another one",
    make: (place) => {
      place.write("workflow.yaml", EASY);
      const easy = place.git("hash-object", "-w", "workflow.yaml");
      place.git("replace", place.git("rev-parse", "HEAD:workflow.yaml"), easy);
      return [];
    },
    reason: "it differs from the committed file",
  },
  {
    when: "the environment leads git to another repository",
    make: (place) => {
      const other = join(place.scratch.top, "other");
      mkdirSync(other);
      cpSync(join(place.root, ".git"), join(other, ".git"), { recursive: true });
      Deno.writeTextFileSync(join(other, "workflow.yaml"), EASY);
      runGit(other, "commit", "--quiet", "--all", "--message=Easy");
      place.env["GIT_DIR"] = join(other, ".git");
      place.write("workflow.yaml", EASY);
      return [];
    },
    undo: restore,
    reason: "it differs from the committed file",
  },
];

for (const { when, make, undo, reason } of DEVIATIONS) {
  test(`every view says that ${when}, now and after the end`, async (place) => {
    place.begin();
    const args = await make(place);
    const sentence = `Not the project's workflow.yaml (${reason})`;
    const started = await place.done("start", "Add login", ...args);
    assert.ok(words(started.stdout).includes(sentence), started.stdout);
    undo?.(place);
    assert.deepEqual(await place.told(), { deviations: [sentence], remarks: [] });
    await assertSaid(place, sentence);
    const ended = await place.done("finish", "--abandon", "--reason", "This was only a try");
    assert.equal(ended.code, 0);
    await assertSaid(place, sentence);
  });
}

/** A text without the line breaks and bars of a narrow screen. */
function words(text: string): string {
  return text.replace(/\s*\n\s*[|│]?\s*/g, " ");
}

async function assertSaid(place: Place, sentence: string): Promise<void> {
  const views = [
    ["status"],
    ["log"],
    ["session", "show"],
    ["session", "list"],
    ["handoff"],
    ["generate-md", "--output", "-"],
  ];
  for (const view of views) {
    const { stdout } = await place.done(...view);
    assert.ok(words(stdout).replaceAll("\\", "").includes(sentence), `${view}: ${stdout}`);
  }
}

test("finish says it, too", async (place) => {
  place.begin();
  place.write("easy.yaml", EASY);
  await place.done("start", "Add login", "--workflow", "easy.yaml", "--set", "speed=fast");
  await place.done("complete", "check");
  const { stdout } = await place.done("finish");
  assert.ok(words(stdout).includes("Not the project's workflow.yaml (easy.yaml"), stdout);
  assert.ok(words(stdout).includes("setting speed was replaced at the start"), stdout);
  await place.done("start", "Add logout", "--workflow", "easy.yaml", "--set", "speed=fast");
  await place.done("complete", "check");
  const { data } = JSON.parse((await place.done("finish", "--json")).stdout);
  assert.deepEqual(data.bypasses.map(({ kind }: { kind: string }) => kind), [
    "other_definition",
    "setting_overridden",
  ]);
});

test("a setting that was replaced is said by every view, now and after the end", async (place) => {
  place.begin();
  await place.done("start", "Add login", "--set", "speed=fast");
  await assertSaid(place, "setting speed was replaced at the start");
  await place.done("session", "end", "--reason", "This was only a try");
  await assertSaid(place, "setting speed was replaced at the start");
});

test("an older format than the project's is named", async (place) => {
  place.begin(workflow("exit 1", "format: 2\n"));
  place.write("workflow.yaml", workflow("exit 1"));
  await place.done("start", "Add login");
  assert.deepEqual((await place.told()).deviations, [
    "Not the project's workflow.yaml (it differs from the committed file; its format is older than the project's)",
  ]);
});

/** A way to start that is as it should be: nothing is said. */
const HONEST: Readonly<
  Record<string, (place: Place) => Promise<readonly string[]> | readonly string[]>
> = {
  "the committed file": (place) => {
    place.begin();
    return [];
  },
  "the committed file, named on the command line": (place) => {
    place.begin();
    return ["--workflow", "workflow.yaml"];
  },
  "a copy with the same content": (place) => {
    place.begin();
    place.write("copy.yaml", USUAL);
    return ["--workflow", "copy.yaml"];
  },
  "another branch with the same file": (place) => {
    place.begin();
    place.git("switch", "--quiet", "--create", "feature");
    place.write("README", "x");
    place.commit("README");
    return [];
  },
  "line endings that a checkout has changed": (place) => {
    place.begin();
    place.write("workflow.yaml", USUAL.replaceAll("\n", "\r\n"));
    return [];
  },
  "a committed link to a file of the repository": (place) => {
    place.begin();
    renameSync(join(place.root, "workflow.yaml"), join(place.root, "real.yaml"));
    symlinkSync("real.yaml", join(place.root, "workflow.yaml"));
    place.commit("workflow.yaml", "real.yaml");
    return [];
  },
  "a committed configuration that names the committed file": async (place) => {
    place.begin();
    await place.done("init", "--portable");
    await place.done("config", "set", "workflow", "flows/dev.yaml");
    place.write("flows/dev.yaml", EASY);
    place.git("rm", "--quiet", "workflow.yaml");
    place.commit("flows/dev.yaml", ".orchestrator/config.yaml");
    return [];
  },
  "a repository whose branch has another name and no remote": (place) => {
    place.git("init", "--quiet", "--initial-branch=trunk");
    place.write("workflow.yaml", USUAL);
    place.commit("workflow.yaml");
    return [];
  },
  "objects of SHA-256": (place) => {
    place.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256");
    place.write("workflow.yaml", USUAL);
    place.commit("workflow.yaml");
    return [];
  },
};

for (const [name, make] of Object.entries(HONEST)) {
  test(`nothing is said of ${name}`, async (place) => {
    const args = await make(place);
    await place.done("start", "Add login", ...args);
    assert.deepEqual(await place.told(), { deviations: [], remarks: [] });
    const { data } = JSON.parse((await place.done("status", "--json")).stdout);
    assert.equal(data.definitionOrigin.head, "same");
    assert.equal(data.definitionChanged, false);
  });
}

test("the id is the one that git gives to the file", async (place) => {
  place.begin();
  const origin = async () =>
    JSON.parse((await place.done("status", "--json")).stdout).data.definitionOrigin;
  await place.done("start", "Add login");
  assert.equal((await origin()).blob, place.git("rev-parse", "HEAD:workflow.yaml"));
  assert.equal((await origin()).committed, true);
  place.write("easy.yaml", EASY);
  await place.done("start", "Add logout", "--workflow", "easy.yaml");
  assert.equal((await origin()).blob, place.git("hash-object", "easy.yaml"));
  assert.equal((await origin()).committed, false);
});

test("a folder of the repository can be the project", async (place) => {
  place.begin();
  const below = new Place(place.scratch, join(place.root, "packages/api"));
  mkdirSync(below.root, { recursive: true });
  below.write("workflow.yaml", EASY);
  place.commit("packages/api/workflow.yaml");
  await below.done("init");
  await below.done("start", "Add login");
  assert.deepEqual(await below.told(), { deviations: [], remarks: [] });
});

test("in a clone, what the server has counts", async (place) => {
  place.begin();
  const clone = new Place(place.scratch, join(place.scratch.top, "clone"));
  runGit(place.scratch.top, "clone", "--quiet", place.root, clone.root);
  await clone.done("start", "Add login");
  assert.deepEqual(await clone.told(), { deviations: [], remarks: [] });
  clone.write("workflow.yaml", EASY);
  clone.commit("workflow.yaml");
  await clone.done("start", "Add logout");
  assert.deepEqual((await clone.told()).deviations, [
    "Not the project's workflow.yaml (it differs from the one on origin/main)",
  ]);
  // Without the name of the server's default branch, those of the usual names count.
  clone.git("remote", "set-head", "origin", "--delete");
  await clone.done("start", "Add more");
  assert.deepEqual((await clone.told()).deviations, [
    "Not the project's workflow.yaml (it differs from the one on origin/main)",
  ]);
});

test("what is not committed yet is said in mild words, and as no deviation", async (place) => {
  const remarks = async (task: string, ...args: readonly string[]) => {
    await place.done("start", task, ...args);
    const { deviations, remarks } = await place.told();
    assert.deepEqual(deviations, [], task);
    return remarks;
  };
  assert.deepEqual(await remarks("no file"), [
    "The workflow is the built-in one; the project has no workflow.yaml",
  ]);
  await place.done("init");
  assert.deepEqual(await remarks("no git"), [
    "workflow.yaml was not committed at the start (the project was not in a git repository)",
  ]);
  place.git("init", "--quiet", "--initial-branch=main");
  assert.deepEqual(await remarks("no commit"), ["workflow.yaml was not committed at the start"]);
  place.git("commit", "--quiet", "--allow-empty", "--message=Begin");
  assert.deepEqual(await remarks("not in the commit"), [
    "workflow.yaml was not committed at the start",
  ]);
  place.git("switch", "--quiet", "--create", "feature");
  place.commit("workflow.yaml");
  assert.deepEqual(await remarks("not on main"), ["workflow.yaml is not on main yet"]);
  rmSync(join(place.root, "workflow.yaml"));
  place.git("switch", "--quiet", "main");
  place.write("dev.yaml", USUAL);
  assert.deepEqual(await remarks("another file", "--workflow", "dev.yaml"), [
    "The workflow is dev.yaml, not committed, named on the command line",
  ]);
});

test("another file than one that is not committed is a deviation", async (place) => {
  place.write("workflow.yaml", USUAL);
  place.write("easy.yaml", EASY);
  await place.done("start", "Add login", "--workflow", "easy.yaml");
  assert.deepEqual((await place.told()).deviations, [
    "Not the project's workflow.yaml (easy.yaml, not committed, named on the command line)",
  ]);
});

test("where git does not answer, it is said", async (place) => {
  place.begin();
  rmSync(join(place.root, ".git/HEAD"));
  await place.done("start", "Add login");
  assert.deepEqual(await place.told(), {
    deviations: [],
    remarks: [
      "Cannot determine whether workflow.yaml is committed (git cannot read the repository)",
    ],
  });
});

for (
  const [why, script, trust] of [
    [
      "git refuses the repository, which belongs to another user",
      `echo "fatal: detected dubious ownership in repository at '/srv/it is'" >&2; exit 128`,
      "git config --global --add safe.directory '/srv/it is'",
    ],
    ["git cannot read the repository", `echo "fatal: bad object HEAD" >&2; exit 128`, null],
    ["git is not installed", null, null],
  ] as const
) {
  test(`start says why git tells nothing: ${why}`, async (place) => {
    place.begin();
    const path = place.env["PATH"] ?? "";
    mkdirSync(place.scratch.path("../bin"));
    if (script !== null) {
      place.write("../bin/git", `#!/bin/sh\n${script}\n`);
      chmodSync(place.scratch.path("../bin/git"), 0o755);
    }
    place.env["PATH"] = place.scratch.path("../bin") + (script === null ? "" : `:${path}`);
    const started = await place.done("start", "Add login");
    place.env["PATH"] = path;
    assert.equal(started.stderr.includes("git did not respond"), false, started.stderr);
    if (trust !== null) assert.ok(started.stderr.includes(`run \`${trust}\``), started.stderr);
    assert.deepEqual((await place.told()).remarks, [
      `Cannot determine whether workflow.yaml is committed (${why})`,
    ]);
  });
}

test("status says what has become of the file since the start", async (place) => {
  place.begin();
  await place.done("start", "Add login");
  const line = async () => {
    const { stdout } = await place.done("status");
    const { data } = JSON.parse((await place.done("status", "--json")).stdout);
    const said = /^workflow\.yaml (.*) \(the session keeps its own\)$/m.exec(stdout)?.[1] ?? null;
    assert.equal(data.definitionChanged, said !== null);
    return said;
  };
  assert.equal(await line(), null);
  place.write("workflow.yaml", USUAL.replaceAll("\n", "\r\n"));
  assert.equal(await line(), null, "line endings mean nothing");
  place.write("workflow.yaml", EASY);
  assert.equal(await line(), "has changed since the start");
  rmSync(join(place.root, "workflow.yaml"));
  assert.equal(await line(), "is gone");
  mkdirSync(join(place.root, "workflow.yaml"));
  assert.equal(await line(), "cannot be read any more");
  rmSync(join(place.root, "workflow.yaml"), { recursive: true });
  place.write("workflow.yaml", USUAL);
  assert.equal(await line(), null);
  // A session that was started with CRLF and is looked at with LF.
  place.write("workflow.yaml", USUAL.replaceAll("\n", "\r\n"));
  await place.done("start", "Add logout");
  restore(place);
  assert.equal(await line(), null);
});

test("sessions with the same name or task are recorded and said", async (place) => {
  place.begin(EASY);
  const id = async (...args: readonly string[]): Promise<string> =>
    JSON.parse((await place.done("start", ...args, "--json")).stdout).data.session;
  const one = await id("Add login", "--name", "login");
  await place.done("session", "end", "--reason", "It is the wrong one");
  const two = await id(" add   LOGIN ", "--name", "again");
  const three = await id("Something else", "--name", "Login");
  const { stdout } = await place.done("session", "show", two);
  assert.match(
    stdout,
    new RegExp(`same task +${one}, abandoned when this one started`),
  );
  const show = async (session: string) =>
    JSON.parse((await place.done("session", "show", session, "--json")).stdout).data.namesakes;
  assert.equal(await show(one), undefined);
  assert.deepEqual(await show(two), {
    count: 1,
    recent: [{ session: one, same: "task", status: "abandoned" }],
  });
  assert.deepEqual(await show(three), {
    count: 1,
    recent: [{ session: one, same: "name", status: "abandoned" }],
  });
  await place.done("complete", "check", "--session", two);
  const ended = await place.done("finish", "--session", two);
  assert.ok(
    words(ended.stdout).includes(
      `Another session had the same task: ${one}, abandoned when this one started`,
    ),
    ended.stdout,
  );
  // What is recorded does not change with the other session.
  await place.done("session", "remove", one, "--yes");
  assert.equal((await show(two)).count, 1);
});

test("of many sessions with the same task the newest are recorded, and how many", async (place) => {
  place.begin(EASY);
  for (let number = 0; number < 7; number++) {
    await runInProcess(["start", "Add login"], {
      cwd: place.root,
      env: place.env,
      now: new Date(Date.UTC(2026, 10, 26, 12, number)),
    });
  }
  await place.done("complete", "check");
  const { stdout } = await place.done("finish");
  assert.equal([...stdout.matchAll(/Another session had the same task/g)].length, 5);
  assert.match(stdout, /1 more session had the same name or task/);
});
