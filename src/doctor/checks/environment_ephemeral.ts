import { type Check, ok } from "../check.ts";

export const environmentEphemeral: Check = {
  id: "environment.ephemeral",
  area: "environment",
  title: "Ephemeral machine",
  why: "Files on an ephemeral disk are lost when the machine is discarded",
  async run({ environment, meta, options }) {
    const { ephemeral } = environment;
    if (ephemeral === null) return ok("no sign that this disk is ephemeral");
    if (meta.value?.mode === "portable") {
      return ok(
        `${ephemeral.name} (${ephemeral.variable}); the state is committed with the work: push it`,
      );
    }
    if ((await options.config()).get("web_mode")) {
      return ok(`${ephemeral.name} (${ephemeral.variable}); the state is kept on a git branch`);
    }
    return {
      level: "info",
      seen: `this disk may be ephemeral: ${ephemeral.name} (${ephemeral.variable})`,
      todo:
        "Keep the state elsewhere: turn on web_mode, run `orchestrator init --portable` and push, or export a snapshot",
    };
  },
};
