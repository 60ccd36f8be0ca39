/** A command that reads all sessions does not fail when another process removes some of them. */
import assert from "node:assert/strict";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runInProcess, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const SESSIONS = 40;

for (const argv of [["log", "verify", "--all"], ["doctor", "--offline", "--json"]]) {
  Deno.test({
    name: `${argv.join(" ")} while sessions are removed`,
    ignore: !executableAvailable,
    async fn() {
      using scratch = new Scratch();
      const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
      const must = async (...command: string[]) => {
        const { code, stderr } = await runInProcess(command, surroundings);
        assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
      };
      await must("init");
      await must("start", "Stays");
      for (let number = 0; number < SESSIONS; number++) {
        await must("start", `Goes ${number}`, "--name", `goes-${number}`);
        await must("session", "end", `goes-${number}`, "--reason", "it was only made to go");
      }
      const program = await executable();
      let over = false;
      const remove = async () => {
        try {
          for (let number = 0; number < SESSIONS; number++) {
            const command = ["session", "remove", `goes-${number}`, "--yes"];
            const { code, stderr } = await runProcess(program, command, surroundings);
            assert.equal(code, 0, stderr);
          }
        } finally {
          over = true;
        }
      };
      const look = async () => {
        let looks = 0;
        while (!over) {
          const { code, stdout, stderr } = await runProcess(program, argv, surroundings);
          looks += 1;
          if (argv[0] === "log") assert.equal(code, 0, stderr);
          else {
            const { findings } = JSON.parse(stdout).data;
            const failed = findings.filter(({ area, level }: { area: string; level: string }) =>
              level === "error" && ["sessions", "locks", "layout"].includes(area)
            );
            assert.deepEqual(failed, []);
          }
        }
        return looks;
      };
      const [looks] = await Promise.all([look(), remove()]);
      assert.ok(looks > 3, `${looks} looks`);
    },
  });
}
