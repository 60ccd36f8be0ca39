/** Every command explains itself, and its examples are commands that can be read. */
import assert from "node:assert/strict";
import type { CommandSpec } from "../../src/cli/command.ts";
import { parseRequest } from "../../src/cli/parse.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { type Result, runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { splitCommandLine } from "../harness/words.ts";

/** Commands made for programs are in no list. */
const SHOWN = COMMANDS.filter((row) => row.hidden !== true);

/** Columns of a terminal. */
const WIDTH = 80;

for (const spec of COMMANDS) {
  Deno.test(`help of ${spec.path}`, async () => {
    const words = spec.path.split(" ");
    const asked = await Promise.all(
      [["help", ...words], [...words, "--help"], [...words, "-h"]].map(run),
    );
    const [first] = asked;
    assert(first !== undefined);
    for (const result of asked) assert.deepEqual(result, first);
    assert.equal(first.code, 0);
    assert.equal(first.stderr, "");
    assert(first.stdout.includes(`Usage: orchestrator ${spec.path}`), "no usage line");
    for (const option of spec.options ?? []) {
      assert(first.stdout.includes(` --${option.name}`), `--${option.name} is not in it`);
    }
    for (const arg of spec.args ?? []) {
      assert(first.stdout.includes(`  ${arg.name}  `), `${arg.name} is not in it`);
    }
    for (const alias of spec.aliases ?? []) {
      const path = [...words.slice(0, -1), alias];
      assert.deepEqual(await run(["help", ...path]), first, `help of ${path.join(" ")}`);
    }
    for (const line of first.stdout.split("\n")) {
      const example = line.startsWith("  orchestrator ");
      assert(example || line.length <= WIDTH, `wider than a terminal: ${line}`);
    }
  });

  Deno.test(`examples of ${spec.path}`, async () => {
    assert(spec.examples.length > 0, "there is none");
    for (const example of spec.examples) {
      const command = example.line.replace(/ [<>|] .*$/, "");
      const request = await parseRequest(splitCommandLine(command).words, COMMANDS);
      assert.equal(request.kind, "command");
      assert(request.kind === "command");
      assert.equal(request.spec.path, spec.path, example.line);
      assert(example.means !== "");
    }
  });
}

Deno.test("help all names every command", async () => {
  const { stdout } = await run(["help", "all"]);
  for (const { path, summary } of SHOWN) {
    assert.match(stdout, new RegExp(`^  ${path}  +${escaped(summary.slice(0, 20))}`, "m"));
  }
});

Deno.test("every group of commands lists its members", async () => {
  const groups = new Set(
    SHOWN.filter((row) => row.path.includes(" ")).map((row) => row.path.split(" ")[0] ?? ""),
  );
  for (const group of groups) {
    const own = COMMANDS.find((row) => row.path === group);
    const { code, stdout } = await run(["help", group]);
    assert.equal(code, 0);
    for (const member of membersOf(group)) {
      assert(stdout.includes(`  ${member.path}  `), `${group}: ${member.path} is missing`);
    }
    if (own !== undefined) continue;
    const bare = await run([group]);
    const asked = await run([group, "--help"]);
    for (const result of [bare, asked]) {
      assert.deepEqual([result.code, result.stdout, result.stderr], [code, stdout, ""]);
    }
  }
});

function membersOf(group: string): readonly CommandSpec[] {
  return SHOWN.filter((row) => row.path.startsWith(`${group} `));
}

async function run(argv: readonly string[]): Promise<Result> {
  using scratch = new Scratch();
  return await runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch) });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
