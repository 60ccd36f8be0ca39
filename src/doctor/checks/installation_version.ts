import { engine, engineVersion, target } from "../../platform/runtime.ts";
import { type Check, ok } from "../check.ts";

export const installationVersion: Check = {
  id: "installation.version",
  area: "installation",
  title: "Program",
  why: "Reports of trouble need the version and the system",
  run: ({ options }) =>
    ok(`orchestrator ${options.toolVersion}, ${engine()} ${engineVersion()}, ${target()}`),
};
