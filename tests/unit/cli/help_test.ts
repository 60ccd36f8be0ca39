import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CONFIG_KEY_NAMES } from "../../../src/config/keys.ts";
import { EXIT_CODES, OrchestratorError } from "../../../src/errors.ts";
import { EVERYDAY, helpData, helpText } from "../../../src/cli/help.ts";
import { AGENT_LINE, HELP_TOPICS } from "../../../src/cli/help/topics.ts";
import { makeStyle } from "../../../src/cli/output/style.ts";
import { visibleLength } from "../../../src/cli/output/width.ts";
import { findCommand, GLOBAL_OPTIONS, parseRequest } from "../../../src/cli/parse.ts";
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
  for (const topic of new Set(["", "all", ...HELP_TOPICS.map(({ name }) => name), ...groups])) {
    for (const line of (await help(topic)).split("\n")) {
      assert.ok(visibleLength(line) <= 80, `help ${topic}: ${line}`);
    }
    // Only examples, and single words, are wider than a narrow terminal: they are there to be copied.
    for (const line of (await help(topic, 60)).split("\n")) {
      const copied = /^ {2}orchestrator |^\S.*orchestrator |^ +\S+$/.test(line);
      assert.ok(copied || visibleLength(line) <= 60, `help ${topic}: ${line}`);
    }
  }
});

Deno.test("the bare program lists ten everyday commands and says where the rest is", async () => {
  assert.equal(EVERYDAY.length, 10);
  const text = (await help("")).replace(/\s+/g, " ");
  for (const path of EVERYDAY) {
    const spec = SHOWN.find((row) => row.path === path);
    assert.ok(spec !== undefined, path);
    assert.ok(text.includes(` ${path} ${spec.summary}`), path);
  }
  for (const word of ["init", "start", "status", "reopen", "revoke", "doctor", "inbox"]) {
    assert.match(text, new RegExp(`\\b${word}\\b`), word);
  }
  for (const name of ["all", "<command>", ...HELP_TOPICS.map((topic) => topic.name)]) {
    assert.ok(text.includes(` help ${name} `), name);
  }
  assert.ok(text.includes(`All ${SHOWN.length} commands`));
  assert.ok((await help("")).split("\n").length < 35, "it is short");
});

Deno.test("the line for an agent's file is one text in the program and in the documentation", async () => {
  const flat = (text: string) => text.replace(/\s+/g, " ");
  assert.ok(flat(await help("agents")).includes(AGENT_LINE), "help agents");
  for (const page of ["README.md", "docs/agents.md"]) {
    const text = readFileSync(new URL(`../../../${page}`, import.meta.url), "utf8");
    const blocks = [...text.matchAll(/^```markdown\n([^`]*(?:`[^`\n]+`[^`]*)*)\n```$/gm)]
      .map(([, block = ""]) => flat(block));
    assert.ok(blocks.includes(AGENT_LINE), page);
  }
});

Deno.test("help all names every command and every global option", async () => {
  const text = (await help("all")).replace(/\s+/g, " ");
  for (const { path, summary } of SHOWN) assert.ok(text.includes(` ${path} ${summary}`), path);
  for (const { name } of GLOBAL_OPTIONS) assert.match(text, new RegExp(`--${name}\\b`));
});

Deno.test("topics say what their tables say", async () => {
  const codes = (await help("exit-codes")).replace(/\s+/g, " ");
  for (const [kind, code] of Object.entries(EXIT_CODES)) {
    assert.ok(codes.includes(` ${code} ${kind.replaceAll("_", " ")} `), kind);
  }
  const keys = await help("configuration");
  for (const name of CONFIG_KEY_NAMES) assert.ok(keys.includes(`  ${name} `), name);
  const { entries } = await helpData(["configuration"], COMMANDS);
  for (const { name, variable } of entries as readonly { name: string; variable?: unknown }[]) {
    // What the topic says in one sentence instead of in each row.
    const said = `ORCHESTRATOR_${String(name).toUpperCase().replaceAll(".", "_")}`;
    assert.equal(variable, said);
  }
  assert.match(await help("environment"), /^ {2}ORCHESTRATOR_ROOT {2}/m);
  assert.match(await help("agents"), /^ {2}claude-code +CLAUDECODE,/m);
  for (const { name } of HELP_TOPICS) {
    assert.ok(findCommand([name], COMMANDS) === undefined, `${name} is a command, too`);
  }
});

Deno.test("help for programs is the command table", async () => {
  for (const topic of [[], ["all"]]) {
    const data = await helpData(topic, COMMANDS);
    assert.deepEqual(data.commands.map(({ path }) => path), SHOWN.map(({ path }) => path));
    assert.deepEqual(data.options.map(({ name }) => name), GLOBAL_OPTIONS.map(({ name }) => name));
  }
  assert.deepEqual(
    (await helpData(["checkpoint"], COMMANDS)).commands.map(({ path }) => path),
    SHOWN.filter(({ path }) => path.startsWith("checkpoint ")).map(({ path }) => path),
  );
  const [skip, ...others] = (await helpData(["skip"], COMMANDS)).commands;
  assert.deepEqual(others, []);
  assert.equal(skip?.["path"], "skip");
  for (const { name } of HELP_TOPICS) {
    const { entries, topic } = await helpData([name], COMMANDS);
    assert.equal(topic, name);
    assert.ok(entries.length > 3, name);
  }
});

Deno.test("summaries stand in one column", async () => {
  const lines = (await help("all")).split("\n");
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
  assert.match(await help("log"), /See also\n +log show .*\n +log verify/);
});

Deno.test("what programs call is in no list", async () => {
  const hidden = COMMANDS.filter((spec) => spec.hidden === true);
  assert.ok(hidden.length > 0);
  for (const { path } of hidden) {
    for (const topic of ["", "all", ...path.split(" ").slice(0, -1)]) {
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
    ["exit-code", "orchestrator help exit-codes"],
  ];
  for (const [topic, hint] of cases) {
    await assert.rejects(help(topic), (error) => {
      assert.ok(error instanceof OrchestratorError);
      assert.equal(error.code, "unknown_command");
      assert.ok(error.hint?.includes(hint), `${topic}: ${error.hint}`);
      return true;
    });
  }
  await assert.rejects(help("zzzzzzzz"), { hint: /orchestrator help all/ });
});

Deno.test("colours are only where they are wanted", async () => {
  const colour = makeStyle({ terminal: true, colour: true, width: 80 });
  const esc = String.fromCharCode(27);
  assert.ok((await helpText([], COMMANDS, colour)).includes(`${esc}[1m`));
  assert.ok(!(await help("")).includes(esc));
});
