/**
 * Secrets, told to the program in every way there is, stay where they belong; and the executable
 * opens and makes encrypted ones.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CANARIES,
  canariesIn,
  canaryFiles,
  makeCanaryFiles,
  plantCanaries,
} from "../harness/canary.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runInProcess, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const noAge = spawnSync("age", ["--version"]).error !== undefined;
const noOpenssl = spawnSync("openssl", ["version"]).error !== undefined;

const ALL = Object.values(CANARIES).join(" and ");

const WORKFLOW = `name: Leaky
phases:
  - id: DO
    name: Do
    items:
      - id: env
        name: Print the environment
        verification: { type: command, command: "printenv; exit 1" }
      - id: file
        name: Print the files
        verification: { type: command, command: "cat .orchestrator/secrets/* ~/.orchestrator/secrets/*" }
      - id: proof
        name: Prove
        step_type: documented
      - id: other
        name: Other
        step_type: flexible
`;

/** Commands that are told the secrets, or whose programs print them. */
const TOLD: readonly (readonly string[])[] = [
  ["start", `Use ${ALL}`, "--name", "leaky", "--constraint", `No ${ALL}`, "--project", ALL],
  ["note", ALL],
  ["complete", "env", "--notes", ALL],
  ["complete", "env", "--json"],
  ["complete", "file"],
  ["complete", "proof", "--evidence", JSON.stringify({ deep: [{ said: ALL }] })],
  ["complete", "proof", "--evidence", ALL],
  ["skip", "other", "--reason", `It is ${ALL}`],
  ["checkpoint", "create", "-m", ALL, "-d", ALL, "-f", ALL],
  ["feedback", "tool", "add", ALL],
  ["feedback", "process", "add", ALL],
  ["session", "rename", CANARIES.variable],
  ["status"],
  ["status", "--json"],
  ["log", "--json"],
  ["handoff"],
  ["checkpoint", "list"],
  ["feedback", "tool", "list", "--json"],
  ["config", "show", "--effective"],
  ["config", "show", "--effective", "--json"],
  ["config", "set", "color", CANARIES.variable],
  ["config", "set", "actor", "--global", `x\n${CANARIES.variable}`],
  ["status", "--set", `color=${CANARIES.global}`],
  ["validate", CANARIES.repository],
  ["start", "x", "--workflow", CANARIES.encrypted],
  [CANARIES.global],
  ["status", `--${CANARIES.global}`],
  ["session", "show", CANARIES.openssl],
  ["secrets", "list"],
  ["secrets", "list", "--json"],
  ["secrets", "doctor"],
  ["secrets", "test", "GLOBAL_KEY"],
  ["secrets", "test", "OLD_KEY", "--json"],
  ["secrets", "set", "A", CANARIES.variable],
  ["secrets", "import", "--dry-run"],
  ["env"],
  ["snapshot", "export", "-o", "state.tar.gz"],
  ["finish", "--abandon", "--reason", `Because of ${ALL}`],
];

Deno.test("whatever is told or printed, no secret gets into a journal, a file or an answer", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const env = scratchEnvironment(scratch);
  plantCanaries(scratch, env, await makeCanaryFiles(), { repository: true });
  const leaks: string[] = [];
  const results = new Map<string, Result>();
  for (const words of TOLD) {
    for (const argv of [words, [...words, "--debug"]]) {
      const result = await runInProcess(argv, { cwd: scratch.root, env });
      results.set(words.slice(0, 2).join(" "), result);
      const found = canariesIn(result.stdout + result.stderr);
      if (found.length > 0) leaks.push(`${argv.join(" ").slice(0, 60)}: ${found}`);
      const files = canaryFiles(scratch);
      if (files.length > 0) leaks.push(`${argv.join(" ").slice(0, 60)} wrote ${files.join("; ")}`);
    }
  }
  assert.deepEqual(leaks, []);
  // The commands did what they were to do: the words around the secrets are there.
  const journal = results.get("log --json")?.stdout ?? "";
  assert.match(journal, /Use \[redacted\] and \[redacted\]/);
  assert.match(journal, /CANARY_API_KEY=\[redacted\]/);
  assert.equal(results.get("snapshot export")?.code === 70, false);
  for (const [words, { code }] of results) assert.notEqual(code, 70, words);
});

Deno.test("on a terminal a command's output is shown as it comes, without secrets", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const env = scratchEnvironment(scratch);
  plantCanaries(scratch, env, await makeCanaryFiles(), { repository: true });
  const run = (...argv: readonly string[]) =>
    runInProcess(argv, { cwd: scratch.root, env, terminal: 80 });
  await run("start", "x");
  const { stderr } = await run("complete", "file");
  assert.match(stderr, /\[redacted\]/);
  assert.deepEqual(canariesIn(stderr), []);
});

Deno.test("the canaries are alive: what asks for a secret gets it", async () => {
  using scratch = new Scratch();
  const env = scratchEnvironment(scratch);
  plantCanaries(scratch, env, await makeCanaryFiles(), { repository: true });
  const get = async (name: string) =>
    (await runInProcess(["secrets", "get", name], { cwd: scratch.root, env })).stdout;
  assert.deepEqual(canariesIn(await get("REPOSITORY_KEY")), ["repository"]);
  assert.deepEqual(canariesIn(await get("GLOBAL_KEY")), ["global"]);
  assert.deepEqual(canariesIn(await get("AGE_KEY")), ["encrypted"]);
  assert.deepEqual(canariesIn(await get("CANARY_API_KEY")), ["variable"]);
  if (!noOpenssl) assert.deepEqual(canariesIn(await get("OLD_KEY")), ["openssl"]);
});

Deno.test({
  name: "the executable makes age files that age opens, and opens those of age and openssl",
  ignore: !executableAvailable || noAge || noOpenssl,
  fn: async () => {
    using scratch = new Scratch();
    const env = scratchEnvironment(scratch);
    const program = await executable();
    const run = (argv: readonly string[], stdin?: string, more: Record<string, string> = {}) =>
      runProcess(program, argv, {
        cwd: scratch.root,
        env: { ...env, ...more },
        ...(stdin === undefined ? {} : { stdin }),
      });
    const identity = join(scratch.home, "identity.txt");
    execFileSync("age-keygen", ["-o", identity], { stdio: "ignore" });
    const recipient = execFileSync("age-keygen", ["-y", identity], { encoding: "utf8" }).trim();
    const set = await run(["config", "set", "--global", "secrets.identity", "~/identity.txt"]);
    assert.equal(set.code, 0, set.stderr);

    const sealed = await run(["secrets", "set", "OURS", "--encrypt"], "value of ours\n");
    assert.equal(sealed.code, 0, sealed.stderr);
    const file = scratch.path(".orchestrator/secrets/OURS.age");
    assert.equal(
      execFileSync("age", ["-d", "-i", identity, file], { encoding: "utf8" }),
      "value of ours",
    );

    const theirs = execFileSync("age", ["-a", "-r", recipient], { input: "value of theirs\n" });
    writeFileSync(scratch.path(".orchestrator/secrets/THEIRS.age"), theirs, { mode: 0o600 });
    assert.equal((await run(["secrets", "get", "THEIRS"])).stdout, "value of theirs\n");

    const passphrase = { ORCHESTRATOR_SECRETS_PASSPHRASE: "correct horse battery" };
    const locked = await run(
      ["secrets", "set", "LOCKED", "--passphrase"],
      "locked value",
      passphrase,
    );
    assert.equal(locked.code, 0, locked.stderr);
    assert.equal(
      (await run(["secrets", "get", "LOCKED"], undefined, passphrase)).stdout,
      "locked value\n",
    );
    const wrong = await run(["secrets", "get", "LOCKED"], undefined, {
      ORCHESTRATOR_SECRETS_PASSPHRASE: "another one",
    });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /the passphrase is wrong/);

    execFileSync(
      "openssl",
      [
        "enc",
        "-aes-256-cbc",
        "-pbkdf2",
        "-salt",
        "-pass",
        "pass:old one",
        "-out",
        scratch.path(".secrets.enc"),
      ],
      { input: "OLD_KEY: value of old\n" },
    );
    const old = { SECRETS_PASSWORD: "old one" };
    assert.equal(
      (await run(["secrets", "get", "OLD_KEY"], undefined, old)).stdout,
      "value of old\n",
    );
    const bad = await run(["secrets", "get", "OLD_KEY"], undefined, { SECRETS_PASSWORD: "no" });
    assert.match(bad.stderr, /the password is wrong/);
    const imported = await run(["secrets", "import"], undefined, old);
    assert.equal(imported.code, 0, imported.stderr);
    assert.equal(
      readFileSync(scratch.path(".orchestrator/secrets/OLD_KEY"), "utf8"),
      "value of old\n",
    );

    const child = await run([
      "secrets",
      "run",
      "--only",
      "OURS",
      "--",
      "sh",
      "-c",
      'echo "$OURS"; exit 5',
    ]);
    assert.deepEqual([child.code, child.stdout], [5, "value of ours\n"]);
  },
});
