/**
 * `notify`: a person is told by a program or an address of their own.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isAgain } from "../../src/app/notify.ts";
import { isWindows } from "../../src/platform/runtime.ts";
import { Project } from "../harness/program.ts";
import { ONLY_WAITS } from "../harness/waits.ts";

/** A project whose person is told by what `target` makes of it. */
function project(target: (project: Project) => string): Project {
  const made = new Project({ "workflow.yaml": ONLY_WAITS });
  made.env["ORCHESTRATOR_NOTIFY"] = target(made);
  return made;
}

Deno.test({
  name: "a command is told once that it waits, and that it ended",
  ignore: isWindows,
  fn: async () => {
    using person = project((made) => {
      const told = made.beside("told");
      return `cat >> "${told}"; echo >> "${told}"`;
    });
    const told = person.beside("told");
    const events = () =>
      existsSync(told)
        ? readFileSync(told, "utf8").trim().split("\n").map((line) => JSON.parse(line))
        : [];
    await person.must("start", "Add login");
    assert.deepEqual(events(), []);
    await person.must("complete", "think");
    await person.must("note", "while it waits");
    assert.deepEqual(events().map(({ event }) => event), ["waiting"]);
    assert.match(
      events()[0].waiting[0].command,
      /^orchestrator approve ok --session [a-z2-7]{13}$/,
    );
    await person.must("approve", "ok", "--yes");
    await person.must("finish");
    assert.deepEqual(events().map(({ event }) => event), ["waiting", "ended"]);
  },
});

Deno.test("an address gets JSON; one that refuses is a warning without the address", async () => {
  const bodies: string[] = [];
  let status = 200;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    bodies.push(await request.text());
    return new Response("", { status });
  });
  try {
    using person = project(() => `http://127.0.0.1:${server.addr.port}/hook-token`);
    await person.must("start", "Add login");
    assert.equal((await person.must("complete", "think")).stderr, "");
    assert.equal(JSON.parse(bodies[0] ?? "").event, "waiting");
    status = 500;
    await person.must("reject", "think", "--reason", "The error cases are missing");
    const { stderr } = await person.must("complete", "think");
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
