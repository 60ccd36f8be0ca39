/**
 * Scenarios that differ from those of the crash tests by what the disk does: files in the home
 * directory, and secrets that travel.
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import type { Repository } from "../crash/repository.ts";
import type { Scenario } from "../crash/scenario.ts";

const WORKFLOW = "name: Small\nsteps:\n  - { id: one, name: One }\n  - { id: two, name: Two }\n";

async function started(repository: Repository): Promise<void> {
  repository.write("workflow.yaml", WORKFLOW);
  await repository.must("start", "Survive", "--name", "main");
}

/** A snapshot with secrets, and no state any more. */
async function exportedWithSecrets(repository: Repository): Promise<void> {
  await started(repository);
  for (const name of ["ONE_KEY", "other_key"]) {
    const { code, stderr } = await repository.run(["secrets", "set", name], {}, `value of ${name}`);
    if (code !== 0) throw new Error(`secrets set ended with ${code}: ${stderr}`);
  }
  const identity = await generateIdentity();
  repository.write("identity", `${identity}\n`);
  const recipient = await identityToRecipient(identity);
  await repository.must(
    ...["snapshot", "export", "--include-secrets", "--recipient", recipient, "-o", "state.age"],
  );
  rmSync(join(repository.root, ".orchestrator"), { recursive: true });
}

const IMPORT_WITH_SECRETS = ["snapshot", "import", "state.age", "--identity", "identity"];

export const MORE_SCENARIOS: readonly Scenario[] = [
  {
    name: "snapshot import with secrets",
    command: "snapshot import",
    prepare: exportedWithSecrets,
    argv: IMPORT_WITH_SECRETS,
    next: IMPORT_WITH_SECRETS,
  },
];

/** Scenarios that change what is in the home directory. */
export const HOME_SCENARIOS: readonly Scenario[] = [
  {
    name: "config set --global",
    command: "config set",
    prepare: started,
    argv: ["config", "set", "color", "never", "--global"],
  },
  {
    name: "secrets set --global",
    command: "secrets set",
    prepare: started,
    argv: ["secrets", "set", "NEW", "--global"],
    stdin: "made-up-new",
  },
  {
    name: "trust add",
    command: "trust add",
    prepare: async (repository) => {
      await started(repository);
      await repository.git("remote", "add", "backup", "../backup.git");
    },
    argv: ["trust", "add", "state_remote", "backup"],
  },
];
