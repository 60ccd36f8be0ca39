/** The command of a hint, as an agent gets it. */
import assert from "node:assert/strict";
import { stepOfHint } from "../../../src/cli/output/hint_step.ts";

const argvOf = (hint: string) => stepOfHint(hint)?.argv;

Deno.test("a hint with one command of this program leads to that command", () => {
  assert.deepEqual(stepOfHint("Run `orchestrator session list`"), {
    argv: ["session", "list"],
    placeholders: [],
    command: "orchestrator session list",
    byPerson: false,
  });
  assert.deepEqual(
    argvOf("Fix the failure, then run `orchestrator complete tests` again"),
    ["complete", "tests"],
  );
});

Deno.test("words are those that a shell would make of the line", () => {
  assert.deepEqual(
    argvOf('Run `orchestrator complete a -e \'{"done":"it is"}\' -n "say \\"yes\\"" b\\ c`'),
    ["complete", "a", "-e", '{"done":"it is"}', "-n", 'say "yes"', "b c"],
  );
  assert.deepEqual(argvOf("Run `orchestrator note ''`"), ["note", ""]);
});

Deno.test("what stands for a value is listed, however it is written", () => {
  const hint = 'Run `orchestrator session end abc --reason "<why>"`';
  assert.deepEqual(stepOfHint(hint)?.placeholders, ["<why>"]);
  assert.equal(stepOfHint(hint)?.command, 'orchestrator session end abc --reason "<why>"');
  assert.deepEqual(stepOfHint("Run `orchestrator config set <key> <value>`")?.placeholders, [
    "<key>",
    "<value>",
  ]);
  assert.deepEqual(argvOf("Run `orchestrator complete <item>… [more…]`"), ["complete", "<item>"]);
});

Deno.test("who is meant to run it is told", () => {
  assert.equal(stepOfHint("Ask a person to run `orchestrator approve x`")?.byPerson, true);
  assert.equal(
    stepOfHint("Ask the folder's owner to run `orchestrator secrets share`")?.byPerson,
    true,
  );
});

Deno.test("no step is guessed", () => {
  for (
    const hint of [
      "Check the path",
      "Run `git status`",
      "`orchestrator migrate --dry-run` shows it, `orchestrator migrate` does it",
      "Run `orchestrator secrets set A < file`",
      "Run `orchestrator log | less`",
      "Run `orchestrator note $(date)`",
      'Run `orchestrator note "$HOME"`',
      "Run `orchestrator note 'not closed`",
    ]
  ) assert.equal(stepOfHint(hint), undefined, hint);
});

Deno.test("one command that is named twice is one", () => {
  assert.deepEqual(
    argvOf("Run `orchestrator init`, or ask for `orchestrator init` later"),
    ["init"],
  );
});
