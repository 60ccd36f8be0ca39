import { type Check, ok } from "../check.ts";

export const environmentAgent: Check = {
  id: "environment.agent",
  area: "environment",
  title: "Agent",
  why:
    "Approvals are refused inside an agent, and an agent that names its session is bound to one of ours",
  run({ environment }) {
    const { agent } = environment;
    if (agent === null) return ok("none detected");
    const bound = agent.sessionVariable === undefined
      ? ""
      : `, its session by ${agent.sessionVariable}`;
    return ok(`${agent.name} (${agent.variable}${bound})`);
  },
};
