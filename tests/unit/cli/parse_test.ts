import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import {
  findCommand,
  GLOBAL_OPTIONS,
  parseRequest,
  type Request,
  spellings,
} from "../../../src/cli/parse.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { HOT_COMMANDS } from "../../../src/cli/table/everyday.ts";

function parse(...argv: string[]): Promise<Request> {
  return parseRequest(argv, COMMANDS);
}

/** The command and input of argv that names one. */
async function command(...argv: string[]) {
  const request = await parse(...argv);
  if (request.kind !== "command") assert.fail(`${argv.join(" ")} is ${request.kind}`);
  return { path: request.spec.path, input: request.input };
}

async function refusal(...argv: string[]): Promise<OrchestratorError> {
  try {
    await parse(...argv);
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
    throw error;
  }
  assert.fail(`${argv.join(" ")} was accepted`);
}

Deno.test("global options stand before, between and behind a command's words", async () => {
  for (
    const argv of [
      ["--json", "-C", "dir", "session", "list", "--limit", "3"],
      ["session", "--json", "-C", "dir", "list", "--limit", "3"],
      ["session", "list", "--limit", "3", "--json", "--root", "dir"],
      ["--root=dir", "session", "--json", "list", "--limit=3"],
      ["-Cdir", "session", "list", "--limit", "3", "--json"],
    ]
  ) {
    const { path, input } = await command(...argv);
    assert.equal(path, "session list", argv.join(" "));
    assert.equal(input.option("root"), "dir", argv.join(" "));
    assert.equal(input.option("limit"), "3", argv.join(" "));
    assert.equal(input.has("json"), true, argv.join(" "));
  }
});

Deno.test("the value of a global option is no command", async () => {
  const { path, input } = await command("-C", "status", "--session", "list", "log");
  assert.equal(path, "log");
  assert.equal(input.option("root"), "status");
  assert.equal(input.option("session"), "list");
});

Deno.test("the longest path wins, and its words may be far apart", async () => {
  assert.equal((await command("log")).path, "log");
  assert.equal((await command("log", "verify")).path, "log verify");
  assert.equal((await command("log", "-q", "verify")).path, "log verify");
  const { path, input } = await command("feedback", "--json", "tool", "-q", "add", "It hangs");
  assert.equal(path, "feedback tool add");
  assert.equal(input.required("text"), "It hangs");
});

Deno.test("short options can be joined, the last one with its value", async () => {
  const { input } = await command("status", "-qs", "login");
  assert.equal(input.has("quiet"), true);
  assert.equal(input.option("session"), "login");
  assert.equal((await command("status", "-slogin")).input.option("session"), "login");
});

Deno.test("a value may begin with a dash, or be empty", async () => {
  const { input } = await command("complete", "x", "--notes", "- a list\n- of two");
  assert.equal(input.option("notes"), "- a list\n- of two");
  assert.equal((await command("complete", "x", "-n", "-1")).input.option("notes"), "-1");
  assert.equal((await command("complete", "x", "--notes=")).input.option("notes"), "");
  assert.equal((await command("complete", "x", "--notes=--json")).input.option("notes"), "--json");
});

Deno.test("an option in the place of a value is a forgotten value", async () => {
  for (const argv of [["complete", "x", "--notes", "--json"], ["complete", "x", "-n", "-q"]]) {
    const error = await refusal(...argv);
    assert.equal(error.code, "missing_argument");
    assert.match(error.message, /needs a value TEXT, and "-\S+" is an option/);
    assert.match(error.hint ?? "", /^Write --notes=-/);
  }
});

Deno.test("an option without its value is refused", async () => {
  for (const argv of [["status", "--session"], ["--root"], ["skip", "x", "-r"]]) {
    assert.equal((await refusal(...argv)).code, "missing_argument", argv.join(" "));
  }
});

Deno.test("a switch takes no value", async () => {
  const error = await refusal("status", "--json=yes");
  assert.equal(error.code, "invalid_argument");
  assert.equal(error.message, 'Cannot use "--json=yes": --json takes no value');
});

Deno.test("options are repeated only where the table says so", async () => {
  const { input } = await command("start", "Task", "-c", "one", "--constraint", "two");
  assert.deepEqual(input.options("constraint"), ["one", "two"]);
  const error = await refusal("start", "Task", "--name", "a", "--name", "b");
  assert.equal(error.message, 'Cannot use "--name" twice: it takes one value');
  assert.equal((await command("status", "--json", "--json")).input.has("json"), true);
});

Deno.test("behind -- everything is an argument", async () => {
  const { path, input } = await command("note", "--json", "--", "--quiet");
  assert.equal(path, "note");
  assert.equal(input.required("text"), "--quiet");
  assert.equal(input.has("json"), true);
  assert.equal(input.has("quiet"), false);
  assert.equal((await command("validate", "-")).input.arg("file"), "-");
});

Deno.test("arguments land in their places", async () => {
  const removed = await command("session", "remove", "a", "--yes", "b", "c");
  assert.deepEqual(removed.input.args("session"), ["a", "b", "c"]);
  assert.equal(removed.input.has("yes"), true);
  assert.equal((await command("session", "show")).input.arg("session"), undefined);
});

Deno.test("aliases name the same command", async () => {
  assert.equal((await command("session", "ls")).path, "session list");
  assert.equal((await command("session", "--json", "rm", "a")).path, "session remove");
  assert.equal((await command("approve-item", "x")).path, "approve");
});

Deno.test("words of other programs run what they mean", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["next"], "status"],
    [["next", "--json"], "status"],
    [["list"], "session list"],
    [["--json", "ls", "--limit", "3"], "session list"],
    [["show", "login"], "session show"],
    [["new", "Add login"], "start"],
    [["session", "new", "Add login"], "start"],
    [["resume", "login"], "session use"],
    [["switch", "login"], "session use"],
    [["history"], "log"],
  ];
  for (const [argv, path] of cases) assert.equal((await command(...argv)).path, path);
  const spelled = COMMANDS.flatMap((spec) => [spec.path, ...spellings(spec)]);
  assert.equal(new Set(spelled).size, spelled.length, "each means one thing");
  for (const { synonyms, destructive } of COMMANDS) {
    assert.ok(synonyms === undefined || destructive !== true, "a guess destroys nothing");
  }
});

Deno.test("words with several meanings, or that are dangerous to guess, lead on", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["undo", /`orchestrator checkpoint list`/],
    ["verify", /`orchestrator log verify`/],
    ["check", /`orchestrator doctor`/],
    ["upgrade", /`orchestrator self update --check`/],
  ];
  for (const [word, hint] of cases) {
    assert.equal((await refusal(word)).code, "unknown_command", word);
    assert.match((await refusal(word)).hint ?? "", hint, word);
  }
});

Deno.test("a misspelt command of a group is corrected, also where the group is a command", async () => {
  const groups = new Set<string>();
  for (const { path, hidden, destructive } of COMMANDS) {
    const words = path.split(" ");
    const last = words.pop() ?? "";
    if (words.length === 0 || hidden === true || destructive === true) continue;
    const parent = findCommand(words, COMMANDS);
    if ((parent?.args ?? []).length > 0) continue;
    groups.add(words.join(" "));
    const typo = last.slice(0, -2) + last.slice(-1);
    if (last.length < 4 || findCommand([...words, typo], COMMANDS) !== undefined) continue;
    const { code, hint } = await refusal(...words, typo);
    assert.equal(code, "unknown_command", `${path}: ${typo}`);
    assert.match(hint ?? "", /^Did you mean `orchestrator /, `${path}: ${typo}`);
  }
  assert.ok(groups.has("log") && groups.has("session"), [...groups].join(", "));
  assert.equal((await refusal("log", "verfy")).hint, "Did you mean `orchestrator log verify`?");
  assert.equal((await refusal("log", "nothing")).code, "invalid_argument");
});

Deno.test("nothing destructive is suggested, however near it is", async () => {
  for (const { path } of COMMANDS.filter((spec) => spec.destructive === true)) {
    const words = path.split(" ");
    const last = words.at(-1) ?? "";
    for (const typo of [`${last}x`, last.slice(0, -1), last.slice(1), `${last}e`]) {
      const argv = [...words.slice(0, -1), typo];
      if (findCommand(argv, COMMANDS) !== undefined) continue;
      const { hint = "" } = await refusal(...argv);
      assert.ok(hint !== "" && !hint.includes(path), `${argv.join(" ")}: ${hint}`);
    }
  }
});

Deno.test("an argument that is missing is named", async () => {
  const error = await refusal("complete");
  assert.equal(error.code, "missing_argument");
  assert.match(error.message, /^Cannot run "complete": item is missing/);
  assert.match(error.hint ?? "", /orchestrator complete <item…>/);
});

Deno.test("words without quotes are put into quotes by the hint", async () => {
  for (const argv of [["start", "Add", "login"], ["note", "It", 'says "no"']]) {
    const error = await refusal(...argv);
    assert.equal(error.code, "invalid_argument");
    const [path = "", ...words] = argv;
    assert.ok(
      error.hint?.includes(`orchestrator ${path} ${JSON.stringify(words.join(" "))}`),
      error.hint,
    );
  }
  const error = await refusal("status", "login");
  assert.match(error.message, /with "login": it takes no arguments/);
  assert.match(error.hint ?? "", /orchestrator status --help/);
});

Deno.test("an unknown option gets the nearest one of the command", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["skip", "x", "--reson", "y"], /--reason/],
    [["status", "--jsno"], /--json/],
    [["--sesion", "x", "status"], /--session/],
  ];
  for (const [argv, hint] of cases) {
    const error = await refusal(...argv);
    assert.equal(error.code, "unknown_option", argv.join(" "));
    assert.match(error.hint ?? "", hint, argv.join(" "));
  }
  const far = await refusal("status", "--frobnicate");
  assert.equal(far.message, 'Cannot use "--frobnicate": orchestrator status has no such option');
  assert.match(far.hint ?? "", /orchestrator status --help/);
});

Deno.test("an unknown command gets the nearest one, spelled in full", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["compelte", "x"], /orchestrator complete\b/],
    [["session", "lst"], /orchestrator session list\b/],
    [["sesion", "list"], /orchestrator session list\b/],
    [["sesion"], /orchestrator session`\?/],
    [["sessions", "sl"], /orchestrator session\b/],
    [["generate_md"], /orchestrator generate-md\b/],
    [["feedback", "tol", "add"], /orchestrator feedback tool add\b/],
  ];
  for (const [argv, hint] of cases) {
    const error = await refusal(...argv);
    assert.equal(error.code, "unknown_command", argv.join(" "));
    assert.match(error.hint ?? "", hint, argv.join(" "));
    // Following the hint does not lead to another error.
    const named = /orchestrator ([a-z -]+[a-z])/.exec(error.hint ?? "")?.[1] ?? "";
    const found = findCommand(named.split(" "), COMMANDS) !== undefined ||
      COMMANDS.some((spec) => spec.path.startsWith(`${named} `));
    assert.ok(found, error.hint);
  }
  const hidden = await refusal("candidates");
  assert.doesNotMatch(hidden.hint ?? "", /candidates/);
});

Deno.test("help and version are asked for in every way", async () => {
  const topics: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], []],
    [["--help"], []],
    [["help"], []],
    [["-h", "status"], ["status"]],
    [["status", "--help"], ["status"]],
    [["complete", "-h"], ["complete"]],
    [["help", "session", "list"], ["session", "list"]],
    [["--no-color", "help", "log"], ["log"]],
    [["session", "--help"], ["session"]],
    [["session"], ["session"]],
    [["--json", "feedback", "tool"], ["feedback", "tool"]],
    [["session", "ls", "--help"], ["session", "list"]],
  ];
  for (const [argv, topic] of topics) {
    const request = await parse(...argv);
    if (request.kind !== "help") assert.fail(argv.join(" "));
    assert.deepEqual(request.topic, topic, argv.join(" "));
  }
  for (const argv of [["--version"], ["-V"], ["status", "--version"], ["--json", "--version"]]) {
    assert.equal((await parse(...argv)).kind, "version", argv.join(" "));
  }
});

Deno.test("a bare word and the long way round give the same", async () => {
  for (const spec of COMMANDS.filter(({ args = [] }) => args.every((arg) => arg.optional))) {
    const words = spec.path.split(" ");
    const short = await command(...words);
    const long = await command(...words, "--");
    assert.equal(short.path, spec.path);
    assert.equal(long.path, spec.path);
    for (const { name } of [...GLOBAL_OPTIONS, ...spec.options ?? []]) {
      assert.equal(short.input.has(name), long.input.has(name));
    }
  }
});

Deno.test("the commands known without the table are those of the table", async () => {
  for (const hot of HOT_COMMANDS) {
    assert.ok(COMMANDS.includes(hot), hot.path);
    // Their first word decides, so no other command may begin with it.
    assert.ok(!COMMANDS.some((spec) => spec.path.startsWith(hot.path + " ")), hot.path);
    const request = await parseRequest([hot.path, "--help"], HOT_COMMANDS);
    assert.equal(request.kind, "help");
  }
});

Deno.test("a name or a letter means one option", () => {
  for (const spec of COMMANDS) {
    const own = spec.options ?? [];
    assert.equal(new Set(own.map(({ name }) => name)).size, own.length, spec.path);
    for (const option of own) {
      // A command may say more of a global option, but not make it another one.
      const same = GLOBAL_OPTIONS.find(({ name }) => name === option.name);
      if (same !== undefined) {
        assert.equal(option.value === undefined, same.value === undefined, option.name);
      }
      const letter = [...own, ...GLOBAL_OPTIONS].filter(({ short, name }) =>
        short !== undefined && short === option.short && name !== option.name
      );
      assert.deepEqual(letter, [], `${spec.path} -${option.short}`);
    }
  }
});
