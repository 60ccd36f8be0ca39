import assert from "node:assert/strict";
import { begins, completeLine } from "../../../src/cli/candidates.ts";
import { completionScript, SHELLS } from "../../../src/cli/output/completion_script.ts";
import { GLOBAL_OPTIONS } from "../../../src/cli/parse.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { readTree } from "../../harness/tree.ts";

/** A line as it is typed: its last word is the one in question. */
function complete(line: string) {
  const words = line.split(" ");
  return completeLine(words.slice(0, -1), words.at(-1) ?? "", COMMANDS);
}

function values(line: string): readonly string[] {
  return complete(line).candidates.map(({ value }) => value);
}

Deno.test("an empty line offers the first words of all commands, each once", () => {
  const first = new Set(
    COMMANDS.filter((spec) => spec.hidden !== true).map(({ path }) => path.split(" ")[0]),
  );
  assert.deepEqual(values("").toSorted(), [...first, "help"].toSorted());
  for (const { value, summary } of complete("").candidates) assert.notEqual(summary, "", value);
});

Deno.test("every command can be reached word by word", () => {
  for (const spec of COMMANDS.filter((row) => row.hidden !== true)) {
    const words = spec.path.split(" ");
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).map((done) => `${done} `).join("");
      const found = complete(before).candidates.find(({ value }) => value === word);
      assert.ok(found, `${before}${word}`);
      if (index === words.length - 1) assert.equal(found.summary, spec.summary);
      assert.ok(values(before + word.slice(0, 2)).includes(word), `${before}${word}`);
    }
  }
});

Deno.test("every option of a command is offered, with its own and the global ones", () => {
  for (const spec of COMMANDS) {
    const found = complete(`${spec.path} -`).candidates;
    const own = spec.options ?? [];
    for (const { name, summary } of [...GLOBAL_OPTIONS, ...own]) {
      const { summary: said } = own.find((option) => option.name === name) ?? { summary };
      const entry = found.find(({ value }) => value === `--${name}`);
      assert.equal(entry?.summary, said, `${spec.path} --${name}`);
    }
    assert.equal(new Set(found.map(({ value }) => value)).size, found.length, spec.path);
  }
});

Deno.test("an option that was given is not offered again, unless it may be repeated", () => {
  assert.ok(!values("status --json --").includes("--json"));
  assert.ok(!values("complete x -n text --").includes("--notes"));
  assert.ok(values("start --constraint a --").includes("--constraint"));
});

Deno.test("words of a command are found behind global options and aliases", () => {
  assert.deepEqual(values("--json session li"), ["list"]);
  assert.deepEqual(values("session -q -C dir li"), ["list"]);
  assert.deepEqual(values("session ls --li"), ["--limit"]);
  assert.deepEqual(values("-C status --js"), ["--json"]);
  assert.deepEqual(values("log v"), ["verify"]);
});

Deno.test("help completes topics only", () => {
  assert.deepEqual(values("help sta"), ["start", "status", "state"]);
  assert.deepEqual(values("help feedback tool "), ["add", "list"]);
  assert.deepEqual(values("help status "), []);
});

Deno.test("each argument is completed with values of its kind", () => {
  assert.equal(complete("complete ").values, "item");
  assert.equal(complete("session use lo").values, "session");
  assert.equal(complete("session remove a ").values, "session", "many");
  assert.equal(complete("session use a ").values, undefined, "one is enough");
  assert.equal(complete("approve --phase ").values, "phase");
  assert.equal(complete("checkpoint restore c").values, "checkpoint");
  assert.equal(complete("status -s lo").values, "session");
  assert.deepEqual(values("completions "), ["bash", "zsh", "fish", "powershell"]);
  assert.equal(complete("doctor --check se").values, "check");
  const { files, candidates, values: kind } = complete("complete x --notes ");
  assert.deepEqual([files, candidates, kind], ["none", [], undefined]);
});

Deno.test("a value in the same word as its option keeps the option in front", () => {
  const long = complete("status --session=lo");
  assert.deepEqual([long.values, long.prefix, long.typed], ["session", "--session=", "lo"]);
  const short = complete("status -slo");
  assert.deepEqual([short.values, short.prefix, short.typed], ["session", "-s", "lo"]);
  assert.deepEqual(complete("--root=a/b").files, "directory");
  assert.deepEqual(complete("--root=a/b").prefix, "--root=");
});

Deno.test("values of the configuration follow the type of their key", () => {
  assert.deepEqual(values("config set web_mode "), ["true", "false"]);
  assert.deepEqual(values("config set color a"), ["auto", "always"]);
  assert.deepEqual(values("config set secrets.order env"), ["environment"]);
  assert.deepEqual(values("config set secrets.order global,"), [
    "global,repository",
    "global,files",
    "global,secrets_repo",
    "global,environment",
    "global,prefixed",
  ]);
  assert.deepEqual(values("config set lock_timeout "), []);
  assert.deepEqual(values("config set nothing "), []);
  assert.equal(complete("config set workflow fl").files, "file");
  assert.deepEqual(values("status --set web"), ["web_mode="]);
  assert.deepEqual(values("status --set web_mode=f"), ["web_mode=false"]);
  assert.deepEqual(values("status --set=color=n"), ["--set=color=never"]);
  assert.deepEqual(values("status --set workflow=fl"), []);
  const { files, prefix } = complete("status --set workflow=fl");
  assert.deepEqual([files, prefix], ["file", "workflow="]);
});

Deno.test("files are left to the shell", () => {
  assert.equal(complete("validate wo").files, "file");
  assert.equal(complete("-C wo").files, "directory");
  for (const line of ["complete x --evidence ", "complete x --evidence @a", "complete x -e @a"]) {
    const { files, prefix } = complete(line);
    assert.deepEqual([files, prefix], ["file", "@"], line);
  }
  assert.equal(complete("complete x --evidence {").files, "none");
  assert.equal(complete("complete x --evidence=@a").prefix, "--evidence=@");
});

Deno.test("behind -- there are no options", () => {
  assert.deepEqual(values("note -- --js"), []);
  assert.equal(complete("complete -- ").values, "item");
});

Deno.test("an option is what remains when nothing else can stand", () => {
  assert.ok(values("status ").includes("--json"));
  assert.deepEqual(values("note "), [], "a text is to come");
  assert.deepEqual(values("nonsense "), [], "no command is known");
});

Deno.test("what the line says of root and session is passed on", () => {
  const { root, session } = complete("-C ../other complete --session=log ");
  assert.deepEqual([root, session], ["../other", "log"]);
});

Deno.test("case does not count", () => {
  assert.ok(begins("PLAN", "pl"));
  assert.ok(!begins("PLAN", "la"));
});

const WORKFLOW = `
name: Small
phases:
  - id: PLAN
    name: Make a plan
    items:
      - { id: write_plan, name: "Write it\\tdown" }
      - { id: look, name: Look, step_type: required }
      - { id: sign, name: Sign, step_type: gate, verification: { type: manual_gate } }
  - { id: DO, name: Do it, items: [{ id: later, name: Later }] }
`;

/** A project with sessions: one named, one without a name, which is current. */
async function project(): Promise<
  Disposable & {
    readonly scratch: Scratch;
    readonly ask: (current: string, ...before: string[]) => Promise<readonly string[]>;
    readonly orchestrator: (...argv: string[]) => Promise<string>;
  }
> {
  const scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  const orchestrator = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runInProcess(argv, surroundings);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "", argv.join(" "));
    return stdout;
  };
  await orchestrator("start", "Add a login", "--name", "login form");
  await orchestrator("start", "Add a logout");
  return {
    scratch,
    orchestrator,
    ask: async (current, ...before) =>
      (await orchestrator("completions", "candidates", `--current=${current}`, "--", ...before))
        .trimEnd().split("\n"),
    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

Deno.test("items of the current phase are offered while they are open", async () => {
  using made = await project();
  const { ask, orchestrator } = made;
  assert.deepEqual(await ask("", "complete"), [
    "write_plan\tWrite it down",
    "look\tLook",
    "sign\tSign",
    ":none",
  ]);
  assert.deepEqual(await ask("", "skip"), ["write_plan\tWrite it down", "sign\tSign", ":none"]);
  assert.deepEqual(await ask("", "approve"), ["sign\tSign", ":none"]);
  assert.deepEqual(await ask("pl", "approve", "--phase"), ["PLAN\tMake a plan", ":none"]);
  await orchestrator("complete", "look");
  assert.deepEqual(await ask("lo", "complete"), [":none"]);
  assert.deepEqual(await ask("lo", "complete", "--session", "login form"), [
    "look\tLook",
    ":none",
  ]);
});

Deno.test("sessions are offered by name, and by ID once the user types one", async () => {
  using made = await project();
  const list = JSON.parse(await made.orchestrator("session", "list", "--json")) as {
    readonly data: { readonly sessions: readonly { readonly session: string }[] };
  };
  const [unnamed = "", named = ""] = list.data.sessions.map(({ session }) => session);
  const all = await made.ask("", "session", "use");
  assert.deepEqual(
    all.toSorted(),
    [
      ":none",
      `login form\t${named}: Add a login`,
      `${unnamed}\tAdd a logout`,
    ].toSorted(),
  );
  assert.deepEqual(await made.ask("log", "session", "use"), [
    `login form\t${named}: Add a login`,
    ":none",
  ]);
  assert.ok(
    (await made.ask(named.slice(0, 5), "session", "use")).includes(`${named}\tAdd a login`),
  );
  assert.deepEqual(await made.ask("--session=log"), [
    `--session=login form\t${named}: Add a login`,
    ":none",
  ]);
});

Deno.test("checkpoints are offered, the newest first", async () => {
  using made = await project();
  await made.orchestrator("checkpoint", "create", "-m", "Before");
  await made.orchestrator("checkpoint", "create", "-m", "After");
  const [first, second, last] = await made.ask("", "checkpoint", "restore");
  assert.match(first ?? "", /^\S+\tAfter$/);
  assert.match(second ?? "", /^\S+\tBefore$/);
  assert.equal(last, ":none");
});

Deno.test("asking changes nothing, and no failure shows", async () => {
  using made = await project();
  const before = readTree(made.scratch.top);
  const lines: readonly (readonly string[])[] = [
    ["complete"],
    ["session", "use"],
    ["-C", "/nowhere/at/all", "complete"],
    ["--session", "nobody", "complete"],
    ["no", "such", "command"],
    ["complete", "--no-such-option"],
    ["--lock-timeout", "x", "complete"],
  ];
  for (const line of lines) {
    assert.equal((await made.ask("", ...line)).at(-1), ":none", line.join(" "));
  }
  assert.deepEqual(readTree(made.scratch.top), before);
  const all = await made.ask("", "session", "use");
  made.scratch.write(".orchestrator/meta.json", "{ damaged");
  assert.deepEqual(await made.ask("", "session", "use"), all);
  made.scratch.write(".orchestrator/meta.json", `{"format":99}`);
  assert.deepEqual(await made.ask("", "complete"), [":none"]);
  assert.deepEqual(await made.ask("", "session", "use"), [":none"]);
});

Deno.test("a quote that bash has not closed yet does not count", async () => {
  using made = await project();
  const ask = async (current: string) =>
    (await made.orchestrator(
      ...["completions", "candidates", "--shell", "bash", `--current=${current}`],
      ...["--", "session", "use"],
    )).split("\t")[0];
  for (const typed of ["'login f", '"login f', "login\\ f"]) {
    assert.equal(await ask(typed), "login form", typed);
  }
});

Deno.test("every shell has a script that asks the program and is quiet about failures", () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell);
    assert.match(script, /completions/);
    assert.match(script, /candidates/);
    assert.match(script, /--current=/);
    assert.match(script, /2>(\/dev\/null|\$null)/);
    assert.ok(script.includes(shell === "powershell" ? "orchestrator.exe" : "orchestrator"));
    assert.doesNotMatch(script, /\\\{|undefined/, "a placeholder was left");
    assert.doesNotMatch(script, /[^\n\x20-\x7e]/, "plain ASCII");
    assert.ok(script.endsWith("\n"));
  }
});

Deno.test("the bash script keeps to what the bash of macOS knows", () => {
  const script = completionScript("bash");
  assert.doesNotMatch(script, /mapfile|readarray|local -A|declare -A|\$\{\w+[,^@]/);
  // There, compopt is missing: it may only fail quietly.
  for (const line of script.split("\n").filter((row) => row.includes("compopt"))) {
    assert.match(line, /compopt .*2>\/dev\/null/);
  }
});

// No PowerShell runs here: its script is checked by its text alone.
Deno.test("the PowerShell script is balanced and registers a native completer", () => {
  const script = completionScript("powershell");
  const code = script.replace(/^\s*#.*$/gm, "");
  assert.match(code, /Register-ArgumentCompleter -Native -CommandName 'orchestrator', /);
  assert.match(code, /param\(\$wordToComplete, \$commandAst, \$cursorPosition\)/);
  assert.match(code, /-split "`t", 2/);
  // Quoted, for a bare -- would end the parameters; the last word is never an argument of its own.
  assert.match(code, /"--current=\$current", '--'\) \+ \$words/);
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
  for (const character of code.replace(/'(?:[^']|'')*'|"(?:[^"`]|`.)*"/g, "")) {
    if ("([{".includes(character)) open.push(character);
    else if (Object.hasOwn(pairs, character)) assert.equal(open.pop(), pairs[character]);
  }
  assert.deepEqual(open, []);
});
