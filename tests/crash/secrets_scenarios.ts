/**
 * Scenarios of the command that takes a secret from its standard input.
 * @module
 */
import type { Repository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";

async function started(repository: Repository): Promise<void> {
  await repository.must("start", "Survive", "--name", "main");
}

export const SECRETS_SCENARIOS: readonly Scenario[] = [
  {
    name: "secrets set, the first",
    command: "secrets set",
    prepare: started,
    argv: ["secrets", "set", "NEW"],
    stdin: "made-up-new",
  },
  {
    name: "secrets set of another value",
    command: "secrets set",
    prepare: async (repository) => {
      await started(repository);
      const { code, stderr } = await repository.run(["secrets", "set", "OLD"], {}, "made-up-old");
      if (code !== 0) throw new Error(`secrets set ended with ${code}: ${stderr}`);
    },
    argv: ["secrets", "set", "OLD"],
    stdin: "made-up-newer",
  },
];
