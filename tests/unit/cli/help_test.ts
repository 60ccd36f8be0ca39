import assert from "node:assert/strict";
import { EXIT_CODES, OrchestratorError } from "../../../src/errors.ts";
import { helpText } from "../../../src/cli/help.ts";
import { makeStyle } from "../../../src/cli/output/style.ts";
import { visibleLength } from "../../../src/cli/output/width.ts";
import { GLOBAL_OPTIONS, parseRequest } from "../../../src/cli/parse.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { splitCommandLine } from "../../harness/words.ts";

const PLAIN = makeStyle({ terminal: false, colour: false, width: 80 });

const SHOWN = COMMANDS.filter((spec) => spec.hidden !== true);

function help(topic: string, width = 80): Promise<string> {
  const words = topic.split(" ").filter((word) => word !== "");
  return helpText(words, COMMANDS, { ...PLAIN, width });
}

/** An example's words, without what its shell would do with the output. */
function exampleWords(line: string): readonly string[] {
  return splitCommandLine(line.replace(/ (<|>>?|\|) .*$/, "")).words;
}

Deno.test("every command has an example, and each example is a call of that command", async () => {
  for (const spec of COMMANDS) {
    assert.ok(spec.examples.length > 0, `${spec.path} has no example`);
    for (const { line } of spec.examples) {
      const request = await parseRequest(exampleWords(line), COMMANDS);
      if (request.kind !== "command") assert.fail(`${line} is ${request.kind}`);
      assert.equal(request.spec.path, spec.path, line);
    }
  }
});

Deno.test("help fits the screen", async () => {
  const groups = SHOWN.flatMap(({ path }) => {
    const words = path.split(" ");
    return words.map((_, index) => words.slice(0, index + 1).join(" "));
  });
  for (const topic of new Set(["", ...groups])) {
    for (const line of (await help(topic)).split("\n")) {
      assert.ok(visibleLength(line) <= 80, `help ${topic}: ${line}`);
    }
    // Only examples are wider than a narrow terminal: they are there to be copied.
    for (const line of (await help(topic, 60)).split("\n")) {
      const copied = /^ {2}orchestrator |^\S.*orchestrator /.test(line);
      assert.ok(copied || visibleLength(line) <= 60, `help ${topic}: ${line}`);
    }
  }
});

Deno.test("the overview names every command, every global option and every exit code", async () => {
  const text = (await help("")).replace(/\s+/g, " ");
  for (const { path, summary } of SHOWN) assert.ok(text.includes(` ${path} ${summary}`), path);
  for (const { name } of GLOBAL_OPTIONS) assert.match(text, new RegExp(`--${name}\\b`));
  for (const [kind, code] of Object.entries(EXIT_CODES)) {
    assert.ok(text.includes(`${code} ${kind.replaceAll("_", " ")}`), kind);
  }
});

Deno.test("summaries stand in one column", async () => {
  const lines = (await help("")).split("\n");
  const columns = SHOWN.map(({ path, summary }) =>
    lines.find((line) => line.startsWith(`  ${path} `))?.indexOf(summary.slice(0, 12))
  );
  assert.equal(new Set(columns).size, 1);
});

Deno.test("the help of a command says all that the table knows", async () => {
  for (const spec of SHOWN) {
    const text = (await help(spec.path)).replace(/\s+/g, " ");
    const said = [
      spec.summary,
      ...(spec.details === undefined ? [] : [spec.details]),
      ...(spec.args ?? []).flatMap((arg) => [arg.name, arg.summary]),
      ...(spec.options ?? []).flatMap(({ name, short, value, summary }) => [
        `${short === undefined ? "" : `-${short}, `}--${name}${
          value === undefined ? "" : ` ${value}`
        }`,
        summary,
      ]),
      ...spec.examples.flatMap(({ line, means }) => [`orchestrator ${line}`, means]),
    ];
    for (const part of said) {
      assert.ok(text.includes(part.replace(/\s+/g, " ")), `help ${spec.path}: ${part}`);
    }
  }
});

Deno.test("help finds groups and aliases, and what lies below a command", async () => {
  assert.match(await help("session"), /orchestrator session <command>[^]*session list +List all/);
  assert.match(await help("feedback tool"), /feedback tool add[^]*feedback tool list/);
  assert.equal(await help("session ls"), await help("session list"));
  assert.match(await help("session list"), /Also: +orchestrator session ls/);
  assert.match(await help("log"), /See also\n +log verify/);
});

Deno.test("what programs call is in no list", async () => {
  const hidden = COMMANDS.filter((spec) => spec.hidden === true);
  assert.ok(hidden.length > 0);
  for (const { path } of hidden) {
    for (const topic of ["", ...path.split(" ").slice(0, -1)]) {
      assert.ok(!(await help(topic)).includes(path), `help ${topic}`);
    }
    assert.match(await help(path), /Usage:/);
  }
});

Deno.test("a topic that is none gets the nearest one", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["statsu", "orchestrator help status"],
    ["sesion", "orchestrator help session"],
    ["session lst", "orchestrator help session list"],
    ["start now", "orchestrator help start"],
  ];
  for (const [topic, hint] of cases) {
    await assert.rejects(help(topic), (error) => {
      assert.ok(error instanceof OrchestratorError);
      assert.equal(error.code, "unknown_command");
      assert.ok(error.hint?.includes(hint), `${topic}: ${error.hint}`);
      return true;
    });
  }
  await assert.rejects(help("zzzzzzzz"), { hint: /orchestrator --help/ });
});

Deno.test("colours are only where they are wanted", async () => {
  const colour = makeStyle({ terminal: true, colour: true, width: 80 });
  const esc = String.fromCharCode(27);
  assert.ok((await helpText([], COMMANDS, colour)).includes(`${esc}[1m`));
  assert.ok(!(await help("")).includes(esc));
});
