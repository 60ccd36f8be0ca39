import { type Check, ok } from "../check.ts";

export const environmentHome: Check = {
  id: "environment.home",
  area: "environment",
  title: "Home directory",
  why:
    "Your own configuration and secrets live there; most sandboxes that are thrown away have none",
  run({ options: { home, system } }) {
    if (home === undefined) return { level: "info", seen: "there is none (HOME is not set)" };
    return system.writeError(home) === null
      ? ok("writable")
      : { level: "info", seen: "it cannot be written" };
  },
};
