/** What a look at a verification command tells of how it may pass although something failed. */
import assert from "node:assert/strict";
import { commandRemarks } from "../../../src/workflow/command_remarks.ts";

/** Commands of which nothing is to be said. */
const SOUND: readonly string[] = [
  "",
  "make test",
  "npm run lint && npm test",
  "test -f a || test -f b",
  "cd sub && make 2>&1",
  "make > log 2>&1",
  "make &> log",
  "make >| log",
  "set -e\nmake\nmake test",
  "set -euo pipefail\nmake\nmake test | tee log",
  "set -o errexit; make; make test",
  "bash -eo pipefail -c 'make; make test | tee log'",
  'n=$(grep -c x plan.md); d=$(git log --oneline | wc -l); test "$d" -ge "$n"',
  "test -z \"$(git status --porcelain | grep -v '^?? tmp')\"",
  "grep -q 'a || true' file",
  'grep -q "x; exit 0" file',
  "echo \\| && make",
  "make # || true",
  "# a comment with | and & in it\nmake",
  "export CI=1\ncd sub\nmake test",
  "make test;",
  "make test\n\n",
  "if make; then exit 0; else exit 1; fi",
  "for f in a b; do test -f $f || exit 1; done",
  "diff <(sort a | uniq) b",
  "`which make` test",
  "echo starting; make test",
];

/** Commands, and what must be said of each. */
const ODD: Readonly<Record<string, readonly RegExp[]>> = {
  "make test || true": [/"\|\| true" lets it pass/],
  "make test||:": [/"\|\| :" lets it pass/],
  "make test || exit 0": [/"\|\| exit 0"/],
  "make test || echo failed": [/"\|\| echo failed"/],
  "make test; exit 0": [/"exit 0" at its end/],
  "make test\ntrue": [/"true" at its end/],
  "make test; echo done": [/"echo done" at its end/],
  "make test &": [/in the background/],
  "make test & wait": [/in the background/],
  "make test | tail -1": [
    /only the exit code behind the pipe counts: "make test" may fail, "tail -1"/,
  ],
  "make test 2>&1 |& tee log": [/behind the pipe/],
  "make build; make test": [/only the exit code of its last command counts: "make build" may fail/],
  "make build\nmake test": [/"make build" may fail/],
  "make build\nmake test | tail -1": [/behind the pipe/, /"make build" may fail/],
  "set -e\nmake test | tail -1": [/behind the pipe/],
  "bash -c 'x' | cat": [/behind the pipe/],
};

for (const command of SOUND) {
  Deno.test(`nothing is said of ${JSON.stringify(command)}`, () => {
    assert.deepEqual(commandRemarks(command), []);
  });
}

for (const [command, expected] of Object.entries(ODD)) {
  Deno.test(`it is said of ${JSON.stringify(command)}`, () => {
    const messages = commandRemarks(command).map(({ message }) => message);
    assert.equal(messages.length, expected.length, messages.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(messages[index] ?? "", pattern);
  });
}

Deno.test("a text of any form ends, and is not judged for what has no end", () => {
  for (const text of ["'", '"', "`", "$(", "\\", "a | '", "((((", "$($($(", "|", "&", "||", ";;"]) {
    commandRemarks(text.repeat(2000));
  }
});
