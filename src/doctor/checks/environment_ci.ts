import { type Check, ok } from "../check.ts";

export const environmentCi: Check = {
  id: "environment.ci",
  area: "environment",
  title: "CI",
  why: "In CI nobody answers a question: commands that would ask need --yes",
  run({ environment }) {
    const { ci } = environment;
    return ok(ci === null ? "none detected" : `${ci.name} (${ci.variable})`);
  },
};
