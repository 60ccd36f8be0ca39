import { type Check, ok } from "../check.ts";

export const environmentHome: Check = {
  id: "environment.home",
  area: "environment",
  title: "Home directory",
  why: "Your own configuration and secrets are stored there; most ephemeral sandboxes have none",
  run({ options: { home, system } }) {
    if (home === undefined) return { level: "info", seen: "HOME is not set" };
    return system.writeError(home) === null
      ? ok("writable")
      : { level: "info", seen: "not writable" };
  },
};
