/**
 * Two users of one group work on one project, with the umask that such repositories are used with.
 * Needs root, to become them.
 */
import assert from "node:assert/strict";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const GROUP = 77_000;
const USERS = { anna: 77_001, ben: 77_002 } as const;

const WORKFLOW = `name: shared
phases:
  - id: PLAN
    name: Plan
    items:
      - {id: plan, name: Plan it}
      - {id: check, name: Check it, verification: {type: command, command: "true"}}
  - id: BUILD
    name: Build
    items:
      - {id: build, name: Build it}
`;

async function canBecomeOthers(): Promise<boolean> {
  if (Deno.build.os !== "linux" || process.getuid?.() !== 0) return false;
  try {
    const args = ["--reuid", `${USERS.anna}`, "--regid", `${GROUP}`, "--clear-groups", "true"];
    return (await new Deno.Command("setpriv", { args }).output()).success;
  } catch {
    return false;
  }
}

const possible = executableAvailable && await canBecomeOthers();

/** A project that belongs to the first user and the group. */
class Shared implements Disposable {
  readonly scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    chmodSync(this.scratch.top, 0o755);
    chownSync(this.scratch.root, USERS.anna, GROUP);
    chmodSync(this.scratch.root, 0o2775);
    for (const [name, id] of Object.entries(USERS)) {
      mkdirSync(join(this.scratch.top, name));
      chownSync(join(this.scratch.top, name), id, id);
    }
  }

  run(user: keyof typeof USERS, ...argv: string[]): Promise<Result> {
    const id = `${USERS[user]}`;
    const env = scratchEnvironment(this.scratch, {
      HOME: join(this.scratch.top, user),
      USER: user,
    });
    return runProcess("setpriv", [
      ...["--reuid", id, "--regid", id, "--groups", `${GROUP}`],
      ...["sh", "-c", 'umask 002; exec "$@"', "sh", this.#file, ...argv],
    ], { cwd: this.scratch.root, env, stdin: "a made-up value" });
  }

  async must(user: keyof typeof USERS, ...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(user, ...argv);
    assert.equal(code, 0, `${user}: ${argv.join(" ")}\n${stderr}`);
    return stdout;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** Paths below a folder with their permission bits. */
function modes(folder: string, below = ""): readonly (readonly [string, number])[] {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    const stat = lstatSync(join(folder, path));
    const own = [path, stat.mode & 0o777] as const;
    return stat.isDirectory() ? [own, ...modes(folder, path)] : [own];
  });
}

Deno.test({
  name: "two users of a group work on one project (skips where it cannot become them)",
  ignore: !possible,
  fn: async () => {
    using shared = new Shared(await executable());
    await shared.must("anna", "init");
    await shared.must("anna", "start", "Build a bridge", "--name", "bridge");
    await shared.must("ben", "complete", "plan");
    await shared.must("ben", "note", "The river is wide");
    await shared.must("ben", "feedback", "tool", "add", "quick");
    await shared.must("ben", "checkpoint", "create", "--message", "half way");
    await shared.must("anna", "feedback", "tool", "add", "and calm");
    await shared.must("anna", "complete", "check");
    await shared.must("ben", "advance");
    await shared.must("ben", "start", "Paint it", "--name", "paint");
    await shared.must("anna", "session", "use", "bridge");
    await shared.must("anna", "init", "--portable");
    await shared.must("ben", "init", "--normal");

    // Only its owner can read a secret, and it blocks no one else.
    await shared.must("anna", "secrets", "set", "DEPLOY_KEY");
    await shared.must("ben", "complete", "build");
    await shared.must("ben", "session", "use", "bridge");
    const refused = await shared.run("ben", "secrets", "set", "OTHER_KEY");
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stderr, /^error: Cannot .*permission/m);
    assert.match(
      refused.stderr,
      /^hint: Ask the folder's owner to run `orchestrator secrets share`$/m,
    );

    await shared.must("anna", "finish");
    await shared.must("ben", "session", "end", "paint", "--reason", "It rains all the time");
    await shared.must("ben", "session", "remove", "bridge", "--yes");
    await shared.must("anna", "session", "remove", "paint", "--yes", "--all");
    await shared.must("anna", "start", "Build another");
    await shared.must("ben", "complete", "plan");
    await shared.must("ben", "log", "verify");

    const secret = /^secrets(?:$|\/[^.])/;
    for (const [path, mode] of modes(shared.scratch.path(".orchestrator"))) {
      if (secret.test(path)) assert.equal(mode & 0o077, 0, `${path} is for its owner only`);
      else if (!path.startsWith("secrets/")) {
        assert.equal(mode & 0o060, 0o060, `${path} is the group's too: ${mode.toString(8)}`);
      }
    }
    const doctor = await shared.run("ben", "doctor", "--check", "project.owner", "--json");
    assert.equal(JSON.parse(doctor.stdout).data.findings[0].level, "ok", doctor.stdout);
  },
});

Deno.test({
  name: "two users of a group share the secrets of a project (skips where it cannot become them)",
  ignore: !possible,
  fn: async () => {
    using shared = new Shared(await executable());
    await shared.must("anna", "init");
    await shared.must("anna", "secrets", "set", "FIRST_KEY");
    const forbidden = await shared.run("ben", "secrets", "share");
    assert.equal(forbidden.code, 1, forbidden.stderr);
    assert.notEqual((await shared.run("ben", "secrets", "get", "FIRST_KEY")).code, 0);
    await shared.must("anna", "secrets", "share");
    await shared.must("anna", "secrets", "set", "SECOND_KEY");
    await shared.must("ben", "secrets", "set", "THIRD_KEY");
    await shared.must("ben", "secrets", "set", "FIRST_KEY");
    for (const user of ["anna", "ben"] as const) {
      for (const name of ["FIRST_KEY", "SECOND_KEY", "THIRD_KEY"]) {
        assert.equal(await shared.must(user, "secrets", "get", name), "a made-up value\n");
      }
      const doctor = await shared.run(user, "doctor", "--check", "secrets.permissions", "--json");
      const [check] = JSON.parse(doctor.stdout).data.findings;
      assert.deepEqual([check.level, check.message], ["ok", "shared with the group"]);
    }
    await shared.must("ben", "secrets", "remove", "SECOND_KEY", "--yes");
    // A user outside the group can access nothing.
    const folder = shared.scratch.path(".orchestrator/secrets");
    for (const [path, mode] of [["", lstatSync(folder).mode & 0o777] as const, ...modes(folder)]) {
      if (path !== ".gitignore") assert.equal(mode & 0o007, 0, path);
    }
    // It ends as it began, but for what another person owns.
    const off = await shared.run("anna", "secrets", "share", "--off");
    assert.equal(off.code, 0, off.stderr);
    assert.equal(lstatSync(folder).mode & 0o077, 0);
    assert.notEqual((await shared.run("ben", "secrets", "get", "FIRST_KEY")).code, 0);
  },
});
