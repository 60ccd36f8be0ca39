import { replaceFile } from "../../platform/atomic_file.ts";
import { KEYS, STATE_DIRECTORY } from "../../state_layout/names.ts";
import { workflowSchemaText } from "../../workflow/definition_schema.ts";
import { type Check, ok, skipped } from "../check.ts";

const NAME = `${STATE_DIRECTORY}/${KEYS.workflowSchema}`;

export const workflowSchema: Check = {
  id: "workflow.schema",
  area: "workflow",
  needsState: true,
  title: "Schema for editors",
  why: "An editor marks keys of workflow.yaml as errors that this version knows",
  run(examination) {
    const present = examination.text(examination.paths.workflowSchema);
    if (present === null) return skipped("there is none; orchestrator init writes it");
    if (present === workflowSchemaText()) return ok("of this version");
    return {
      level: "info",
      seen: `${NAME} is of another version`,
      todo: "Write the file that `orchestrator init` writes",
      fixable: true,
    };
  },
  async fix({ paths, options }) {
    return await options.manager.withRepositoryLock("doctor", () => {
      replaceFile(paths.workflowSchema, workflowSchemaText(), { within: paths.stateDirectory });
      return Promise.resolve([`Wrote ${NAME}`]);
    });
  },
};
