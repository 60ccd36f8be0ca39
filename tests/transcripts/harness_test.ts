/** The means by which transcripts are played and judged: each of them can fail. */
import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { jsonText } from "../harness/json_text.ts";
import { lineDiff } from "../harness/line_diff.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { StableText, withoutTimes } from "../harness/stable_text.ts";
import { playTranscript, unplayable } from "../harness/transcript.ts";
import { parseTranscript, resultText, stepText } from "../harness/transcript_file.ts";
import { brokenRules } from "../harness/transcript_rules.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { splitCommandLine } from "../harness/words.ts";
import { WORKFLOWS } from "./transcripts.ts";

const stage = { workflows: WORKFLOWS };
const NONE = new Map<string, string>();

Deno.test("a transcript that says what happens is played as it stands", async () => {
  const text = [
    "# A comment.",
    "",
    "@ workflow tiny",
    "",
    '$ orchestrator start "Add login" --quiet',
    "? 0",
    "",
    "$ write notes/a.txt",
    "< one",
    "<",
    "< two",
    "? 0",
    "",
    "$ cat notes/a.txt",
    "| one",
    "|",
    "| two",
    "",
    "$ orchestrator complete nothing",
    '! error: Cannot complete "nothing": the workflow has no such item',
    "! hint: Run `orchestrator status` to see the items",
    "? 4",
    "",
    "-- src/x.ts --",
    "export {};",
    "",
  ].join("\n");
  assert.deepEqual(await playTranscript(text, stage), { text, problems: [], unexpected: [] });
});

Deno.test("another result than the expected one shows in the text", async () => {
  const played = await playTranscript("$ cat a.txt\n| two\n-- a.txt --\none\n", stage);
  assert.equal(played.text, "$ cat a.txt\n| one\n-- a.txt --\none\n");
});

Deno.test("a command without an expectation is reported, one that says it is silent is not", async () => {
  const played = await playTranscript("$ mkdir a\n\n$ mkdir b\n? 0\n", stage);
  assert.deepEqual(played.unexpected, [1]);
});

Deno.test("what changed in spite of `@ unchanged` is a problem", async () => {
  const text = "@ remember\n\n$ write a.txt\n? 0\n\n@ unchanged\n";
  const { problems } = await playTranscript(text, stage);
  // Within one tick of the system's clock the folder keeps its time.
  const [problem = "", ...others] = problems;
  assert.equal(problem.replace("changed project, ", ""), "not unchanged: added project/a.txt");
  assert.deepEqual(others, []);
  const elsewhere = await playTranscript(text.replace("unchanged", "unchanged b.txt"), stage);
  assert.deepEqual(elsewhere.problems, []);
});

Deno.test("lines that belong to nothing and settings that are none are refused", async () => {
  assert.throws(() => parseTranscript("| output of nothing\n"), /line 1 belongs to no command/);
  assert.throws(() => parseTranscript("$ cat a\noutput\n"), /line 2 cannot be understood: output/);
  assert.throws(() => parseTranscript("-- a --\n-- a --\n"), /twice/);
  await assert.rejects(playTranscript("@ bogus\n", stage), /line 1: there is no setting "bogus"/);
  await assert.rejects(playTranscript("$ frob x\n", stage), /there is no command "frob"/);
  await assert.rejects(playTranscript("$ cat <session-1>\n", stage), /no <session-1> yet/);
  await assert.rejects(playTranscript("$ wait\n", stage), /nothing runs in the background/);
});

Deno.test("a transcript says where it cannot be played", () => {
  const text = "@ only in-process: the clock\n";
  assert.equal(unplayable(text, {}), null);
  assert.equal(unplayable(text, { executable: "x" }), "the clock");
});

Deno.test("results are written with a mark for each stream", () => {
  assert.equal(resultText({ code: 0, stdout: "", stderr: "" }), "? 0\n");
  assert.equal(resultText({ code: 0, stdout: "a\n\n", stderr: "" }), "| a\n|\n");
  assert.equal(
    resultText({ code: 7, stdout: "a", stderr: "b\n" }),
    "| a\n\\ no line end on stdout\n! b\n? 7\n",
  );
  const [step] = parseTranscript("$ x\n< a\n< b\n").steps;
  assert(step !== undefined);
  assert.equal(stepText(step), "$ x\n< a\n< b\n");
});

Deno.test("the rules of every command are kept by a good result and broken by bad ones", async () => {
  const good = { code: 0, stdout: "fine\n", stderr: "" };
  const judge = (argv: readonly string[], result: Partial<typeof good>, after = NONE) =>
    brokenRules({ argv, result: { ...good, ...result }, env: {}, before: NONE, after });
  const failed = { code: 7, stdout: "" };
  const changed = new Map([["project/a.txt", "file"]]);
  const locked = new Map([["project/.orchestrator/lock", "file"]]);

  assert.deepEqual(await judge(["status"], {}), []);
  for (
    const [argv, result, after, rule] of [
      [["status"], { code: 3, stdout: "" }, NONE, /failed without a word/],
      [["status"], { code: 64 }, NONE, /in no table/],
      [["status"], { code: 70, stderr: "x\n" }, NONE, /an internal error/],
      [["status"], { stdout: "a undefined b\n" }, NONE, /a value that is none/],
      [["status"], { stdout: "a null b\n" }, NONE, /null to people/],
      [["status"], { stdout: "a \n" }, NONE, /white space/],
      [["status"], { stdout: "a" }, NONE, /not ended/],
      [["status"], {}, changed, /changed files: added project\/a.txt/],
      [["note", "x"], { code: 2, stdout: "", stderr: "x\n" }, changed, /changed files/],
      [["note", "x"], { ...failed, stderr: "hint: add --force\n" }, NONE, /destroys/],
      [["note", "x"], { ...failed, stderr: "hint: session remove x\n" }, NONE, /destroys/],
      [["status", "--json"], {}, NONE, /something else/],
      [["status", "--json"], { stdout: "{}\n" }, NONE, /no schemaVersion/],
      [["status", "--json"], { ...failed, stderr: "error: x\n" }, NONE, /something else/],
    ] as const
  ) {
    const broken = await judge(argv, result, after);
    assert.match(broken.join("\n"), rule, JSON.stringify(result));
  }
  assert.deepEqual(await judge(["note", "x"], {}, changed), [], "a change may change");
  assert.deepEqual(
    await judge(["note", "x"], { code: 2, stdout: "", stderr: "x\n" }, locked),
    [],
    "a lock may have been taken",
  );
  assert.deepEqual(await judge(["generate-md", "-o", "a.txt"], {}, changed), []);
});

Deno.test("a question without an answer fails the run, and one that is answered is shown", async () => {
  using scratch = new Scratch({
    "workflow.yaml":
      "name: W\nphases: [{ id: P, name: P, items: [{ id: a, name: A, verification: { type: manual_gate } }] }]\n",
  });
  const env = { ...scratchEnvironment(scratch), NO_COLOR: "1" };
  const surroundings = { cwd: scratch.root, env };
  assert.equal((await runInProcess(["start", "x"], surroundings)).code, 0);
  const asked = await runInProcess(["approve", "a"], { ...surroundings, terminal: 80 });
  assert.equal(asked.code, 70);
  const answered = await runInProcess(
    ["approve", "a"],
    { ...surroundings, terminal: 80, answers: [true] },
  );
  assert.equal(answered.code, 0);
  assert.match(answered.stderr, /^\[asked\] Approve "a" of "x"\? \[yes\]$/m);
});

Deno.test("nothing of the tester's environment reaches a run", () => {
  using scratch = new Scratch();
  const env = scratchEnvironment(scratch, { CI: "true" });
  assert.equal(env["CI"], "true");
  assert.equal(env["HOME"], scratch.home);
  assert(!Object.keys(env).some((name) => name.startsWith("CLAUDE") || name.startsWith("DENO")));
});

Deno.test("a tree tells every kind of change", () => {
  using scratch = new Scratch({ "a.txt": "a", "b/c.txt": "c" });
  // The clock of a file system may not move between two changes.
  utimesSync(scratch.path("b"), 1, 1);
  const before = readTree(scratch.root);
  assert.deepEqual(compareTrees(before, readTree(scratch.root)), []);
  scratch.write("a.txt", "A");
  scratch.write("b/d.txt", "d");
  const changes = compareTrees(before, readTree(scratch.root, { without: ["b/c.txt"] }));
  assert.deepEqual(changes, ["changed a.txt", "changed b", "removed b/c.txt", "added b/d.txt"]);
});

Deno.test("ids, hashes and paths get names; ids that stay keep theirs", () => {
  using scratch = new Scratch();
  const stay = "aaaaaaaaaaaaa";
  const session = (id: string, type: string): void => {
    const directory = scratch.path(`.orchestrator/sessions/${id}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${directory}/log.jsonl`, JSON.stringify({ type, time: "x" }) + "\n");
  };
  session(stay, "session_started");
  const stable = new StableText(scratch);
  session("bbbbbbbbbbbbb", "session_started");
  session("ccccccccccccc", "session_imported");
  stable.look();
  assert.equal(
    stable.stable(`${stay} bbbbbbbbbbbbb ccccccccccccc ${scratch.root}/x ${"f".repeat(64)}`),
    `${stay} <session-1> ccccccccccccc <root>/x <hash>`,
  );
  assert.equal(stable.expand("<session-1> <session-1:3> <3 times x>"), "bbbbbbbbbbbbb bbb xxx");
  assert.equal(stable.stable('it is "bbb"'), 'it is "<session-1:3>"');
  assert.equal(stable.stable("2026-01-31T09:30:00.000Z"), "2026-01-31T09:30:00.000Z");
  assert.equal(stable.stable(new Date().toISOString()), "<now>");
  assert.equal(withoutTimes("2026-01-31T09:30:00.000Z 3 days ago"), "<time> <ago>");
});

Deno.test("command lines are split as a shell does", () => {
  assert.deepEqual(splitCommandLine(`A=1 B='x y' run "a \\"b\\"" 'c $d' e\\ f ""`), {
    assignments: { A: "1", B: "x y" },
    words: ["run", 'a "b"', "c $d", "e f", ""],
  });
  assert.throws(() => splitCommandLine(`run "a`), /not closed/);
});

Deno.test("a difference is shown with what stands around it", () => {
  assert.equal(lineDiff("a\nb", "a\nb"), "");
  const before = ["1", "2", "3", "4", "5", "6", "7", "8"].join("\n");
  assert.equal(
    lineDiff(before, before.replace("6", "six")),
    ["  …", "  3", "  4", "  5", "- 6", "+ six", "  7", "  8"].join("\n"),
  );
});

Deno.test("JSON stays on a line where it fits", () => {
  const value = { a: [1, 2], b: "x".repeat(90), c: {} };
  assert.deepEqual(JSON.parse(jsonText(value)), value);
  assert.equal(jsonText({ a: 1 }), '{"a":1}');
  assert.equal(jsonText(value).split("\n").length, 5);
});
