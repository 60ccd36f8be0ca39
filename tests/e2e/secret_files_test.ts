/** Files of secrets that the configuration names, through the commands. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { git } from "../harness/git_server.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const VALUE = "made-up-value-of-a-file";
const ENV_FILE = `# for tests\nexport TEAM_KEY='${VALUE}'\nNODE_ENV=production\n`;

function world(scratch: Scratch) {
  const env = scratchEnvironment(scratch);
  const run = (...argv: string[]) => runInProcess(argv, { cwd: scratch.root, env });
  const ok = async (...argv: string[]) => {
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    return stdout;
  };
  return { env, run, ok };
}

Deno.test("secrets.files: a .env file that a person names is a place for secrets", async () => {
  using scratch = new Scratch({ ".env": ENV_FILE });
  const { ok, run } = world(scratch);
  chmodSync(scratch.path(".env"), 0o600);
  await ok("config", "set", "--global", "secrets.files", ".env,.env.local");
  assert.equal(await ok("secrets", "get", "TEAM_KEY"), `${VALUE}\n`);
  assert.match(await ok("secrets", "list"), /TEAM_KEY +files +\.env +\.env\n/);
  assert.match(await ok("secrets", "test", "TEAM_KEY"), /TEAM_KEY: files, \.env \(env\)/);
  assert.equal(await ok("secrets", "run", "--", "printenv", "TEAM_KEY"), `${VALUE}\n`);
  const doctor = await ok("secrets", "doctor");
  assert.match(doctor, /\.env: opens, 2 secrets/);
  assert.match(doctor, /\.env\.local: it does not exist/);
  assert.match(
    await ok("config", "show", "--effective"),
    /secrets\.files: \.env, \.env\.local \(from: file ~\/\.orchestrator/,
  );
  chmodSync(scratch.path(".env"), 0o644);
  assert.match(await ok("secrets", "doctor"), /\.env: its mode is 0644: other users can read it/);
  scratch.write(".env", "TEAM_KEY=\nwrong line\n");
  const broken = await run("secrets", "get", "TEAM_KEY");
  assert.equal(broken.code, 4);
  assert.match(broken.stderr, /Cannot read "\.env": line 2: it is not NAME=value/);
});

Deno.test("secrets.files: values are kept out of the journal and of answers", async () => {
  using scratch = new Scratch({
    ".env": ENV_FILE,
    "workflow.yaml": `name: Leaky
phases:
  - id: DO
    name: Do
    items:
      - id: say
        name: Say it
        verification: { type: command, command: "cut -d\\\\' -f2 .env; exit 1" }
`,
  });
  const { ok, run, env } = world(scratch);
  env["ORCHESTRATOR_SECRETS_FILES"] = ".env";
  await ok("start", `Use ${VALUE} in production`);
  await ok("note", `It is ${VALUE}`);
  const said = await run("complete", "say", "--json");
  const journal = journals(scratch);
  for (const text of [journal, said.stdout, said.stderr, await ok("log")]) {
    assert.ok(!text.includes(VALUE), text.slice(0, 400));
  }
  assert.match(journal, /Use \[redacted\] in production/);
});

/** The journals of a project. */
function journals(scratch: Scratch): string {
  return [...Deno.readDirSync(scratch.path(".orchestrator/sessions"))]
    .map(({ name }) => scratch.read(`.orchestrator/sessions/${name}/log.jsonl`)).join("\n");
}

Deno.test("secrets.files: a .env file that git tracks is refused", async () => {
  using scratch = new Scratch({ ".env": ENV_FILE });
  const { ok, run } = world(scratch);
  git(scratch.root, "init", "--quiet");
  git(scratch.root, "add", ".env");
  await ok("config", "set", "--global", "secrets.files", ".env");
  const { code, stderr } = await run("secrets", "get", "TEAM_KEY");
  assert.equal(code, 7);
  assert.match(stderr, /git tracks "\.env"/);
});

Deno.test("secrets.files: those that the repository's file names wait for a person", async () => {
  using scratch = new Scratch({
    ".env": ENV_FILE,
    ".orchestrator/config.yaml": "secrets:\n  files: [.env, ../other/.env]\n",
  });
  const { ok, run } = world(scratch);
  const before = await run("secrets", "get", "TEAM_KEY");
  assert.equal(before.code, 4);
  assert.match(
    before.stderr,
    /Cannot use secrets\.files: .*`orchestrator trust add secrets\.files \.env,\.\.\/other\/\.env`/,
  );
  // Nor does it take words out of the record.
  await ok("start", `Use ${VALUE}`);
  assert.match(journals(scratch), new RegExp(VALUE));
  await ok("trust", "add", "secrets.files", ".env,../other/.env");
  assert.equal(await ok("secrets", "get", "TEAM_KEY"), `${VALUE}\n`);
  // Another list is another claim.
  scratch.write(".orchestrator/config.yaml", "secrets:\n  files: [.env]\n");
  assert.equal((await run("secrets", "get", "TEAM_KEY")).code, 4);
});
