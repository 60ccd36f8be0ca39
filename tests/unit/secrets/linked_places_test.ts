/** Files of the old tool's secrets behind links: a link says nothing of what is in it. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

async function found(scratch: Scratch): Promise<string> {
  const { stdout } = await runInProcess(["doctor", "--json", "--verbose"], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
  });
  const { findings } = JSON.parse(stdout).data;
  return findings.find(({ check }: { check: string }) => check === "secrets.old-files").message;
}

/** What is linked, and how many files of secrets there are. */
const LINKS: Readonly<Record<string, readonly [(scratch: Scratch) => void, RegExp]>> = {
  "the state directory, to an empty one": [(scratch) => {
    mkdirSync(scratch.path("victim"));
    symlinkSync("victim", scratch.path(".orchestrator"));
  }, /^none$/],
  "the folder of secrets, to an empty one": [(scratch) => {
    mkdirSync(scratch.path("victim"));
    mkdirSync(scratch.path(".orchestrator"));
    symlinkSync("../victim", scratch.path(".orchestrator/secrets"));
  }, /^none$/],
  "the state directory, to one that has a file": [(scratch) => {
    scratch.write("victim/secrets/.secrets.enc", "Salted__");
    symlinkSync("victim", scratch.path(".orchestrator"));
  }, /^1 encrypted file of the old tool: \.orchestrator\/secrets\/\.secrets\.enc$/],
  "the file, to nothing": [(scratch) => {
    mkdirSync(scratch.path(".orchestrator/secrets"), { recursive: true });
    symlinkSync("missing", scratch.path(".orchestrator/secrets/.secrets.enc"));
  }, /^1 encrypted file of the old tool: \.orchestrator\/secrets\/\.secrets\.enc$/],
};

for (const [name, [link, seen]] of Object.entries(LINKS)) {
  Deno.test({
    name: `old secrets that doctor names are there: linked is ${name}`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      using scratch = new Scratch();
      link(scratch);
      assert.match(await found(scratch), seen);
    },
  });
}
