/** What goes into a pipe is whole: no text in it is cut, and none is wrapped. */
import assert from "node:assert/strict";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Piped
phases:
  - id: A_PHASE_WITH_A_LONG_NAME
    name: ${long("phase")}
    items:
      - { id: read, name: "${long("item")}", description: "${
  long("description")
}", step_type: documented }
      - { id: docs, name: Docs, step_type: flexible }
      - { id: test, name: Test, step_type: gate, verification: { type: file_exists, path: "${
  long("path")
}" } }
      - { id: go, name: Go, verification: { type: manual_gate } }
  - id: END
    name: End
    items: [{ id: last, name: Last }]
`;

/** A text longer than any screen that ends with a mark. */
function long(name: string): string {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`);
  return `Because ${words.join(" ")} ${name}-END`;
}

/** Command → the marks that each must show in one line with the text's beginning. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  "status": ["task", "phase", "item", "note", "constraint", "skip", "force"],
  "log": ["task", "note", "notes", "skip", "force", "approval"],
  "session list": ["task", "name"],
  "session show": ["task", "note"],
  "checkpoint list": ["message"],
  "checkpoint show cp1": ["message", "decision"],
  "handoff": ["task", "note", "constraint", "decision"],
  "generate-md": ["task", "note", "constraint", "skip", "phase", "item"],
  "feedback tool list": ["feedback"],
};

Deno.test("piped text is neither cut nor wrapped", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  const run = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runInProcess(argv, surroundings);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await run("start", long("task"), "--name", "n".repeat(40) + "name-END", "-c", long("constraint"));
  await run("complete", "read", "--notes", long("notes"), "--evidence", '{"done":"all of it"}');
  await run("note", long("note"));
  await run("skip", "docs", "--reason", long("skip"));
  await run("skip", "test", "--force", "--reason", long("force"));
  await run("approve", "go", "--yes", "--notes", long("approval"));
  await run("checkpoint", "create", "-m", long("message"), "-d", long("decision"));
  await run("feedback", "tool", "add", long("feedback"));
  for (const [command, names] of Object.entries(SHOWN)) {
    const rows = (await run(...command.split(" "))).split("\n");
    for (const name of names) {
      const whole = name === "name" ? "nnn" : "Because word0";
      assert.ok(
        rows.some((row) => row.includes(`${name}-END`) && row.includes(whole)),
        `${command} cuts or wraps ${name}:\n${rows.join("\n")}`,
      );
    }
    assert.ok(!rows.some((row) => row.includes("...")), `${command} cuts:\n${rows.join("\n")}`);
  }
});
