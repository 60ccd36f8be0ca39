/** What can be wrong with the configuration, secrets and the environment. */
import assert from "node:assert/strict";
import { chmodSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REAL_SYSTEM } from "../../../src/doctor/system.ts";
import { sealText } from "../../../src/secrets/age_file.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const windows = Deno.build.os === "windows";

/** Writes the project's configuration. */
function configured(text: string) {
  return (world: World): void => world.write(world.state("config.yaml"), text, 0o644);
}

/** Writes the user's own configuration. */
function userConfigured(text: string, mode = 0o600) {
  return (world: World): void =>
    world.write(join(world.scratch.home, ".orchestrator", "config.yaml"), text, mode);
}

function secret(name: string, value: string) {
  return (world: World): void => world.secret(name, value);
}

function variables(env: Readonly<Record<string, string>>) {
  return (world: World): void => {
    Object.assign(world.env, env);
  };
}

function mode(path: string): number {
  return statSync(path).mode & 0o777;
}

/** Runs all, one after the other. */
function all(...steps: readonly Scenario["make"][]): Scenario["make"] {
  return async (world) => {
    for (const step of steps) await step(world);
  };
}

export const CONFIG: readonly Scenario[] = [
  {
    check: "config.repository",
    when: "a value is of the wrong kind",
    level: "error",
    seen: /^\.orchestrator\/config\.yaml:1:15: "lock_timeout" must be a number of seconds/,
    project: "initialised",
    make: configured("lock_timeout: soon\n"),
  },
  {
    check: "config.repository",
    when: "it is no YAML",
    level: "error",
    seen: /^\.orchestrator\/config\.yaml:\d+:\d+: /,
    project: "initialised",
    make: configured("color: [\n"),
  },
  {
    check: "config.user",
    when: "values are wrong",
    level: "error",
    seen: /^2 problems: ~\/\.orchestrator\/config\.yaml:1:8: "color" must be one of auto/,
    project: "initialised",
    make: userConfigured("color: red\nactor: [x]\n"),
  },
  {
    check: "config.environment",
    when: "a variable has a wrong value",
    level: "error",
    seen: /^ORCHESTRATOR_FEEDBACK_SYNC: it must be true or false$/,
    project: "nothing",
    make: variables({ ORCHESTRATOR_FEEDBACK_SYNC: "maybe" }),
  },
  {
    check: "config.unknown",
    when: "a key is misspelt in the project",
    level: "error",
    seen: /there is no key "feedback_sink" \(Did you mean "feedback_sync"\?\)$/,
    project: "initialised",
    make: configured("feedback_sink: true\n"),
  },
  {
    check: "config.unknown",
    when: "a key is misspelt at home",
    level: "error",
    seen: /^~\/\.orchestrator\/config\.yaml:1:1: there is no key "colour"/,
    project: "nothing",
    make: userConfigured("colour: never\n"),
  },
  {
    check: "config.old-home",
    when: "the old tool's file is there",
    level: "info",
    seen:
      /^~\/\.config\/orchestrator\/config\.yaml is read; these keys no longer have any effect: file_policies$/,
    project: "nothing",
    make: (world) =>
      world.write(
        join(world.scratch.home, ".config/orchestrator/config.yaml"),
        "file_policies: x\nfeedback_sync: 'true'\n",
      ),
  },
  {
    check: "config.permissions",
    when: "everybody can change it",
    level: "warning",
    seen: /^\.orchestrator\/config\.yaml \(mode 0666\): any user can change it$/,
    project: "initialised",
    make: all(
      configured("color: never\n"),
      (world) => chmodSync(world.state("config.yaml"), 0o666),
    ),
    fixable: true,
    after: (world) => assert.equal(mode(world.state("config.yaml")), 0o664),
    ignore: windows,
  },
  {
    check: "config.permissions",
    when: "others reach a password",
    level: "warning",
    seen:
      /^~\/\.orchestrator\/config\.yaml \(mode 0644\): it contains a secret and other users can read it$/,
    project: "initialised",
    make: userConfigured("snapshot:\n  password: correct horse\n", 0o644),
    fixable: true,
    after: (world) =>
      assert.equal(mode(join(world.scratch.home, ".orchestrator/config.yaml")), 0o600),
    ignore: windows,
  },
];

export const SECRETS: readonly Scenario[] = [
  {
    check: "secrets.required",
    when: "one is missing",
    level: "error",
    seen: /^not found in repository, global, environment: OTHER_KEY, required by the test$/,
    todo: /^Run `orchestrator secrets set /,
    project: "initialised",
    make: all(
      configured("secrets:\n  required: [API_KEY, OTHER_KEY]\n"),
      secret("API_KEY", "x1y2"),
    ),
  },
  {
    check: "secrets.readable",
    when: "one is a link",
    level: "error",
    seen: /^1 secret cannot be read: .*API_KEY": it is a symbolic link$/,
    project: "initialised",
    make: all(secret("OTHER", "x1y2z3"), (world) => {
      symlinkSync("/etc/hostname", world.state("secrets", "API_KEY"));
    }),
    ignore: windows,
  },
  {
    check: "secrets.readable",
    when: "one is locked",
    level: "info",
    seen: /^1 secret cannot be read: .*API_KEY\.age": it is encrypted with a passphrase$/,
    project: "initialised",
    make: async (world) => {
      world.secret("OTHER", "x1y2z3");
      writeFileSync(
        world.state("secrets", "API_KEY.age"),
        await sealText("value", { passphrase: "correct horse" }, 4),
        { mode: 0o600 },
      );
    },
  },
  {
    check: "secrets.permissions",
    when: "others reach a file and the folder",
    level: "error",
    seen: /^other users can access 2 files or folders of secrets: \.orchestrator\/secrets$/,
    project: "initialised",
    make: all(secret("API_KEY", "x1y2z3"), (world) => {
      chmodSync(world.state("secrets"), 0o755);
      chmodSync(world.state("secrets", "API_KEY"), 0o644);
    }),
    fixable: true,
    after: (world) => {
      assert.equal(mode(world.state("secrets")), 0o700);
      assert.equal(mode(world.state("secrets", "API_KEY")), 0o600);
    },
    ignore: windows,
  },
  {
    check: "secrets.permissions",
    when: "others than the group that shares them reach a file",
    level: "error",
    seen: /^other users can access 1 file or folder of secrets: \.orchestrator\/secrets\/API_KEY$/,
    project: "initialised",
    make: all(secret("API_KEY", "x1y2z3"), (world) => {
      chmodSync(world.state("secrets"), 0o2770);
      chmodSync(world.state("secrets", "API_KEY"), 0o664);
    }),
    fixable: true,
    after: (world) => assert.equal(mode(world.state("secrets", "API_KEY")), 0o660),
    ignore: windows,
  },
  {
    check: "secrets.permissions",
    when: "others reach a file at home",
    level: "error",
    seen:
      /^other users can access 1 file or folder of secrets: ~\/\.orchestrator\/secrets\/API_KEY$/,
    project: "nothing",
    make: (world) => {
      const folder = join(world.scratch.home, ".orchestrator", "secrets");
      world.write(join(folder, "API_KEY"), "x1y2z3", 0o640);
      chmodSync(folder, 0o700);
    },
    fixable: true,
    ignore: windows,
  },
  {
    check: "secrets.tracked",
    when: "git tracks one",
    level: "error",
    seen: /^git tracks 1 file of secrets: \.orchestrator\/secrets\/API_KEY$/,
    git: true,
    project: "initialised",
    make: all(
      secret("API_KEY", "x1y2z3"),
      (world) => world.git("add", "-f", ".orchestrator/secrets/API_KEY"),
    ),
  },
  {
    check: "secrets.empty",
    when: "one has no value",
    level: "error",
    seen: /^empty: API_KEY in \.orchestrator\/secrets\/API_KEY$/,
    project: "initialised",
    make: secret("API_KEY", " \n"),
  },
  {
    check: "secrets.whitespace",
    when: "a space was copied along",
    level: "warning",
    seen: /^API_KEY in \.orchestrator\/secrets\/API_KEY: it has leading or trailing white space$/,
    project: "initialised",
    make: secret("API_KEY", "x1y2z3 \n"),
  },
  {
    check: "secrets.placeholder",
    when: "one was never filled in",
    level: "warning",
    seen: /^the value looks like a placeholder: API_KEY in \.orchestrator\/secrets\/API_KEY$/,
    project: "initialised",
    make: secret("API_KEY", "changeme\n"),
  },
  {
    check: "secrets.placeholder",
    when: "a variable that is required was never filled in",
    level: "warning",
    seen: /^the value looks like a placeholder: variable API_KEY$/,
    project: "initialised",
    make: all(
      configured("secrets:\n  required: [API_KEY]\n"),
      variables({ API_KEY: "<your key>" }),
    ),
  },
  {
    check: "secrets.names",
    when: "a file's name is no secret's, and one hides another",
    level: "info",
    seen:
      /^API_KEY takes precedence over \.orchestrator\/secrets\/API_KEY\.age, .*\/api-key\.txt is not read$/,
    project: "initialised",
    make: all(secret("API_KEY", "x1y2z3"), secret("API_KEY.age", "x"), secret("api-key.txt", "x")),
  },
  {
    check: "secrets.names",
    when: "two differ in capitals only",
    level: "info",
    seen: /^\.orchestrator\/secrets\/token and TOKEN have the same name on many systems$/,
    project: "initialised",
    ignore: Deno.build.os !== "linux",
    make: all(secret("TOKEN", "x1y2z3"), secret("token", "x4y5z6")),
  },
  {
    check: "secrets.old-files",
    when: "the old tool's file is there",
    level: "info",
    seen: /^1 encrypted file of the old tool: \.secrets\.enc$/,
    project: "nothing",
    make: (world) => world.scratch.write(".secrets.enc", "Salted__12345678"),
  },
  {
    check: "secrets.identity",
    when: "its file is not there",
    level: "error",
    seen: /^Cannot read ".*nowhere\.txt": /,
    project: "initialised",
    make: (world) =>
      userConfigured(`secrets:\n  identity: ${join(world.scratch.home, "nowhere.txt")}\n`)(world),
  },
  {
    check: "secrets.identity",
    when: "it is no identity",
    level: "error",
    seen: /it contains no identity$/,
    project: "initialised",
    make: (world) => {
      const file = join(world.scratch.home, "key.txt");
      world.write(file, "# nothing\n", 0o600);
      userConfigured(`secrets:\n  identity: ${file}\n`)(world);
    },
  },
  {
    check: "secrets.identity",
    when: "others reach it",
    level: "warning",
    seen: /^~\/key\.txt: its mode is 0644: other users can read it$/,
    project: "initialised",
    make: (world) => {
      const file = join(world.scratch.home, "key.txt");
      world.write(file, `AGE-SECRET-KEY-1${"Q".repeat(58)}\n`, 0o644);
      userConfigured(`secrets:\n  identity: ${file}\n`)(world);
    },
    ignore: windows,
  },
];

export const ENVIRONMENT: readonly Scenario[] = [
  {
    check: "environment.agent",
    when: "the agent names no session",
    level: "info",
    seen: /does not identify its session/,
    project: "nothing",
    make: variables({ GEMINI_CLI: "1" }),
  },
  {
    check: "environment.ci",
    when: "the workflow wants approvals",
    level: "info",
    seen:
      /\(GITHUB_ACTIONS\): no person is available to give the 1 approval that workflow\.yaml requires$/,
    make: (world) => {
      variables({ GITHUB_ACTIONS: "true" })(world);
      world.edit(
        world.scratch.path("workflow.yaml"),
        (text) =>
          text.replace("name: Look at it }", "name: x, verification: { type: manual_gate } }"),
      );
    },
  },
  {
    check: "environment.ephemeral",
    when: "the disk is thrown away, and the state is only there",
    level: "warning",
    seen:
      /^this disk may be ephemeral, codespaces \(CODESPACES\), and has 1 web-incompatible feature: the state: normal mode, without a state branch$/,
    make: variables({ CODESPACES: "true" }),
  },
  {
    check: "environment.ephemeral",
    when: "settings and secrets are only there, whatever keeps the state",
    level: "warning",
    seen:
      /2 web-incompatible features: your own configuration: color, secret API_KEY in ~\/\.orchestrator\/secrets\/API_KEY$/,
    project: "initialised",
    make: all(
      variables({ CODESPACES: "true", ORCHESTRATOR_WEB_MODE: "true" }),
      userConfigured("color: never\n"),
      (world) =>
        world.write(join(world.scratch.home, ".orchestrator/secrets/API_KEY"), "x1y2z3", 0o600),
    ),
  },
  {
    check: "environment.sandbox",
    when: "settings and secrets in use are only at home",
    level: "info",
    seen: /^in use, but only in the home directory: color, secret API_KEY$/,
    project: "initialised",
    make: all(
      variables({ CODESPACES: "true" }),
      userConfigured("color: never\n"),
      configured("secrets:\n  required: [API_KEY]\n"),
      (world) =>
        world.write(join(world.scratch.home, ".orchestrator/secrets/API_KEY"), "x1y2z3", 0o600),
    ),
  },
  {
    check: "environment.home",
    when: "there is none",
    level: "info",
    seen: /HOME is not set/,
    project: "nothing",
    make: (world) => {
      world.home = undefined;
    },
  },
  {
    check: "environment.home",
    when: "it cannot be written",
    level: "info",
    seen: /^not writable$/,
    project: "nothing",
    make: (world) => {
      world.system = { ...REAL_SYSTEM, writeError: () => "EACCES" };
    },
  },
  {
    check: "environment.session",
    when: "it names no session",
    level: "error",
    seen: /^Cannot find session "nosuch": /,
    todo: /^Unset it/,
    make: variables({ ORCHESTRATOR_SESSION: "nosuch" }),
  },
  {
    check: "environment.variables",
    when: "one is misspelt",
    level: "warning",
    seen: /^possibly misspelled: ORCHESTRATOR_SESION \(did you mean ORCHESTRATOR_SESSION\?\)$/,
    project: "nothing",
    make: variables({ ORCHESTRATOR_SESION: "x" }),
  },
  {
    check: "environment.variables",
    when: "the variable of a key is misspelt",
    level: "warning",
    seen: /did you mean ORCHESTRATOR_STATE_BRANCH\?/,
    project: "nothing",
    make: variables({ ORCHESTRATOR_STATEBRANCHES: "x" }),
  },
];
