/** A verification command does not decide the session that it runs for. */
import assert from "node:assert/strict";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { Project } from "../harness/program.ts";

const CLEAR = 'env -i PATH="$PATH" HOME="$HOME" ORCHESTRATOR_SESSION="$ORCHESTRATOR_SESSION"';

/** Ids of items, and the commands that prove them. */
const COMMANDS: Readonly<Record<string, string>> = {
  approves: '"$O" approve review --yes',
  approves_behind: '"$O" approve review --yes || true',
  unset: 'unset ORCHESTRATOR_IN_VERIFICATION; "$O" approve review --yes',
  cleared: `${CLEAR} "$O" approve review --yes`,
  deeper:
    `sh -c 'unset ORCHESTRATOR_IN_VERIFICATION; sh -c "\\"$O\\" approve review --yes; exit \\$?"'`,
  skips:
    '"$O" skip forced --force --reason "There is nothing that this gate could say of the change"',
  completes: '"$O" complete plain',
  advances: '"$O" advance',
  finishes: '"$O" finish',
  ends: '"$O" session end --reason "It is of no use to go on with this"',
};

/** Adding to a session, reading it, and deciding another one. */
const FREE: Readonly<Record<string, string>> = {
  reads: '"$O" status >/dev/null && "$O" log verify >/dev/null',
  notes: '"$O" note "Seen from inside"',
  saves: '"$O" checkpoint create -m "From inside"',
  other:
    "mkdir other && cd other && mkdir .git && unset ORCHESTRATOR_SESSION ORCHESTRATOR_ROOT && " +
    '"$O" start Other --workflow ../other.yaml && "$O" complete first && "$O" approve second --yes',
};

const OTHER = `name: Other
phases:
  - id: ONLY
    name: Only
    items:
      - { id: first, name: First }
      - { id: second, name: Second, verification: { type: manual_gate } }
`;

function workflow(): string {
  const items = Object.entries({ ...COMMANDS, ...FREE }).map(([id, command]) =>
    `      - id: ${id}\n        name: ${id}\n        verification:\n          type: command\n` +
    `          command: ${JSON.stringify(command)}\n`
  );
  return "name: Inside\nphases:\n  - id: ONLY\n    name: Only\n    items:\n" +
    "      - { id: plain, name: Plain }\n      - { id: forced, name: Forced, step_type: gate }\n" +
    "      - { id: review, name: Review, verification: { type: manual_gate } }\n" +
    items.join("");
}

Deno.test({
  name: "a verification command cannot decide its own session, and can do all else",
  ignore: !executableAvailable || process.platform !== "linux",
  async fn() {
    const file = await executable();
    const files = { "workflow.yaml": workflow(), "other.yaml": OTHER };
    using project = new Project(files, { file, env: { O: file } });
    assert.equal((await project.run("start", "Try it")).code, 0);
    for (const id of Object.keys(COMMANDS)) {
      const { code, stderr } = await project.run("complete", id);
      const swallowed = id === "approves_behind";
      assert.equal(code, swallowed ? 0 : 1, `${id}: ${stderr}`);
      const said = swallowed ? (await project.run("log", "show", "3")).stdout : stderr;
      assert.match(
        said,
        /Cannot (approve|skip|complete|advance|finish|session end): this runs inside the verification/,
        id,
      );
    }
    for (const id of Object.keys(FREE)) {
      const { code, stderr } = await project.run("complete", id);
      assert.equal(code, 0, `${id}: ${stderr}`);
    }
    const { stdout } = await project.run("log", "--json");
    const types: readonly string[] = JSON.parse(stdout).data.events.map(
      ({ type }: { readonly type: string }) => type,
    );
    const allowed = ["session_started", "item_failed", "item_completed", "note_added"];
    const decided = types.filter((type) => ![...allowed, "checkpoint_created"].includes(type));
    assert.deepEqual(decided, []);
    assert.equal(
      (await project.run("approve", "review", "--yes")).code,
      0,
      "outside it is a person's",
    );
  },
});
