/**
 * In which order moving over does its steps, undisturbed: what a kill or a power cut at the wrong
 * moment would need to do harm.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { executable, executableAvailable } from "../harness/executable.ts";
import { writeOldSessions, writeScattered } from "../compatibility/sessions.ts";
import { unsyncedBelow } from "./durability.ts";
import { Repository } from "./repository.ts";
import { parseTrace, straceArguments, straceMissing, type Trace } from "./strace.ts";
import { signatureOf } from "./target.ts";

const missing = straceMissing() ?? (executableAvailable ? null : "there is no executable");
if (missing !== null) console.log(`The order of moving over is not looked at: ${missing}`);

const PROJECTS = { "scattered files": writeScattered, "old sessions": writeOldSessions };

for (const [name, write] of Object.entries(PROJECTS)) {
  for (const back of [false, true]) {
    Deno.test({
      name: `${back ? "going back" : "moving over"} in order: ${name}`,
      ignore: missing !== null,
      fn: async () => {
        const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "order-" }));
        try {
          for (const folder of ["home", "project"]) Deno.mkdirSync(`${scratch}/${folder}`);
          const program = await executable();
          const repository = new Repository(`${scratch}/project`, program, `${scratch}/home`);
          write(repository);
          if (back) await repository.must("migrate", "--yes");
          const argv = ["migrate", "--yes", ...back ? ["--rollback"] : []];
          const { calls } = await traced(repository, argv);
          assert.deepEqual(unsyncedBelow(calls, repository.root), []);
          if (!back) requireStatesFirst(calls, repository.root);
        } finally {
          rmSync(scratch, { recursive: true });
        }
      },
    });
  }
}

/** A reader that has begun with the old files must find all of a workflow's or not its state. */
function requireStatesFirst(calls: Trace["calls"], root: string): void {
  const moved = calls.filter(({ name, paths: [, target = ""] }) =>
    /^rename/.test(name) && /\/migration_backup\/[^/]+\/files\//.test(target)
  ).map((call) => signatureOf(call, root));
  assert.ok(moved.length > 0);
  const isState = (signature: string) =>
    /\.workflow_state\.json,|\/sessions\/0a1b2c3d,/.test(signature);
  const states = moved.filter(isState).length;
  assert.ok(states > 0);
  assert.deepEqual(moved.slice(0, states).filter((signature) => !isState(signature)), []);
}

async function traced(repository: Repository, argv: readonly string[]): Promise<Trace> {
  const output = `${repository.root}.trace`;
  const options = straceArguments(output);
  const ended = await repository.spawn("strace", [...options, repository.executable, ...argv]);
  assert.equal(ended.code, 0, ended.stderr);
  return parseTrace(readFileSync(output, "utf8"), repository.root);
}
