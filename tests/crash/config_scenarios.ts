/**
 * Scenarios of the commands that change the configuration and secrets.
 * @module
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";

const CONFIG = "# ours\ncolor: never   # in logs\nsecrets:\n  required: [A_KEY]\n";

const PASSWORD = "correct horse battery";

async function started(repository: Repository): Promise<void> {
  repository.write("workflow.yaml", "name: Small\nsteps:\n  - name: Do it\n");
  await repository.must("start", "Survive", "--name", "main");
  repository.write(".orchestrator/config.yaml", CONFIG);
}

/** A file of the old tool with two secrets. */
async function withOldFile(repository: Repository): Promise<void> {
  await started(repository);
  execFileSync(
    "openssl",
    [
      ...["enc", "-aes-256-cbc", "-pbkdf2", "-salt", "-pass", `pass:${PASSWORD}`],
      ...["-out", join(repository.root, ".secrets.enc")],
    ],
    { input: "A_KEY: value number one\nB_KEY: value number two\n" },
  );
}

export const CONFIG_SCENARIOS: readonly Scenario[] = [
  {
    name: "config set",
    command: "config set",
    prepare: started,
    argv: ["config", "set", "lock_timeout", "12"],
  },
  {
    name: "config set where there is no file",
    command: "config set",
    prepare: async (repository) => {
      repository.write("workflow.yaml", "name: Small\nsteps:\n  - name: Do it\n");
      await repository.must("start", "Survive", "--name", "main");
    },
    argv: ["config", "set", "secrets.order", "global"],
  },
  {
    name: "config unset",
    command: "config unset",
    prepare: started,
    argv: ["config", "unset", "color"],
  },
  {
    name: "secrets share",
    command: "secrets share",
    prepare: async (repository) => {
      await withOldFile(repository);
      await repository.spawn(repository.executable, ["secrets", "import"], {
        SECRETS_PASSWORD: PASSWORD,
      });
    },
    argv: ["secrets", "share"],
  },
  {
    name: "secrets import",
    command: "secrets import",
    prepare: withOldFile,
    argv: ["secrets", "import"],
    env: { SECRETS_PASSWORD: PASSWORD },
  },
  {
    name: "secrets remove",
    command: "secrets remove",
    prepare: async (repository) => {
      await withOldFile(repository);
      await repository.spawn(repository.executable, ["secrets", "import"], {
        SECRETS_PASSWORD: PASSWORD,
      });
    },
    argv: ["secrets", "remove", "A_KEY", "--yes"],
  },
];
