/** Faults of workflows and their journals. */
import type { Mutant } from "../mutant.ts";

export const WORKFLOW: readonly Mutant[] = [
  {
    name: "a gate's command does not see its caller's environment",
    file: "src/session/verification.ts",
    search: "env: { ...request.env, ...commandVariables(",
    replace: 'env: { PATH: request.env["PATH"], ...commandVariables(',
    killedBy: { file: "tests/unit/cli/verification_environment_test.ts" },
  },
  {
    name: "a phase is approved twice",
    file: "src/workflow/decide.ts",
    search: `  if (current.value.state.approval !== undefined) {
    return { events: [], already: \`Phase "\${id}" is already approved\` };
  }
`,
    replace: "",
    killedBy: { file: "tests/unit/workflow/decide_moves_test.ts", filter: "once" },
  },
  {
    name: "a line of a newer journal is called damaged",
    file: "src/session/journal.ts",
    search: "{ tooNew: true },",
    replace: "{ tooNew: false },",
    killedBy: {
      file: "tests/compatibility/newer_test.ts",
      filter: "to restore a checkpoint of a session whose journal is newer",
    },
  },
];
