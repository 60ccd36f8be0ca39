/** What a look at a verification command tells of how it may pass although something failed. */
import assert from "node:assert/strict";
import { commandRemarks } from "../../../src/workflow/command_remarks.ts";
import { pipesOf } from "../../../src/workflow/command_text.ts";

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
  "true": [/"true" always passes/],
  "exit 0": [/"exit 0" always passes/],
  "if make; then echo well; fi": [/no branch of its "if" can fail/],
  "if make\nthen\n  echo well\nelse\n  echo bad\nfi": [/no branch of its "if" can fail/],
  'trap "exit 0" EXIT; make': [/"trap "exit 0" EXIT" lets it pass/],
  "trap 'rm -f x; exit 0' EXIT\nmake": [/lets it pass whatever happens/],
  "echo $(make)": [/always passes/],
  "echo all is well": [/always passes/],
  "for f in a b; do make $f; done": [/only the exit code of the last round of its loop counts/],
  "while read -r f; do make $f; done < list": [/the last round of its loop/],
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

/** Sound where a strict shell runs them. */
const SOUND_IF_STRICT: readonly string[] = [
  "for f in a b; do make $f; done",
  "make test | tail -1",
  "make build; make test",
  "make build\nmake test | tail -1",
  "make test; exit 0",
  "make test\necho done",
  "cd api && make",
  "make lint && make test",
];

/** What even `set -e` lets pass. */
const ODD_IF_STRICT: Readonly<Record<string, readonly RegExp[]>> = {
  "set +e; make; echo done": [/"echo done" at its end/],
  "set +o errexit\nmake build\nmake test": [/only the exit code of its last command counts/],
  "true": [/"true" always passes/],
  "make test || true": [/"\|\| true" lets it pass/],
  "make test &": [/in the background/],
  "make build && make test; make docs": [
    /"make build" may fail, and what follows runs all the same/,
  ],
  "make build && make test\nexit 0": [/"exit 0" at its end/],
  "! grep -r TODO src\nmake test": [/"! grep -r TODO src" may fail, .* does not apply to "!"/],
};

for (const command of SOUND_IF_STRICT) {
  Deno.test(`nothing is said of ${JSON.stringify(command)} in a strict shell`, () => {
    assert.deepEqual(commandRemarks(command, "strict"), []);
  });
}

for (const [command, expected] of Object.entries(ODD_IF_STRICT)) {
  Deno.test(`it is said of ${JSON.stringify(command)} in a strict shell`, () => {
    const messages = commandRemarks(command, "strict").map(({ message }) => message);
    assert.equal(messages.length, expected.length, messages.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(messages[index] ?? "", pattern);
  });
}

Deno.test("nothing is known of shells that are none of POSIX", () => {
  for (const shell of ["cmd", "powershell", "pwsh"] as const) {
    assert.deepEqual(commandRemarks("make test & exit 0", shell), []);
  }
});

Deno.test("a pipe is found wherever it runs, and nowhere else", () => {
  const piped = [
    "a | b",
    "a |& b",
    "x=$(a | b)",
    'test "$(a | b)" = c',
    "test `a | b` = c",
    '"${x:-$(a | b)}"',
    "diff <(a | b) c",
    "if a; then b | c; fi",
    '$(a "$(b | c)")',
    "a # |\nb | c",
  ];
  for (const command of piped) assert.ok(pipesOf(command), command);
  const plain = [
    "a || b",
    "grep 'a|b' c",
    'grep "a|b" c',
    "echo \\| a",
    "a > b 2>&1",
    "a >| b",
    "# a | b",
    "a # | b",
    "echo $((1 | 2))",
    '"\\`a | b\\`"',
  ];
  for (const command of plain) assert.ok(!pipesOf(command), command);
  // What has no end may be anything.
  for (const text of ["'", '"', "`", "$(", "|", "a | '"]) pipesOf(text.repeat(500));
});

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
