import { type Check, ok } from "../check.ts";

export const environmentEphemeral: Check = {
  id: "environment.ephemeral",
  area: "environment",
  title: "Lifetime of this machine",
  why: "What is only on a disk that is thrown away is lost with it",
  async run({ environment, meta, options }) {
    const { ephemeral } = environment;
    if (ephemeral === null) return ok("nothing says that this disk is thrown away");
    if (meta.value?.mode === "portable") {
      return ok(`${ephemeral.name} (${ephemeral.variable}); the state is committed: push it`);
    }
    if ((await options.config()).get("web_mode")) {
      return ok(`${ephemeral.name} (${ephemeral.variable}); the state is kept on a branch`);
    }
    return {
      level: "info",
      seen: `this disk may be thrown away: ${ephemeral.name} (${ephemeral.variable})`,
      todo:
        "Keep the state: web_mode, `orchestrator init --portable` and push, or export a snapshot",
    };
  },
};
