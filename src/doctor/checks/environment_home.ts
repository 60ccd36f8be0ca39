import { accessSync, constants } from "node:fs";
import { type Check, ok } from "../check.ts";

export const environmentHome: Check = {
  id: "environment.home",
  area: "environment",
  title: "Home directory",
  why:
    "Your own configuration and secrets live there; most sandboxes that are thrown away have none",
  run({ options }) {
    const { home } = options;
    if (home === undefined) return { level: "info", seen: "there is none (HOME is not set)" };
    try {
      accessSync(home, constants.W_OK);
      return ok("writable");
    } catch {
      return { level: "info", seen: "it cannot be written" };
    }
  },
};
