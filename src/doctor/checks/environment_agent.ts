import { type Check, ok } from "../check.ts";

export const environmentAgent: Check = {
  id: "environment.agent",
  area: "environment",
  title: "Agent",
  why:
    "Approvals are refused inside an agent, and an agent that names its session is bound to one of ours",
  run({ environment, options }) {
    const { agent } = environment;
    if (agent === null) return ok("none detected");
    const seen = `${agent.name} (${agent.variable})`;
    if (agent.sessionVariable !== undefined) {
      return ok(`${seen}, its session by ${agent.sessionVariable}`);
    }
    if ((options.env["ORCHESTRATOR_SESSION"] ?? "") !== "") return ok(seen);
    return {
      level: "info",
      seen: `${seen} names no session of its own: its commands mean the current session`,
      todo: "With several agents in one project, set ORCHESTRATOR_SESSION for each",
    };
  },
};
