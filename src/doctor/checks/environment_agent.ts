import { type Check, ok } from "../check.ts";

export const environmentAgent: Check = {
  id: "environment.agent",
  area: "environment",
  title: "Agent",
  why:
    "Agents cannot approve items, and an agent that identifies its session is bound to one orchestrator session",
  run({ environment, options }) {
    const { agent } = environment;
    if (agent === null) return ok("none detected");
    const seen = `${agent.name} (${agent.variable})`;
    if (agent.sessionVariable !== undefined) {
      return ok(`${seen}, which identifies its session with ${agent.sessionVariable}`);
    }
    if ((options.env["ORCHESTRATOR_SESSION"] ?? "") !== "") return ok(seen);
    return {
      level: "info",
      seen: `${seen} does not identify its session: its commands use the current session`,
      todo: "If several agents work in one project, set ORCHESTRATOR_SESSION for each",
    };
  },
};
