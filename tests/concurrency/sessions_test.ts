/**
 * Many processes on the sessions of one project, on both engines: nothing that was acknowledged is
 * lost, nothing is there twice, and readers never see a partial change.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { SessionEvent } from "../../src/workflow/events.ts";
import { executableAvailable } from "../harness/executable.ts";
import type { Result } from "../harness/running.ts";
import { Crowd, dataOf, SCALE } from "./crowd.ts";

const ignore = !executableAvailable;

const WORKFLOW = `name: crowd
phases:
  - id: WORK
    name: Work
    items:
      - id: build
        name: Build it
        verification:
          type: command
          command: 'mkdir "started/$$" && while [ ! -e go ]; do sleep 0.02; done'
      - id: other
        name: Something else
`;

/** Every second process works on the executable, the others are Deno's. */
const DENO_SHARE = 0.4;

/** How many sessions there are besides the one that all share. */
const SIDE_SESSIONS = 5;

/** Runs the command lines of many agents at once: some in processes of their own, some on Deno. */
function atOnce(
  crowd: Crowd,
  agents: readonly (readonly string[][])[],
): Promise<readonly (readonly Result[])[]> {
  const onDeno = Math.round(agents.length * DENO_SHARE);
  return Promise.all(
    agents.map((argvs, index) => index < onDeno ? crowd.onDeno(argvs) : crowd.inTurn(argvs)),
  );
}

/** What a mutation leaves, for recognising it. */
function traceOf(event: SessionEvent): string | null {
  if (event.type === "note_added") return event.data.text;
  if (event.type === "checkpoint_created") return event.data.message;
  if (event.type === "session_renamed") return event.data.name;
  return null;
}

/** Waits for both, also when one fails: nothing may go on once the scratch is gone. */
async function both<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/**
 * Reads a session again and again, as two other agents would.
 * @param warned the only warning that they may print, after a writer was killed.
 * @returns how often each has read.
 */
function reading(
  crowd: Crowd,
  id: string,
  running: { readonly over: boolean },
  warned?: RegExp,
): Promise<readonly [number, number]> {
  const seqs = async (name: string, read: () => Promise<readonly Result[]>) => {
    let last = 0;
    let reads = 0;
    while (!running.over) {
      for (const result of await read()) {
        const { seq } = dataOf(result, [name], warned);
        assert.ok(seq >= last, `${name}: seq ${seq} after ${last}`);
        last = seq;
        reads += 1;
      }
    }
    return reads;
  };
  const status = ["status", "--json", "--session", id];
  return Promise.all([
    seqs("executable", async () => [await crowd.run(...status)]),
    seqs("deno", () => crowd.onDeno(Array(40).fill(status))),
  ]);
}

Deno.test({
  name: `${SCALE.processes} processes make ${SCALE.mutations} changes each, while others read`,
  ignore,
  async fn() {
    using crowd = await Crowd.gather({ "workflow.yaml": WORKFLOW });
    const ids: string[] = [];
    for (let index = 0; index <= SIDE_SESSIONS; index++) {
      ids.push((await crowd.json("start", `Task ${index}`)).session);
    }
    const [shared = "", ...side] = ids;
    const work: { text: string; kind: string; session: string; argv: string[] }[][] = [];
    for (let agent = 0; agent < SCALE.processes; agent++) {
      const own = side[agent % side.length] ?? "";
      work.push(Array.from({ length: SCALE.mutations }, (_, number) => {
        const text = `agent ${agent} change ${number}`;
        const session = number % 3 === 2 ? own : shared;
        const [kind, ...words] = number % 10 === 4
          ? ["checkpoint", "checkpoint", "create", "--message", text]
          : number % 10 === 7
          ? ["rename", "session", "rename", text]
          : number % 10 === 9
          ? ["feedback", "feedback", "tool", "add", text]
          : ["note", "note", text];
        return {
          text,
          kind: kind ?? "",
          session,
          argv: [...words, "--session", session, "--json"],
        };
      }));
    }
    const running = { over: false };
    const started = performance.now();
    const [results, [onExecutable, onDeno]] = await both(
      atOnce(crowd, work.map((steps) => steps.map(({ argv }) => argv)))
        .finally(() => running.over = true),
      reading(crowd, shared, running),
    );
    const seconds = (performance.now() - started) / 1000;
    assert.ok(onExecutable > 0 && onDeno > 0, "no reader has read anything");

    const acknowledged = new Map<string, Map<string, number | null>>();
    for (const id of ids) acknowledged.set(id, new Map());
    const feedback = new Map<string, string[]>();
    for (const [agent, steps] of work.entries()) {
      for (const [number, { text, kind, session, argv }] of steps.entries()) {
        const result = results[agent]?.[number];
        assert.ok(result, text);
        const data = dataOf(result, argv);
        assert.equal(data.session, session);
        if (kind === "feedback") {
          feedback.set(session, [...feedback.get(session) ?? [], text]);
        } else {
          acknowledged.get(session)?.set(text, kind === "rename" ? null : data.events[0].seq);
        }
      }
    }
    for (const [id, changes] of acknowledged) {
      const events = await crowd.settled(id);
      assert.equal(events.length, 1 + changes.size, "every change is there, and nothing else");
      for (const event of events.slice(1)) {
        const trace = traceOf(event) ?? "";
        const seq = changes.get(trace);
        assert.ok(seq !== undefined, `${trace} was never acknowledged, or is there twice`);
        if (seq !== null) assert.equal(event.seq, seq);
        changes.delete(trace);
      }
      const { entries } = await crowd.json("feedback", "tool", "list", "--session", id);
      const texts = entries.map((entry: { text: string }) => entry.text).sort();
      assert.deepEqual(texts, (feedback.get(id) ?? []).sort());
      const last = events.findLast((event) => event.type === "session_renamed");
      if (last?.type === "session_renamed") {
        const meta = JSON.parse(crowd.scratch.read(`.orchestrator/sessions/${id}/meta.json`));
        assert.equal(meta.name, last.data.name);
      }
    }
    const { sessions } = await crowd.json("log", "verify", "--all");
    assert.equal(sessions.length, ids.length);
    assert.deepEqual(crowd.leftovers(), []);
    const total = SCALE.processes * SCALE.mutations;
    console.log(
      `${total} changes in ${seconds.toFixed(1)} s, read ${onExecutable + onDeno} times meanwhile`,
    );
  },
});

Deno.test({
  name: "starts that race in a fresh repository make one project and all their sessions",
  ignore,
  async fn() {
    using crowd = await Crowd.gather({ "workflow.yaml": WORKFLOW });
    const identities = new Set<string>();
    const running = { over: false };
    const watching = (async () => {
      while (!running.over) {
        try {
          identities.add(JSON.parse(crowd.scratch.read(".orchestrator/meta.json")).id);
        } catch (error) {
          assert.ok(
            error instanceof Error && "code" in error && error.code === "ENOENT",
            `${error}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const agents = Array.from({ length: 20 }, (_, index) => [["start", `Task ${index}`, "--json"]]);
    const results = (await atOnce(crowd, agents)).flat();
    running.over = true;
    await watching;
    const ids = results.map((result) => dataOf(result).session as string);
    assert.equal(new Set(ids).size, 20);
    assert.equal(identities.size, 1, "the project's identity is made once");
    assert.deepEqual(crowd.folders(), [...ids].sort());
    const tasks: string[] = [];
    for (const id of ids) {
      const [first] = await crowd.settled(id);
      assert.ok(first?.type === "session_started");
      tasks.push(first.data.task);
    }
    assert.deepEqual(tasks.sort(), agents.map((_, index) => `Task ${index}`).sort());
    assert.ok(ids.includes(crowd.scratch.read(".orchestrator/current").trim()));
    assert.equal((await crowd.json("session", "list")).sessions.length, 20);
    assert.deepEqual(crowd.leftovers(), []);
  },
});

Deno.test({
  name: "first changes that race in a repository of the old tool make one session",
  ignore,
  async fn() {
    for (const generation of ["g4", "g8"]) {
      const old = readFileSync(
        new URL(`../fixtures/legacy/states/${generation}.json`, import.meta.url),
        "utf8",
      );
      const files: Record<string, string> = generation === "g4"
        ? { ".workflow_state.json": old }
        : {
          ".orchestrator/sessions/1a2b3c4d/state.json": old,
          ".orchestrator/current": "1a2b3c4d",
        };
      using crowd = await Crowd.gather(files);
      const agents = Array.from({ length: 12 }, (_, index) => [
        ["note", `note ${index}`, "--json"],
        ["note", `again ${index}`, "--json"],
      ]);
      const results = (await atOnce(crowd, agents)).flat();
      const ids = results.map((result) => {
        assert.equal(result.code, 0, result.stderr);
        return JSON.parse(result.stdout).data.session as string;
      });
      assert.equal(new Set(ids).size, 1);
      const id = ids[0] ?? "";
      assert.deepEqual(crowd.folders().filter((name) => name.length === 13), [id]);
      const events = await crowd.settled(id);
      const imported = events.filter(({ type }) => type === "session_imported");
      assert.equal(imported.length, 1);
      const notes = events.map(traceOf).filter((text) => /^(?:note|again) /.test(text ?? ""));
      assert.deepEqual(
        notes.sort(),
        agents.flatMap((_, index) => [`note ${index}`, `again ${index}`]).sort(),
      );
      for (const [name, text] of Object.entries(files)) {
        assert.equal(crowd.scratch.read(name), text);
      }
      assert.deepEqual(crowd.leftovers(), []);
    }
  },
});

Deno.test({
  name: "completions of one item that race: one result counts, the others are told",
  ignore: ignore || Deno.build.os === "windows",
  async fn() {
    using crowd = await Crowd.gather({ "workflow.yaml": WORKFLOW, "started/.keep": "" });
    const id = (await crowd.json("start", "Race")).session;
    const agents = Array.from({ length: 8 }, () => [["complete", "build", "--json"]]);
    const racing = atOnce(crowd, agents);
    // No command ends before every command has begun: all have read the same state.
    while ([...Deno.readDirSync(crowd.scratch.path("started"))].length < 1 + agents.length) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    crowd.scratch.write("go", "");
    const results = (await racing).flat();
    const applied = results.filter(({ code, stdout }) =>
      code === 0 && JSON.parse(stdout).data.changed === true
    );
    assert.equal(applied.length, 1);
    for (const result of results) {
      if (result === applied[0]) continue;
      if (result.code === 0) {
        assert.match(JSON.parse(result.stdout).data.already, /already/);
      } else {
        assert.equal(result.code, 5, result.stderr);
        assert.equal(JSON.parse(result.stderr).error.code, "state_moved");
      }
    }
    const events = await crowd.settled(id);
    assert.deepEqual(events.map(({ type }) => type), ["session_started", "item_completed"]);
  },
});

Deno.test({
  name: "processes killed at any moment lose nothing that was acknowledged, and block no one",
  ignore: ignore || Deno.build.os === "windows",
  async fn() {
    using crowd = await Crowd.gather({ "workflow.yaml": WORKFLOW });
    const id = (await crowd.json("start", "Killed")).session;
    const began = performance.now();
    await crowd.run("note", "how long it takes", "--session", id);
    /** About as long as a command takes, in milliseconds: longer when too many die, and shorter. */
    let reach = performance.now() - began;

    const victims = Array.from({ length: SCALE.processes * 2 }, (_, index) => {
      const text = `victim ${index}`;
      const kinds = [
        ["note", text, "--session", id],
        ["start", text],
        ["session", "use", id],
        ["feedback", "process", "add", text, "--session", id],
        ["session", "rename", text, "--session", id],
        ["checkpoint", "create", "--message", text, "--session", id],
      ];
      return { text, argv: kinds[index % kinds.length] ?? [] };
    });
    const running = { over: false };
    let killed = 0;
    const outcomes: { text: string; argv: string[]; acknowledged: boolean }[] = [];
    const kill = async (part: typeof victims) => {
      for (const [index, { text, argv }] of part.entries()) {
        const child = new Deno.Command(crowd.file, {
          args: [...argv, "--json"],
          cwd: crowd.scratch.root,
          env: crowd.environment,
          clearEnv: true,
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        // From before it does anything to after it has ended.
        const timer = setTimeout(() => {
          try {
            child.kill("SIGKILL");
          } catch {
            // It has ended.
          }
        }, reach * ((index * 7) % 20) / 10);
        const { signal, stdout, stderr } = await child.output();
        clearTimeout(timer);
        const printed = new TextDecoder().decode(stdout);
        reach *= signal === "SIGKILL" ? 1.1 : 0.9;
        if (signal === "SIGKILL") killed += 1;
        else assert.equal(new TextDecoder().decode(stderr), "");
        outcomes.push({ text, argv, acknowledged: printed.endsWith("\n") });
      }
    };
    const witness = async (name: string) => {
      const texts: string[] = [];
      for (let number = 0; !running.over; number++) {
        const text = `witness ${name} ${number}`;
        const result = await crowd.run("note", text, "--session", id);
        assert.equal(result.code, 0, result.stderr);
        texts.push(text);
      }
      return texts;
    };
    const half = Math.ceil(victims.length / 2);
    const killing = Promise.all([kill(victims.slice(0, half)), kill(victims.slice(half))])
      .finally(() => running.over = true);
    const [[, witnesses]] = await both(
      both(killing, Promise.all(["one", "two"].map(witness))),
      reading(crowd, id, running, /^state\.json was behind/),
    );
    const witnessed = witnesses.flat();
    assert.ok(killed > 0, "no process was killed in time");
    assert.ok(outcomes.some(({ acknowledged }) => acknowledged), "no process survived");

    // The very next commands need no help, and sweep what the dead have left.
    await crowd.run("note", "first after", "--session", id);
    const last = (await crowd.json("start", "Last")).session;
    await crowd.json("session", "use", id);
    await crowd.json("feedback", "process", "add", "last", "--session", id);
    assert.deepEqual(crowd.leftovers(), []);
    assert.equal(crowd.scratch.read(".orchestrator/current").trim(), id);

    const events = await crowd.settled(id);
    const traces = events.map(traceOf).filter((text) => text !== null);
    assert.equal(new Set(traces).size, traces.length, "nothing is there twice");
    for (const text of witnessed) assert.ok(traces.includes(text), text);
    const started: string[] = [];
    for (const folder of crowd.folders()) {
      const [first] = await crowd.settled(folder);
      if (first?.type === "session_started") started.push(first.data.task);
    }
    assert.equal(new Set(started).size, started.length);
    assert.ok(crowd.folders().includes(last));
    const { entries } = await crowd.json("feedback", "process", "list", "--session", id);
    const feedback = entries.map((entry: { text: string }) => entry.text);
    assert.equal(new Set(feedback).size, feedback.length);
    for (const { text, argv, acknowledged } of outcomes) {
      if (!acknowledged || argv[1] === "use") continue;
      const found = argv[0] === "start"
        ? started.includes(text)
        : argv[0] === "feedback"
        ? feedback.includes(text)
        : traces.includes(text);
      assert.ok(found, `${argv.join(" ")} was acknowledged`);
    }
    console.log(`${killed} of ${victims.length} killed, ${witnessed.length} changes beside them`);
  },
});
