/**
 * A sandbox works, waits and is destroyed; a person approves in another clone; a new sandbox goes on. Over
 * smart HTTP, with the executable, and with each command killed once before it is run again.
 */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { GitHttpServer, httpBackend } from "../harness/git_server.ts";
import { Killed } from "../harness/killed.ts";
import { Machines } from "../harness/machines.ts";
import { WAITS } from "../harness/waits.ts";

/** Milliseconds after which commands are killed: while they read, write, and talk to the server. */
const DELAYS = [15, 60, 250, 600];

interface Standing {
  readonly session: string;
  readonly phase: string | null;
  readonly status: string;
  readonly atRisk?: unknown;
}

/** Starts a session, unless the killed start has made it. */
async function begin(sandbox: Killed): Promise<string> {
  const argv = ["start", "Add login", "--workflow", "waits.yaml"];
  await sandbox.kill(...argv);
  const { sessions } = await sandbox.data<{ sessions: { session: string }[] }>("session", "list");
  if (sessions.length === 0) await sandbox.must(...argv);
  return (await sandbox.data<Standing>("status")).session;
}

for (const delay of DELAYS) {
  Deno.test({
    name: `an approval elsewhere, each command killed after ${delay} ms and run again`,
    ignore: !executableAvailable || httpBackend === null,
    fn: async () => {
      const program = await executable();
      using machines = new Machines();
      await using server = new GitHttpServer(machines.bare);
      const machine = (name: string) => {
        const { root, env } = machines.clone(name, { url: server.url });
        env["ORCHESTRATOR_STATE_PUSH_TIMEOUT"] = "60";
        return new Killed({ root, env, file: program }, delay);
      };
      const sandbox = machine("first");
      writeFileSync(join(sandbox.root, "waits.yaml"), WAITS);
      const session = await begin(sandbox);
      await sandbox.does("complete", "think");
      assert.equal((await sandbox.data<Standing>("status")).atRisk, undefined);
      rmSync(sandbox.root, { recursive: true, force: true });

      const person = machine("desk");
      delete person.env["ORCHESTRATOR_WEB_MODE"];
      await person.does("inbox");
      const { items } = await person.data<{ items: { session: string; argv: string[] }[] }>(
        "inbox",
      );
      assert.deepEqual(items.map((item) => item.session), [session]);
      await person.does(...items[0]?.argv ?? [], "--yes");

      const next = machine("next");
      await next.kill("wait", "--for", "approval");
      // What was approved before is not waited for: the line names what comes next.
      const waited = await next.run("wait", "--for", "approval");
      assert.match(waited.stdout, /; next: orchestrator advance$/m, waited.stderr);
      await next.kill("advance");
      const { phase } = await next.data<Standing>("status");
      if (phase === "PLAN") await next.must("advance");
      await next.does("complete", "build");
      await next.kill("finish");
      // Where the killed one has finished it, the second is refused, and pushes what was not.
      const again = await next.run("finish");
      assert.ok(again.code === 0 || /the workflow is finished/.test(again.stderr), again.stderr);
      const ended = await next.data<Standing>("status", "--session", session);
      assert.deepEqual([ended.status, ended.atRisk], ["completed", undefined]);
      await next.must("log", "verify", "--all");

      // A third machine knows one session, whole: nothing went two ways.
      const last = machine("last");
      await last.must("state", "pull", "--all");
      const { sessions } = await last.data<{ sessions: { session: string; status: string }[] }>(
        "session",
        "list",
      );
      assert.deepEqual(
        sessions.map((row) => [row.session, row.status]),
        [[session, "completed"]],
      );
      await last.must("log", "verify", "--all");
    },
  });
}
