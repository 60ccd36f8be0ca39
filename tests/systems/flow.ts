/**
 * The flow that every system runs: a project from `init` to `finish`, and beside it what a system can
 * spoil: names, line ends, locks, signals, encryption, moving over from the old tool.
 *
 * Without git, which not every system here has. A step tells what it expects; the steps behind one that
 * failed run all the same.
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OLD_PROJECTS } from "../harness/old_projects.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import type { World } from "./world.ts";

/** One step of the flow. */
export interface Step {
  /** What happens, for people; steps are known by it. */
  readonly does: string;
  /** Left out where the program is emulated and the step is not about the processor. */
  readonly long?: boolean;
  readonly run: (world: World) => Promise<unknown>;
}

const PLAN_FILE = "Übersicht 日本/mein plan.md";
const PASSWORD = { ORCHESTRATOR_SNAPSHOT_PASSWORD: "seven plain words open this archive" };
const OLD = "old project";
const SPACED = "src/ein Ordner";

/** The definition, with the line ends of Windows. */
function definition({ minute }: World["system"]): string {
  return `format: 2
name: Größe
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: plan, name: Write the plan, verification: { type: file_exists, path: "${PLAN_FILE}" } }
      - { id: read, name: Read the code, step_type: documented }
      - { id: ok, name: Approval, step_type: gate, verification: { type: manual_gate, description: Read it } }
  - id: BUILD
    name: Build
    items:
      - { id: build, name: Build, verification: { type: command, command: 'cd "der Ausgang"' } }
      - { id: fails, name: Fails, step_type: flexible, verification: { type: command, command: "exit 3" } }
      - { id: slow, name: Slow, step_type: flexible, verification: { type: command, command: "echo on > running.txt && ${minute}" } }
`.replaceAll("\n", "\r\n");
}

async function lines(world: World): Promise<readonly string[]> {
  const session = world.names(".orchestrator/sessions")[0] ?? "";
  return await Promise.resolve(
    world.read(`.orchestrator/sessions/${session}/log.jsonl`).trimEnd().split("\n"),
  );
}

const BEGIN: readonly Step[] = [
  {
    does: "says its version and its target",
    run: ({ run, system }) => run(["--version"], { says: new RegExp(`${system.target}\\)`) }),
  },
  {
    does: "names a command that it does not know",
    long: true,
    run: ({ run }) => run(["frobnicate"], { exit: 2, says: /frobnicate/ }),
  },
  {
    does: "says that there is no session yet",
    long: true,
    run: ({ run }) => run(["status"], { exit: 4, says: /there is no session/ }),
  },
  {
    does: "initializes the project",
    run: async (world) => {
      await world.run(["init"]);
      assert.ok(world.exists(".orchestrator/meta.json") && world.exists("workflow.yaml"));
    },
  },
  {
    does: "reads a definition with CRLF",
    long: true,
    run: async (world) => {
      world.write("workflow.yaml", definition(world.system));
      await world.run(["validate"], { says: /Größe/ });
    },
  },
  {
    does: "finds the line of an error behind CRLF",
    long: true,
    run: async (world) => {
      world.write(
        "workflow.yaml",
        definition(world.system).replace("step_type: gate", "step_typ: gate"),
      );
      await world.run(["validate"], { exit: 3, says: /:9:/ });
    },
  },
  {
    does: "finds nothing wrong",
    long: true,
    run: async (world) => {
      world.write("workflow.yaml", definition(world.system));
      await world.run(["doctor"], { says: /./ });
    },
  },
  {
    does: "starts a session whose task is not ASCII",
    run: async (world) => {
      world.write("workflow.yaml", definition(world.system));
      await world.run(["start", "Größe ändern: 日本", "--name", "groesse"], {
        says: /Größe ändern: 日本/,
      });
    },
  },
  {
    does: "shows the state from a folder with a space",
    run: async (world) => {
      world.makeFolder(SPACED);
      const status = await world.data(["status"], { cwd: SPACED });
      assert.equal((status as { readonly task: string }).task, "Größe ändern: 日本");
    },
  },
];

const GATES: readonly Step[] = [
  {
    does: "refuses to advance too early",
    run: ({ run }) => run(["advance"], { exit: 7, says: /plan/ }),
  },
  {
    does: "refuses an item whose file is missing",
    run: ({ run }) => run(["complete", "plan"], { exit: 1, says: /mein plan\.md/ }),
  },
  {
    does: "completes it when the file is there",
    run: async (world) => {
      world.write(PLAN_FILE, "# Plan\n");
      await world.run(["complete", "plan"], { says: /Completed plan/ });
    },
  },
  {
    does: "wants evidence",
    long: true,
    run: ({ run }) => run(["complete", "read"], { exit: 7, says: /needs evidence/ }),
  },
  {
    does: "takes evidence from a file, in a folder with a space",
    run: async (world) => {
      world.write(`${SPACED}/beweis.json`, '{"done":"gelesen","where":["src/größe.ts"]}');
      await world.run(["complete", "read", "--evidence", "@beweis.json", "--notes", "Straße"], {
        cwd: SPACED,
      });
    },
  },
  {
    does: "keeps an agent from approving",
    run: ({ run }) =>
      run(["approve", "ok", "--yes"], { exit: 7, env: { CLAUDECODE: "1" }, says: /only a person/ }),
  },
  {
    does: "lets a person approve",
    run: ({ run }) => run(["approve", "ok", "--yes"], { says: /Approved/ }),
  },
  {
    does: "advances",
    run: ({ run }) => run(["advance"], { says: /BUILD/ }),
  },
  {
    does: "refuses an item whose command fails",
    run: ({ run }) => run(["complete", "build"], { exit: 1, says: /exited with code/ }),
  },
  {
    does: "completes it when the command passes, with a folder of two words",
    run: async (world) => {
      world.makeFolder("der Ausgang");
      await world.run(["complete", "build"], { says: /Completed build/ });
    },
  },
  {
    does: "tells the exit code of a command",
    long: true,
    run: ({ run }) => run(["complete", "fails"], { exit: 1, says: /code 3/ }),
  },
  {
    does: "skips an item for a reason",
    run: ({ run }) => run(["skip", "fails", "--reason", "It fails on purpose, on every system"]),
  },
  {
    does: "takes a decision back",
    long: true,
    run: async ({ run }) => {
      await run(["reopen", "build", "--reason", "Something was forgotten"]);
      await run(["complete", "build"]);
    },
  },
  {
    does: "reads a definition from stdin",
    run: ({ run, system }) => run(["validate", "-"], { stdin: definition(system), says: /Größe/ }),
  },
];

const AT_ONCE: readonly Step[] = [
  {
    does: "stops a verification with Ctrl-C, and records nothing of it",
    run: async (world) => {
      const running = world.start(["complete", "slow"]);
      await world.appears("running.txt", running);
      running.interrupt("SIGINT");
      const { code } = await running.result;
      assert.equal(code, 130);
      await world.run(["status"], { says: /\[ \] slow/ });
    },
  },
  {
    does: "goes on after Ctrl-C: no lock is left",
    run: ({ run }) =>
      run([
        "skip",
        "slow",
        "--reason",
        "It takes a minute, and was stopped",
        "--lock-timeout",
        "5",
      ]),
  },
  {
    does: "takes the changes of several processes at once, one after the other",
    run: async (world) => {
      const before = (await lines(world)).length;
      const notes = ["eins", "zwei", "drei", "vier"];
      await Promise.all(notes.map((note) => world.run(["note", note, "--lock-timeout", "60"])));
      const after = await lines(world);
      assert.equal(after.length, before + notes.length);
      after.forEach((line, index) => assert.equal(JSON.parse(line).seq, index + 1));
    },
  },
  {
    does: "wakes a process that waits when another makes a change",
    long: true,
    run: async (world) => {
      const waiting = world.run([
        "wait",
        "--for",
        "change",
        "--since",
        String((await lines(world)).length),
      ], {
        says: /has changed/,
      });
      await world.run(["note", "Auf!"]);
      await waiting;
    },
  },
  {
    does: "creates a checkpoint and restores it",
    long: true,
    run: async ({ run }) => {
      await run(["checkpoint", "create", "-m", "Vor dem Umbau"]);
      await run(["checkpoint", "list"], { says: /Vor dem Umbau/ });
      await run(["checkpoint", "restore", "cp1", "--yes"]);
    },
  },
  {
    does: "reads a journal whose last line was cut off, and sets that aside",
    long: true,
    run: async (world) => {
      const session = world.names(".orchestrator/sessions")[0] ?? "";
      const journal = `.orchestrator/sessions/${session}/log.jsonl`;
      world.write(journal, `${world.read(journal)}{"v":2,"seq":`);
      await world.run(["status"]);
      await world.run(["note", "Danach"]);
      assert.match(world.read(journal), /Danach/);
    },
  },
  {
    does: "answers in JSON what it refuses",
    long: true,
    run: async ({ run }) => {
      const { stderr } = await run(["complete", "nothing", "--json"], { exit: 4 });
      assert.equal(typeof JSON.parse(stderr).error.code, "string");
    },
  },
];

const KEPT: readonly Step[] = [
  {
    does: "keeps a secret, and gives it back byte for byte",
    run: async ({ run }) => {
      await run(["secrets", "set", "API_KEY"], { stdin: "grün und geheim" });
      const { stdout } = await run(["secrets", "get", "API_KEY"]);
      assert.equal(stdout.replace(/\r?\n$/, ""), "grün und geheim");
    },
  },
  {
    does: "lists a secret without its value",
    long: true,
    run: async ({ run }) => {
      const { stdout } = await run(["secrets", "list"], { says: /API_KEY/ });
      assert.doesNotMatch(stdout, /geheim/);
    },
  },
  {
    does: "gives secrets to a command, and its exit code back",
    long: true,
    run: ({ run, system }) => {
      const [shell, flag] = system.windows ? ["cmd", "/c"] : ["/bin/sh", "-c"];
      return run(["secrets", "run", "--", shell, flag, "exit 5"], { exit: 5 });
    },
  },
  {
    does: "refuses the name of a device as a secret's",
    long: true,
    run: ({ run }) => run(["secrets", "set", "NUL"], { exit: 2, stdin: "x", says: /Windows/ }),
  },
  {
    does: "exports a snapshot to a file whose name has a space",
    run: async (world) => {
      await world.run(["snapshot", "export", "-o", "mein stand.tar.gz"]);
      assert.ok(world.exists("mein stand.tar.gz"));
    },
  },
  {
    does: "inspects it",
    long: true,
    run: ({ run }) => run(["snapshot", "inspect", "mein stand.tar.gz"], { says: /groesse/ }),
  },
  {
    does: "never overwrites a snapshot",
    long: true,
    run: ({ run }) => run(["snapshot", "export", "-o", "mein stand.tar.gz"], { exit: 5 }),
  },
  {
    does: "exports one with a password",
    long: true,
    run: async (world) => {
      await world.run(["snapshot", "export", "--encrypt", "-o", "stand.age"], { env: PASSWORD });
      assert.match(world.read("stand.age"), /^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/);
    },
  },
  {
    does: "refuses a wrong password",
    long: true,
    run: ({ run }) =>
      run(["snapshot", "inspect", "stand.age"], {
        exit: 1,
        env: { ORCHESTRATOR_SNAPSHOT_PASSWORD: "seven other words do not open it" },
        says: /password is wrong/,
      }),
  },
  {
    does: "imports the encrypted snapshot into another project",
    long: true,
    run: async (world) => {
      world.makeFolder("anderes/.orchestrator");
      await world.run(["init", "--root", "anderes"]);
      await world.run(["snapshot", "import", "stand.age", "--root", "anderes", "--adopt"], {
        env: PASSWORD,
      });
      await world.run(["status", "--root", "anderes", "--session", "groesse"], { says: /日本/ });
    },
  },
  {
    does: "imports the plain snapshot from stdin, as text",
    long: true,
    run: async (world) => {
      const { stdout } = await world.run(["snapshot", "export", "--armor"]);
      world.makeFolder("drittes");
      await world.run(["init", "--root", "drittes"]);
      await world.run(["snapshot", "import", "-", "--root", "drittes", "--adopt"], {
        stdin: stdout,
      });
    },
  },
  ...["bash", "zsh", "fish", "powershell"].map((shell): Step => ({
    does: `prints the completions of ${shell}`,
    long: true,
    run: ({ run }) => run(["completions", shell], { says: /orchestrator/ }),
  })),
  {
    does: "sets and reads a key of the configuration",
    long: true,
    run: async ({ run }) => {
      await run(["config", "set", "lock_timeout", "12"]);
      await run(["config", "get", "lock_timeout"], { says: /12/ });
    },
  },
  {
    does: "prints a prompt to hand over, and the workflow as Markdown",
    long: true,
    run: async ({ run }) => {
      await run(["handoff"], { says: /Größe/ });
      await run(["generate-md"], { says: /Größe/ });
    },
  },
];

const END: readonly Step[] = [
  {
    does: "finishes",
    run: ({ run }) => run(["finish"], { says: /[Ff]inished/ }),
  },
  {
    does: "verifies the journal",
    run: ({ run }) => run(["log", "verify", "--session", "groesse"], { says: /intact/ }),
  },
  {
    does: "lists the session as finished",
    long: true,
    run: ({ run }) => run(["session", "list"], { says: /groesse/ }),
  },
  {
    does: "reads without writing",
    long: true,
    run: async (world) => {
      const before = readTree(join(world.root, ".orchestrator"));
      for (const argv of [["log", "--session", "groesse"], ["doctor"], ["session", "list"]]) {
        await world.run(argv);
      }
      assert.deepEqual(compareTrees(before, readTree(join(world.root, ".orchestrator"))), []);
    },
  },
  {
    does: "sees an edited journal",
    run: async (world) => {
      const session = world.names(".orchestrator/sessions")[0] ?? "";
      const journal = `.orchestrator/sessions/${session}/log.jsonl`;
      const text = world.read(journal);
      world.write(journal, text.replace("eins", "EINS"));
      await world.run(["log", "verify", "--session", session], { exit: 8 });
      world.write(journal, text);
    },
  },
];

const FROM_OLD: readonly Step[] = [
  {
    does: "reads the old tool's state where it lies",
    long: true,
    run: async (world) => {
      world.copy(join(OLD_PROJECTS, "generated", "v2.2-aa1a90a"), OLD);
      await world.run(["status"], { cwd: OLD });
      assert.ok(!world.exists(`${OLD}/.orchestrator`));
    },
  },
  {
    does: "moves over, and back byte for byte",
    run: async (world) => {
      if (!world.exists(OLD)) world.copy(join(OLD_PROJECTS, "generated", "v2.2-aa1a90a"), OLD);
      const before = readTree(join(world.root, OLD), { times: false });
      await world.run(["migrate", "--yes"], { cwd: OLD });
      assert.ok(!world.exists(`${OLD}/.workflow_state.json`));
      await world.run(["status"], { cwd: OLD });
      await world.run(["migrate", "--rollback", "--yes"], { cwd: OLD });
      const left = readTree(join(world.root, OLD), { times: false, without: [".orchestrator"] });
      assert.deepEqual(compareTrees(before, left), []);
    },
  },
];

/** All steps, in order. */
export const FLOW: readonly Step[] = [
  ...BEGIN,
  ...GATES,
  ...AT_ONCE,
  ...KEPT,
  ...END,
  ...FROM_OLD,
];
