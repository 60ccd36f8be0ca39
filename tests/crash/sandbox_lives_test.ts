/**
 * Many short lives of a sandbox in a row: each begins with a fresh clone, goes on where the last one
 * was acknowledged to be, and is killed at any moment. `LIVES=200`
 * sets how many.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { tell, times } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git, makeBare } from "../harness/git_server.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const LIVES = Number(process.env["LIVES"] ?? times(200, 12));

/** A life is killed this many milliseconds after its push began, at most. */
const LONGEST_MS = 400;

const missing = spawnSync("git", ["--version"]).error !== undefined || !executableAvailable ||
  Deno.build.os === "windows";
if (missing) {
  console.log("The lives of a sandbox skip: there is no git, no executable or no SIGKILL");
}

Deno.test({
  name: `${LIVES} lives of a sandbox: every acknowledged phase survives`,
  ignore: missing,
  fn: async () => {
    using scratch = new Scratch();
    const program = await executable();
    const bare = makeBare(scratch.top);
    const workflow = join(scratch.top, "long.yaml");
    const phases = Array.from({ length: LIVES + 2 }, (_, number) => `P${number}`);
    writeFileSync(
      workflow,
      `name: Long\nphases:\n${
        phases.map((id) => `  - { id: ${id}, name: ${id}, items: [{ id: i${id}, name: Do }] }\n`)
          .join("")
      }`,
    );
    const env = scratchEnvironment(scratch, { ORCHESTRATOR_WEB_MODE: "true" });
    const run = (root: string, ...args: string[]) => {
      const ended = spawnSync(program, args, { cwd: root, env, encoding: "utf8" });
      return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
    };
    const must = (root: string, ...args: string[]) => {
      const ended = run(root, ...args);
      assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`);
      return ended;
    };
    const phaseOf = (root: string) => {
      const { data } = JSON.parse(must(root, "status", "--json").stdout);
      return phases.indexOf(data.phase);
    };

    let acknowledged = 0;
    let killed = 0;
    for (let life = 0; life < LIVES; life++) {
      const root = join(scratch.top, `life-${life}`);
      git(scratch.top, "clone", "--quiet", bare, root);
      if (life === 0) must(root, "start", "Survive", "--workflow", workflow);
      const at = phaseOf(root);
      assert.ok(
        at >= acknowledged,
        `life ${life} stands at ${at}, ${acknowledged} was acknowledged`,
      );
      must(root, "complete", `iP${at}`);
      if (life % 3 === 0) {
        const advanced = must(root, "advance");
        if (advanced.stderr === "") acknowledged = at + 1;
      } else {
        const child = new Deno.Command(program, {
          args: ["advance"],
          cwd: root,
          clearEnv: true,
          env,
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        const timer = setTimeout(() => {
          try {
            child.kill("SIGKILL");
          } catch {
            // It has ended by itself.
          }
        }, Math.random() * LONGEST_MS);
        const ended = await child.output();
        clearTimeout(timer);
        if (ended.success && ended.stderr.length === 0) acknowledged = at + 1;
        else killed += 1;
        // What was killed leaves a repository that goes on by itself.
        must(root, "log", "verify", "--all");
        git(root, "fsck", "--no-dangling", "--no-progress");
      }
      rmSync(root, { recursive: true });
    }
    const last = join(scratch.top, "last");
    git(scratch.top, "clone", "--quiet", bare, last);
    assert.ok(phaseOf(last) >= acknowledged);
    must(last, "state", "pull");
    must(last, "log", "verify", "--all");
    const { data } = JSON.parse(must(last, "session", "list", "--json").stdout);
    assert.equal(data.total, 1, "the session never diverged");
    git(bare, "fsck", "--no-dangling", "--no-progress");
    tell("lives of a sandbox", LIVES);
    console.log(`  ${LIVES} lives, ${killed} killed, ${acknowledged} phases acknowledged`);
  },
});
