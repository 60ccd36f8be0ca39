/** Questions and interruptions on a real terminal, which `script(1)` makes. */
import assert from "node:assert/strict";
import { denoDirectory } from "../../harness/deno_directory.ts";
import { runInProcess, startInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** Only the one of util-linux takes a command like this. */
const hasTerminals = Deno.build.os === "linux" && canRun("script", ["--version"]);
if (!hasTerminals) console.log("skipped: a question on a terminal (it needs script(1))");

function canRun(program: string, args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...args] }).outputSync().success;
  } catch {
    return false;
  }
}

for (const [key, typed] of [["Escape", "\x1b"], ["Ctrl-C", "\x03"]] as const) {
  Deno.test({
    name: `${key} at a question shows no struck answer, and nothing is done`,
    ignore: !hasTerminals,
    fn: async () => {
      using scratch = new Scratch();
      const env = scratchEnvironment(scratch);
      for (const argv of [["start", "Ask me"], ["checkpoint", "create"]]) {
        assert.equal((await runInProcess(argv, { cwd: scratch.root, env })).code, 0);
      }
      // A terminal without a size has no room for the question.
      const line =
        `stty cols 80 rows 24; exec ${Deno.execPath()} run --quiet -A ${MAIN} checkpoint restore cp1`;
      const child = new Deno.Command("script", {
        args: ["-qec", line, "/dev/null"],
        cwd: scratch.root,
        env: { ...env, TERM: "xterm", ...denoDirectory(), COLUMNS: "80" },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
      const keyboard = child.stdin.getWriter();
      let seen = "";
      let pressed = false;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        seen += chunk;
        // The last character of the question: what comes before does not listen yet.
        if (!pressed && seen.includes("└")) {
          pressed = true;
          await keyboard.write(new TextEncoder().encode(typed));
        }
      }
      const { code } = await child.status;
      clearTimeout(timer);
      await keyboard.close().catch(() => {});
      assert.equal(code, 130, seen);
      assert.ok(pressed, seen);
      // The library marks a question that it cancelled itself, above the struck answer.
      assert.doesNotMatch(seen, /■/, "the library has shown a struck answer");
      // deno-lint-ignore no-control-regex
      assert.match(seen.replace(/\x1b\[[\d;?]*[a-zA-Z]/g, ""), /\nerror: Cannot restore "cp1"/);
    },
  });
}

Deno.test("the message of an interruption stands in a line of its own", async () => {
  using scratch = new Scratch();
  const env = scratchEnvironment(scratch, { NO_COLOR: "1" });
  const surroundings = { cwd: scratch.root, env, terminal: 80 };
  assert.equal((await runInProcess(["start", "Follow me"], surroundings)).code, 0);
  const running = startInProcess(["log", "--follow"], surroundings);
  await new Promise((resolve) => setTimeout(resolve, 100));
  running.interrupt("SIGINT");
  const { code, stderr } = await running.result;
  assert.equal(code, 130);
  assert.match(stderr, /^\nerror: /);
});
