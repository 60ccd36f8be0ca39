/**
 * `notify`: a person is told by a program or an address of their own.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAgain } from "../../src/app/notify.ts";
import { isWindows } from "../../src/platform/runtime.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const WORKFLOW = `name: Waits
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: ok, name: Ok, step_type: gate, verification: { type: manual_gate, description: read } }
`;

/** A project whose person is told by `target`. */
function project(scratch: Scratch, target: string) {
  const root = scratch.top;
  writeFileSync(join(root, "workflow.yaml"), WORKFLOW);
  const env = scratchEnvironment(scratch, { ORCHESTRATOR_NOTIFY: target });
  return async (...argv: string[]) => {
    const result = await runInProcess(argv, { cwd: root, env });
    assert.equal(result.code, 0, result.stderr);
    return result;
  };
}

Deno.test({
  name: "a command is told once that it waits, and that it ended",
  ignore: isWindows,
  fn: async () => {
    using scratch = new Scratch();
    const told = join(scratch.top, "told");
    const run = project(scratch, `cat >> "${told}"; echo >> "${told}"`);
    const events = () =>
      existsSync(told)
        ? readFileSync(told, "utf8").trim().split("\n").map((line) => JSON.parse(line))
        : [];
    await run("start", "Add login");
    assert.deepEqual(events(), []);
    await run("complete", "think");
    await run("note", "while it waits");
    assert.deepEqual(events().map(({ event }) => event), ["waiting"]);
    assert.match(
      events()[0].waiting[0].command,
      /^orchestrator approve ok --session [a-z2-7]{13}$/,
    );
    await run("approve", "ok", "--yes");
    await run("finish");
    assert.deepEqual(events().map(({ event }) => event), ["waiting", "ended"]);
  },
});

Deno.test("an address gets JSON; one that refuses is a warning without the address", async () => {
  using scratch = new Scratch();
  const bodies: string[] = [];
  let status = 200;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    bodies.push(await request.text());
    return new Response("", { status });
  });
  try {
    const run = project(scratch, `http://127.0.0.1:${server.addr.port}/hook-token`);
    await run("start", "Add login");
    assert.equal((await run("complete", "think")).stderr, "");
    assert.equal(JSON.parse(bodies[0] ?? "").event, "waiting");
    status = 500;
    await run("reject", "think", "--reason", "The error cases are missing");
    const { stderr } = await run("complete", "think");
    assert.match(stderr, /^warning: No person was notified: the server answers 500$/m);
    assert.doesNotMatch(stderr, /hook-token/);
  } finally {
    await server.shutdown();
  }
});

Deno.test("a person is told again each time that so many minutes have passed", () => {
  const since = "2026-11-27T10:00:00.000Z";
  const at = (minutes: number) => new Date(Date.parse(since) + minutes * 60_000);
  const again = (from: number, to: number, minutes = 30) =>
    isAgain({ since }, { from: at(from), to: at(to), minutes });
  assert.equal(again(0, 29.9), false);
  assert.equal(again(29, 31), true);
  assert.equal(again(31, 59), false);
  assert.equal(again(59, 61), true);
  assert.equal(again(29, 31, 0), false);
});
