/** A repository of secrets through the commands: who may name it, what is shown, what is kept out. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recipientsOf, sealText } from "../../src/secrets/age_file.ts";
import { git, GitHttpServer, httpBackend } from "../harness/git_server.ts";
import { type InProcess, type Result, runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const VALUE = "made-up-value-of-a-repository";
const TOKEN = "made-up-token-4711";

/** A project, and a repository of secrets with `TEAM_KEY` in it. */
class World implements Disposable {
  readonly scratch = new Scratch();
  readonly bare = join(this.scratch.top, "server.git");
  readonly env: Record<string, string>;

  private constructor() {
    this.env = scratchEnvironment(this.scratch, {
      ORCHESTRATOR_SECRETS_IDENTITY: join(this.scratch.home, "identity.txt"),
    });
  }

  static async make(): Promise<World> {
    const world = new World();
    const { scratch, bare } = world;
    const { generateX25519Identity } = await import("age-encryption");
    const identity = await generateX25519Identity();
    writeFileSync(join(scratch.home, "identity.txt"), `${identity}\n`, { mode: 0o600 });
    const work = join(scratch.top, "work");
    git(scratch.top, "init", "--quiet", "--bare", "--initial-branch=main", bare);
    git(scratch.top, "clone", "--quiet", bare, work);
    const recipients = await recipientsOf([identity]);
    writeFileSync(join(work, "TEAM_KEY.age"), await sealText(`${VALUE}\n`, { recipients }));
    git(work, "add", "-A");
    git(work, "commit", "--quiet", "-m", "secrets");
    git(work, "push", "--quiet", "origin", "HEAD:main");
    return world;
  }

  get url(): string {
    return `file://${this.bare}`;
  }

  run(argv: readonly string[], more: Partial<InProcess> = {}): Promise<Result> {
    return runInProcess(argv, { cwd: this.scratch.root, env: this.env, ...more });
  }

  /** @throws when the command fails. */
  async ok(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Everything in the project's state. */
  state(): string {
    return this.scratch.exists(".orchestrator")
      ? new TextDecoder().decode(
        new Deno.Command("cat", {
          args: [...this.#files(this.scratch.path(".orchestrator"))],
        }).outputSync().stdout,
      )
      : "";
  }

  *#files(directory: string): Generator<string> {
    for (const entry of Deno.readDirSync(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory) yield* this.#files(path);
      else if (entry.isFile) yield path;
    }
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test("secrets_repo: one that a person names is used by every command about secrets", async () => {
  using world = await World.make();
  await world.ok("config", "set", "--global", "secrets_repo", world.url);
  assert.equal(await world.ok("secrets", "get", "TEAM_KEY"), `${VALUE}\n`);
  assert.match(
    await world.ok("secrets", "list"),
    /TEAM_KEY +secrets_repo +age +TEAM_KEY\.age in file:\/\//,
  );
  assert.match(
    await world.ok("secrets", "test", "TEAM_KEY"),
    /secrets_repo, TEAM_KEY\.age in .*29 char/s,
  );
  assert.match(await world.ok("secrets", "doctor"), /server\.git: 1 secret\n/);
  assert.match(
    await world.ok("secrets", "run", "--", "printenv", "TEAM_KEY"),
    /^made-up-value-of-a-repository\n$/,
  );
  assert.match(
    await world.ok("config", "show", "--effective"),
    /secrets_repo: file:\/\/.*\(from: file ~\/\.orchestrator\/config\.yaml:1:15\)/,
  );
  // In front of it stands what is nearer.
  const set = await world.run(["secrets", "set", "TEAM_KEY"], { stdin: "a-nearer-value\n" });
  assert.equal(set.code, 0, set.stderr);
  assert.equal(await world.ok("secrets", "get", "TEAM_KEY"), "a-nearer-value\n");
  assert.match(await world.ok("secrets", "list"), /TEAM_KEY +repository .*over TEAM_KEY\.age in/);
  const doctor = await world.run(["secrets", "doctor", "--set", "secrets.order=repository"]);
  assert.match(doctor.stdout, /is not searched: secrets\.order does not list secrets_repo/);
});

Deno.test("secrets_repo: its values are kept out of the journal and of answers", async () => {
  using world = await World.make();
  world.env["ORCHESTRATOR_SECRETS_REPO"] = world.url;
  world.scratch.write(
    "workflow.yaml",
    `name: Leaky
phases:
  - id: DO
    name: Do
    items:
      - id: say
        name: Say it
        verification: { type: command, command: "printf made-up-value-of; printf -- -a-repository; exit 1" }
`,
  );
  await world.ok("secrets", "get", "TEAM_KEY");
  await world.ok("start", `Use ${VALUE}`);
  await world.ok("note", `It is ${VALUE}`);
  const said = await world.run(["complete", "say", "--json"]);
  for (const text of [world.state(), said.stdout, said.stderr, await world.ok("log")]) {
    assert.ok(!text.includes(VALUE), text.slice(0, 500));
  }
  assert.match(world.state(), /It is \[redacted\]/);
});

Deno.test("secrets_repo: one that the repository's file names waits for a person, and so does its server", async () => {
  using world = await World.make();
  world.scratch.write(".orchestrator/config.yaml", `secrets_repo: ${world.url}\n`);
  const before = await world.run(["secrets", "get", "TEAM_KEY"]);
  assert.equal(before.code, 4);
  assert.match(before.stderr, /Cannot use secrets_repo: .*no person has confirmed it/);
  assert.match(before.stderr, /orchestrator trust add secrets_repo file:/);
  assert.match((await world.run(["secrets", "doctor"])).stdout, /no person has confirmed it/);
  assert.match(await world.ok("trust", "list"), /Not confirmed: secrets_repo/);
  const asked = await world.run(["trust", "add", "secrets_repo", world.url], {
    env: { ...world.env, CLAUDECODE: "1" },
  });
  assert.notEqual(asked.code, 0);
  await world.ok("trust", "add", "secrets_repo", world.url);
  assert.equal(await world.ok("secrets", "get", "TEAM_KEY"), `${VALUE}\n`);
});

Deno.test({
  name:
    "secrets_repo: credentials in an address are shown nowhere, and those of a repository's file not used",
  ignore: httpBackend === null,
  fn: async () => {
    using world = await World.make();
    await using server = new GitHttpServer(world.bare);
    const address = server.url.replace("http://", `http://anna:${TOKEN}@`);
    world.env["ORCHESTRATOR_SECRETS_REPO"] = address;
    const printed: string[] = [];
    for (
      const argv of [
        ["secrets", "get", "TEAM_KEY"],
        ["secrets", "list", "--json"],
        ["secrets", "test", "TEAM_KEY", "--json"],
        ["secrets", "doctor"],
        ["config", "show", "--effective"],
        ["config", "show", "--effective", "--json"],
        ["config", "get", "secrets_repo"],
        ["config", "get", "secrets_repo", "--json"],
        ["doctor"],
        ["start", "Work"],
        ["note", `with ${TOKEN}`],
      ]
    ) {
      const { stdout, stderr } = await world.run(argv);
      printed.push(stdout, stderr);
    }
    server.mood = "forbids all";
    const later = new Date(Date.now() + 5 * 60_000);
    for (const argv of [["secrets", "get", "NONE"], ["secrets", "doctor", "--debug"]]) {
      const { stdout, stderr } = await world.run(argv, { now: later });
      printed.push(stdout, stderr);
    }
    const all = [...printed, world.state()].join("\n");
    assert.ok(!all.includes(TOKEN), all.split("\n").find((line) => line.includes(TOKEN)));
    assert.match(all, /403/);
    delete world.env["ORCHESTRATOR_SECRETS_REPO"];
    mkdirSync(world.scratch.path(".orchestrator"), { recursive: true });
    world.scratch.write(".orchestrator/config.yaml", `secrets_repo: ${address}\n`);
    const claims = await world.run(["trust", "list"]);
    assert.match(claims.stdout, /secrets_repo "http:\/\/127\.0\.0\.1/);
    const refused = await world.run(["secrets", "get", "NONE"]);
    for (const text of [claims.stdout, refused.stderr]) assert.ok(!text.includes(TOKEN), text);
  },
});

Deno.test({
  name: "secrets_repo: a home folder that cannot hold a copy still has the secrets",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using world = await World.make();
    world.env["ORCHESTRATOR_SECRETS_REPO"] = world.url;
    writeFileSync(join(world.scratch.home, ".cache"), "in its place");
    chmodSync(world.scratch.home, 0o500);
    assert.equal(await world.ok("secrets", "get", "TEAM_KEY"), `${VALUE}\n`);
    chmodSync(world.scratch.home, 0o700);
  },
});
