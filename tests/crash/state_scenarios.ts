/**
 * Scenarios of the commands that carry state from one machine to another.
 * @module
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";

const WORKFLOW = `name: carry
phases:
  - id: ONLY
    name: Only
    items:
      - { id: plain, name: Nothing to prove, required: false }
`;

async function started(repository: Repository): Promise<void> {
  // The objects of these repositories lie elsewhere; git finds them there in its own way too.
  const { HOME } = repository.environment();
  repository.write(".git/objects/info/alternates", `${HOME}/objects\n`);
  repository.write("workflow.yaml", WORKFLOW);
  await repository.must("start", "Survive", "--name", "main");
}

/** What the state directory is, and what it was. */
const state = (repository: Repository) => join(repository.root, ".orchestrator");
const aside = (repository: Repository) => join(repository.root, "..", "aside");

/** A snapshot of a session, and no state any more. */
async function exported(repository: Repository): Promise<void> {
  await started(repository);
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  rmSync(state(repository), { recursive: true });
}

/** A snapshot that goes on where the session here ends. */
async function behind(repository: Repository): Promise<void> {
  await started(repository);
  cpSync(state(repository), aside(repository), { recursive: true, preserveTimestamps: true });
  await repository.must("note", "later");
  await repository.must("snapshot", "export", "-o", "state.tar.gz");
  rmSync(state(repository), { recursive: true });
  cpSync(aside(repository), state(repository), { recursive: true, preserveTimestamps: true });
  rmSync(aside(repository), { recursive: true });
}

/** A clone beside a server that has more of its session than it has itself. */
async function behindServer(repository: Repository): Promise<void> {
  await started(repository);
  await repository.spawn("git", ["init", "--quiet", "--bare", "server.git"]);
  await repository.spawn("git", ["remote", "add", "origin", "./server.git"]);
  await repository.must("state", "push");
  cpSync(state(repository), aside(repository), { recursive: true, preserveTimestamps: true });
  await repository.must("note", "later");
  await repository.must("state", "push");
  rmSync(state(repository), { recursive: true });
  cpSync(aside(repository), state(repository), { recursive: true, preserveTimestamps: true });
  rmSync(aside(repository), { recursive: true });
}

/** What needs a project and leaves its sessions as they are. */
const NOTE = ["note", "Afterwards", "--session", "main"];

export const STATE_SCENARIOS: readonly Scenario[] = [
  {
    name: "snapshot import into a clone without state",
    command: "snapshot import",
    prepare: exported,
    argv: ["snapshot", "import", "state.tar.gz"],
    next: ["snapshot", "import", "state.tar.gz"],
  },
  {
    name: "snapshot import of what goes on",
    command: "snapshot import",
    prepare: behind,
    argv: ["snapshot", "import", "state.tar.gz"],
  },
  {
    name: "state push without a server",
    command: "state push",
    prepare: started,
    argv: ["state", "push"],
    next: NOTE,
  },
  {
    name: "state pull",
    command: "state pull",
    prepare: behindServer,
    argv: ["state", "pull"],
  },
  {
    name: "state restore of a commit that is not there",
    command: "state restore",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("state", "push");
    },
    argv: ["state", "restore", "0000"],
    code: 4,
    next: NOTE,
  },
  {
    name: "state compact",
    command: "state compact",
    prepare: async (repository) => {
      await started(repository);
      await repository.must("state", "push");
    },
    argv: ["state", "compact", "--yes"],
    next: NOTE,
  },
];
