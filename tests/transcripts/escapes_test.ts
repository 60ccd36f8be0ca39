/**
 * A canary of escapes in every field of every file, and in every argument: whatever reads it prints
 * nothing that acts on a terminal, hides, or passes for a line of the program's own.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar, type TarHeader, unpackTar } from "modern-tar";
import { parse } from "yaml";
import { CONFIG_KEY_NAMES } from "../../src/config/keys.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { acquireLock } from "../../src/platform/file_lock.ts";
import { LONG } from "../harness/effort.ts";
import { CANARY, leavesOf, NAME_CANARY, ONE_LINE_CANARY, withCanary } from "../harness/escapes.ts";
import {
  chained,
  eventsOf,
  HostileWorld,
  LOOKING,
  READING,
  withChecksum,
  WORKFLOW,
} from "../harness/hostile_world.ts";
import { oldProjects } from "../harness/old_projects.ts";

const posix = Deno.build.os !== "windows";
if (!posix) console.log("skipped: names of files that only posix systems can have");

Deno.test("escapes in a journal", async () => {
  using world = await HostileWorld.make();
  const events = eventsOf(world);
  assert.ok(new Set(events.map(({ type }) => type)).size >= 10, "events of many kinds");
  const journal = world.path(join(world.session(), "log.jsonl"));
  renameSync(
    world.path(join(world.session(), "state.json")),
    join(world.scratch.top, "state.json"),
  );
  for (const path of sample(leavesOf(events), 40)) {
    await world.with(journal, chained(withCanary(events, path) as unknown[]), async () => {
      for (const argv of READING) await world.look(`log.jsonl ${path.join(".")}`, argv);
    });
  }
  // A line that no chain holds, and one that is none.
  for (const line of [JSON.stringify(CANARY), JSON.stringify({ v: 1, [CANARY]: CANARY }), CANARY]) {
    await world.with(journal, `${chained(events)}${line.replaceAll("\n", "")}\n`, async () => {
      for (const argv of READING) await world.look("a strange line", argv);
    });
  }
  world.expectHarmless(800);
});

Deno.test("escapes in a derived state", async () => {
  using world = await HostileWorld.make();
  const file = world.path(join(world.session(), "state.json"));
  const state = JSON.parse(readFileSync(file, "utf8"));
  let believed = 0;
  for (const path of sample(leavesOf(state), 150)) {
    if (path[0] === "checksum") continue;
    await world.with(file, withChecksum(withCanary(state, path)), async () => {
      const where = `state.json ${path.join(".")}`;
      await world.look(where, ["status"]);
      const { stdout, stderr } = await world.run(["status"]);
      if (/FORGED/.test(stdout + stderr)) believed++;
    });
  }
  assert.equal(believed, 0, "what the journal does not say was shown");
  world.expectHarmless(300);
});

Deno.test("escapes in the small files of a project and a person", async () => {
  using world = await HostileWorld.make();
  world.env["XDG_STATE_HOME"] = join(world.scratch.top, "state");
  const session = world.session();
  const feedback = JSON.stringify({
    time: CANARY,
    actor: { kind: "person", name: CANARY },
    text: CANARY,
  });
  const jsonFiles = [world.path("meta.json"), world.path(join(session, "meta.json"))];
  for (const file of jsonFiles) {
    const value = JSON.parse(readFileSync(file, "utf8"));
    for (const path of [...leavesOf(value), ["imported", "old"], ["format"]]) {
      const changed = JSON.stringify(withCanary({ imported: { old: "" }, ...value }, path));
      await world.with(file, changed, async () => {
        for (const argv of sample([...READING, ...LOOKING], 10)) {
          await world.look(`${file.slice(world.scratch.root.length)} ${path.join(".")}`, argv);
        }
      });
    }
  }
  const trusted = { kind: CANARY, value: CANARY, repository: CANARY, who: CANARY, when: CANARY };
  const texts: readonly (readonly [string, string])[] = [
    [world.path("current"), CANARY],
    [world.path(join(session, "feedback/tool.jsonl")), `${feedback}\n${CANARY}\n`],
    [world.path(join(session, "feedback/process.jsonl")), `{"x":${JSON.stringify(CANARY)}}\n`],
    [world.path(".migration_complete"), JSON.stringify({ format: CANARY, backup: CANARY })],
    [
      world.path("migration.json"),
      JSON.stringify({ operation: CANARY, phase: CANARY, backup: CANARY }),
    ],
    [world.path(".gitignore"), CANARY],
    [world.path("secrets/A_NAME"), CANARY],
    [
      join(world.env["XDG_STATE_HOME"], "orchestrator/trust.json"),
      JSON.stringify({ format: 1, trusted: [trusted] }),
    ],
    [
      join(world.env["XDG_STATE_HOME"], "orchestrator/trust.json"),
      `{"format":1,"trusted":"${CANARY}"}`,
    ],
    [world.scratch.path(".git/HEAD"), `ref: refs/heads/${ONE_LINE_CANARY}\n`],
    [world.scratch.path(".git/HEAD"), CANARY],
    [
      world.scratch.path(".git/config"),
      `[remote "origin"]\n\turl = https://x/${ONE_LINE_CANARY}\n`,
    ],
    [world.scratch.path(".git/config"), CANARY],
  ];
  for (const [file, text] of texts) {
    await world.with(file, text, async () => {
      for (const argv of sample([...READING, ...LOOKING, ["trust", "list", "--everywhere"]], 13)) {
        await world.look(file.slice(world.scratch.top.length), argv);
      }
    });
  }
  for (const name of ["lock", join(session, "lock")]) {
    const holder = { operation: CANARY, actor: CANARY };
    const lock = await acquireLock(world.path(name), {
      holder,
      timeoutMs: 0,
      within: world.scratch.root,
    });
    try {
      for (const argv of [["session", "list"], ["session", "show"], ["doctor", "--offline"]]) {
        await world.look("a lock", argv);
      }
      await world.look("a lock", ["note", "x", "--lock-timeout", "0"]);
      await world.look("a lock", ["init", "--lock-timeout", "0"]);
    } finally {
      lock.release();
    }
  }
  world.expectHarmless(500);
});

Deno.test("escapes in a configuration", async () => {
  using world = await HostileWorld.make();
  const files = [
    world.path("config.yaml"),
    join(world.scratch.home, ".orchestrator/config.yaml"),
    join(world.scratch.home, ".config/orchestrator/config.yaml"),
  ];
  const quoted = JSON.stringify(CANARY);
  for (const file of files) {
    for (
      const text of [
        ...sample(CONFIG_KEY_NAMES, 4).map((key) => `${JSON.stringify(key)}: ${quoted}\n`),
        ...sample(CONFIG_KEY_NAMES, 8).map((key) =>
          key.split(".").map((part, depth) => `${"  ".repeat(depth)}${part}:`).join("\n") +
          ` ${quoted}\n`
        ),
        `${quoted}: 1\n`,
        `state:\n  ${quoted}: 1\n`,
        `a: [${quoted}\n`,
        CANARY,
        `workflow: ${CANARY}`,
      ]
    ) {
      await world.with(file, text, async () => {
        for (const argv of LOOKING.slice(0, 6)) {
          await world.look(`${file.slice(world.scratch.top.length)}: ${text.slice(0, 30)}`, argv);
        }
        await world.look(text.slice(0, 30), ["status"]);
      });
    }
  }
  for (const key of sample(CONFIG_KEY_NAMES, 12)) {
    const env = { [`ORCHESTRATOR_${key.toUpperCase().replaceAll(".", "_")}`]: CANARY };
    await world.look(`variable of ${key}`, ["config", "show", "--key", key], { env });
    await world.look(`--set of ${key}`, [
      "config",
      "show",
      "--key",
      key,
      "--set",
      `${key}=${CANARY}`,
    ]);
    await world.look(`set ${key}`, ["config", "set", key, CANARY]);
    await world.look(`set --global ${key}`, ["config", "set", "--global", key, CANARY]);
    await world.look(`unset ${key}`, ["config", "unset", key]);
  }
  world.expectHarmless(300);
});

Deno.test("escapes in a workflow", async () => {
  using world = await HostileWorld.make();
  const workflow: unknown = parse(WORKFLOW);
  const file = world.scratch.path("workflow.yaml");
  const commands = [["validate"], ["status"], ["doctor", "--offline", "--check", "project"]];
  for (const path of sample(leavesOf(workflow), 20)) {
    await world.with(file, JSON.stringify(withCanary(workflow, path)), async () => {
      for (const argv of commands) await world.look(`workflow.yaml ${path.join(".")}`, argv);
      using other = new HostileWorld({ "workflow.yaml": readFileSync(file, "utf8") });
      for (
        const argv of [["start", "Try it"], ["status"], ["handoff"], ["advance"], [
          "complete",
          "plan",
        ]]
      ) {
        await other.look(`a session of workflow.yaml ${path.join(".")}`, argv);
      }
      world.harm.push(...other.harm);
      world.runs += other.runs;
    });
  }
  const keyed = WORKFLOW.replace("version:", `${JSON.stringify(CANARY)}: 1\nversion:`);
  for (
    const text of [
      keyed,
      CANARY,
      `name: "${CANARY}`,
      `name: ${CANARY}`,
      `{${CANARY}`,
      `- ${CANARY}: `,
    ]
  ) {
    await world.with(file, text, async () => {
      for (const argv of commands) await world.look("workflow.yaml", argv);
      await world.look("workflow.yaml", ["start", "Try it"]);
    });
  }
  world.expectHarmless(200);
});

Deno.test({
  name: "escapes in the names of files",
  ignore: !posix,
  fn: async () => {
    using world = await HostileWorld.make();
    const names = [
      NAME_CANARY,
      `.workflow_${NAME_CANARY}`,
      `.workflow_archive/${NAME_CANARY}`,
      `.workflow_sessions/${NAME_CANARY}/x`,
      `prds/${NAME_CANARY}/${NAME_CANARY}`,
      `.orchestrator/${NAME_CANARY}`,
      `.orchestrator/sessions/${NAME_CANARY}/meta.json`,
      `.orchestrator/${world.session()}/${NAME_CANARY}`,
      `.orchestrator/secrets/${NAME_CANARY}`,
      `.orchestrator/archive/${NAME_CANARY}`,
      `.orchestrator/prd/${NAME_CANARY}`,
      `.orchestrator/bindings/${NAME_CANARY}`,
    ];
    for (const name of names) {
      mkdirSync(dirname(world.scratch.path(name)), { recursive: true });
      writeFileSync(world.scratch.path(name), "x");
    }
    world.scratch.write(".workflow_state.json", JSON.stringify({ workflow_id: "wf_0a1b2c3d" }));
    for (const argv of [...READING, ...LOOKING]) await world.look("names", argv);
    for (
      const argv of [
        ["migrate", "--yes"],
        ["migrate", "--interactive"],
        ["migrate", "--rollback", "--dry-run"],
        ["migrate", "--rollback"],
        ["validate", NAME_CANARY],
        ["generate-md", "-o", NAME_CANARY],
        ["generate-md", "-o", `${NAME_CANARY}/${NAME_CANARY}`],
        ["complete", "paper", "--evidence", `@${NAME_CANARY}`],
        ["snapshot", "export", "-o", NAME_CANARY],
        ["snapshot", "export", "-o", "s.tar.gz"],
        ["snapshot", "inspect", NAME_CANARY],
        ["import-legacy", NAME_CANARY],
        ["doctor", "--fix", "--offline"],
        ["init", "--root", NAME_CANARY],
      ]
    ) await world.look("names", argv, { answers: [true, null] });
    world.expectHarmless(100);
  },
});

Deno.test({
  name: "escapes in what the old tool left",
  ignore: !posix,
  fn: async () => {
    const chosen = oldProjects.filter(({ name }) =>
      /full-scattered-everything|v2.9-sessions|v3.0-head|v1.0/.test(name)
    );
    assert.ok(chosen.length >= 4, "projects of old versions");
    let runs = 0;
    const harm: string[] = [];
    for (const { name, root } of chosen) {
      using world = new HostileWorld({});
      cpSync(root, world.scratch.root, { recursive: true });
      for (const [file, text] of jsonFilesBelow(world.scratch.root)) {
        const value: unknown = JSON.parse(text);
        for (const path of sample(leavesOf(value), 4)) {
          await world.with(file, JSON.stringify(withCanary(value, path)), async () => {
            for (
              const argv of [["status"], ["log"], ["session", "list"], ["migrate", "--dry-run"]]
            ) {
              await world.look(
                `${name}/${file.slice(world.scratch.root.length)} ${path.join(".")}`,
                argv,
              );
            }
          });
        }
      }
      for (const [file, text] of jsonFilesBelow(world.scratch.root)) {
        writeFileSync(file, JSON.stringify(allCanaries(JSON.parse(text))));
      }
      for (const argv of [...READING, ...LOOKING, ["migrate", "--yes"], ["status"], ["log"]]) {
        await world.look(`${name}, all of it`, argv);
      }
      runs += world.runs;
      harm.push(...world.harm);
    }
    assert.deepEqual(harm.slice(0, 20), []);
    assert.ok(runs > 200, `only ${runs} runs`);
  },
});

Deno.test("escapes in every argument of every command", async () => {
  using world = await HostileWorld.make();
  const usual: Readonly<Record<string, string>> = {
    task: "Try",
    item: "plan",
    reason: "because",
    key: "workflow",
    checkpoint: "cp1",
    shell: "bash",
  };
  // What starts programs, asks servers or replaces the program itself is not run.
  const left = /^(?:self |secrets run|config edit|log follow)/;
  for (const spec of COMMANDS) {
    if (left.test(spec.path)) continue;
    const path = spec.path.split(" ");
    const words = (spec.args ?? []).map(({ name }) => usual[name] ?? "x");
    const required = (spec.args ?? []).filter(({ optional }) => optional !== true).length;
    const lines = [
      ...words.map((_, index) => [...path, ...words.slice(0, index), CANARY]),
      [...path, ...words.slice(0, required), CANARY, CANARY],
      ...[...(spec.options ?? [])].map(({ name, value }) => [
        ...path,
        ...words.slice(0, required),
        `--${name}${value === undefined ? `=${CANARY}` : ""}`,
        ...(value === undefined ? [] : [CANARY]),
      ]),
      [...path, ...words.slice(0, required), `--${CANARY}`],
      [...path, ...words.slice(0, required), "--session", CANARY],
      [...path, ...words.slice(0, required), "--root", CANARY],
    ];
    for (const argv of lines) await world.look("an argument", argv);
  }
  for (
    const argv of [[CANARY], ["session", CANARY], ["help", CANARY], ["status", "--debug", CANARY]]
  ) {
    await world.look("an argument", argv);
  }
  await world.look("a session that heard it all", ["status"]);
  world.expectHarmless(1000);
});

Deno.test("escapes that people may write, in what they write of", async () => {
  using world = new HostileWorld();
  await world.git("init", "-q", "-b", "main");
  const text = `${CANARY}`.slice(0, 900);
  const story: readonly (readonly string[])[] = [
    ["start", text, "--constraint", text, "--project", text],
    ["note", text],
    ["complete", "plan", "--notes", text, "--evidence", JSON.stringify({ [text]: text })],
    ["skip", "soft", "--reason", text],
    ["checkpoint", "create", "-m", text, "--decision", text, "--file", text],
    ["approve", "gate", "--notes", text],
    ["skip", "paper", "--reason", text, "--force"],
    ["feedback", "tool", "add", text],
    ["feedback", "process", "add", text],
    ["checkpoint", "restore", "cp1", "--yes"],
    ["finish", "--notes", text],
    ["session", "end", "--reason", text],
    ["session", "remove", "--ended", "--all"],
  ];
  for (const argv of story) {
    await world.look("a text", argv, { answers: [true] });
    for (const reading of READING) await world.look(`behind ${argv[0]}`, reading);
  }
  assert.equal(world.bugs, 0, "no internal errors");
  world.expectHarmless(300);
});

Deno.test("escapes in what a command of a workflow prints", { ignore: !posix }, async () => {
  using world = new HostileWorld({
    "workflow.yaml": WORKFLOW.replace('command: "exit 1"', 'command: "cat canary.txt; exit 1"'),
    "canary.txt": CANARY,
  });
  await world.run(["start", "Try it"]);
  await world.look("its output", ["complete", "proof"]);
  for (const argv of READING) await world.look("its output", argv);
  world.expectHarmless(30);
});

Deno.test("escapes in variables and names of people", async () => {
  using world = await HostileWorld.make();
  const variables = [
    "USER",
    "ORCHESTRATOR_ACTOR",
    "ORCHESTRATOR_SESSION",
    "ORCHESTRATOR_ROOT",
    "AI_AGENT",
    "CLAUDE_CODE_SESSION_ID",
    "CODESPACE_NAME",
    "ORCHESTRATOR_BASE_URL",
    "XDG_CONFIG_HOME",
    "WORKFLOW_SALT",
  ];
  for (const name of variables) {
    const env = { [name]: CANARY, ...(name.startsWith("CLAUDE") ? { CLAUDECODE: "1" } : {}) };
    const all = [...READING, ...LOOKING, ["note", "x"], ["approve", "gate", "--yes"]];
    for (const argv of sample(all, 14)) {
      await world.look(`$${name}`, argv, { env });
    }
  }
  world.expectHarmless(300);
});

Deno.test("escapes in what git and a server say", { ignore: !posix }, async () => {
  using world = await HostileWorld.make();
  const bare = join(world.scratch.top, "server.git");
  await world.git("init", "-q", "--bare", bare);
  await world.git("remote", "add", "origin", bare);
  const env = { GIT_AUTHOR_NAME: ONE_LINE_CANARY, GIT_COMMITTER_NAME: ONE_LINE_CANARY };
  const commands = [["push"], ["log"], ["status"], ["pull"], ["compact", "--yes"]]
    .map((words) => ["state", ...words]);
  for (const argv of commands) await world.look("an author", argv, { env });
  for (const name of sample(["pre-receive", "update", "post-receive"], 1)) {
    const hook = join(bare, "hooks", name);
    writeFileSync(hook, `#!/bin/sh\ncat "${join(world.scratch.top, "said")}" >&2\nexit 1\n`, {
      mode: 0o755,
    });
    writeFileSync(join(world.scratch.top, "said"), CANARY);
    await world.run(["note", name]);
    for (const argv of commands) await world.look(`the server's ${name}`, argv);
  }
  await world.git(
    "checkout",
    "-q",
    "-b",
    ONE_LINE_CANARY.replace(/[^\p{Bidi_Control}\u200b\u2060x]/gv, ""),
  );
  for (const argv of [...commands, ["session", "show"], ["start", "Elsewhere"]]) {
    await world.look("a branch", argv);
  }
  for (const key of ["state_branch", "state_remote"]) {
    await world.run(["config", "set", key, ONE_LINE_CANARY.slice(0, 60)]);
    for (const argv of [["state", "push"], ["trust", "list"]]) await world.look(key, argv);
  }
  world.expectHarmless(60);
});

Deno.test("escapes in a snapshot", async () => {
  using world = await HostileWorld.make();
  const file = world.scratch.path("s.tar.gz");
  await world.run(["snapshot", "export", "-o", "s.tar.gz"]);
  const entries = await unpackTar(gunzipSync(readFileSync(file))) as Entry[];
  const [first, ...rest] = entries;
  const manifest = JSON.parse(new TextDecoder().decode(first?.data));
  const commands = [["snapshot", "inspect", "s.tar.gz"], [
    "snapshot",
    "import",
    "s.tar.gz",
    "--dry-run",
  ]];
  for (const path of sample(leavesOf(manifest), 60)) {
    const text = new TextEncoder().encode(JSON.stringify(withCanary(manifest, path)));
    const changed = {
      header: { name: "manifest.json", size: text.length, type: "file" },
      data: text,
    };
    writeFileSync(file, gzipSync(await packTar([changed as Entry, ...rest])));
    for (const argv of commands) await world.look(`manifest.json ${path.join(".")}`, argv);
  }
  for (const name of [NAME_CANARY, `sessions/${NAME_CANARY}/log.jsonl`]) {
    const data = new TextEncoder().encode("x");
    const strange = { header: { name, size: data.length, type: "file" }, data };
    writeFileSync(file, gzipSync(await packTar([...entries, strange as Entry])));
    for (const argv of commands) await world.look("a name in a snapshot", argv);
  }
  world.expectHarmless(100);
});

interface Entry {
  header: TarHeader;
  data?: Uint8Array<ArrayBuffer>;
}

/** At most so many of them, spread over all; all where there is time. */
function sample<Element>(elements: readonly Element[], most: number): readonly Element[] {
  if (LONG) return elements;
  const step = Math.max(1, elements.length / most);
  return elements.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Every text in a JSON value with the canary behind it. */
function allCanaries(value: unknown): unknown {
  if (typeof value === "string") return value + CANARY;
  if (Array.isArray(value)) return value.map(allCanaries);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      /id$|status|phase|type|version/i.test(key) ? entry : allCanaries(entry),
    ]),
  );
}

function jsonFilesBelow(directory: string): readonly (readonly [string, string])[] {
  return [...Deno.readDirSync(directory)].flatMap(
    (entry): readonly (readonly [string, string])[] => {
      const path = join(directory, entry.name);
      if (entry.isDirectory) return jsonFilesBelow(path);
      if (!entry.isFile || !entry.name.endsWith(".json")) return [];
      const text = readFileSync(path, "utf8");
      try {
        JSON.parse(text);
      } catch {
        return [];
      }
      return [[path, text]];
    },
  );
}
