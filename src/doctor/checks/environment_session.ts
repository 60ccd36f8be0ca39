import { OrchestratorError } from "../../errors.ts";
import { type Check, ok, skipped } from "../check.ts";

export const environmentSession: Check = {
  id: "environment.session",
  area: "environment",
  title: "ORCHESTRATOR_SESSION",
  why: "When it is set, every command uses that session",
  async run({ options, meta }) {
    const value = options.env["ORCHESTRATOR_SESSION"];
    if (value === undefined || value === "") return ok("not set");
    if (meta.value === null) return skipped("no project is initialized here");
    try {
      return ok(await options.sessionNamed(value));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return { level: "error", seen: error.message, todo: "Unset it, or set it to a session" };
    }
  },
};
