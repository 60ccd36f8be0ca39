import { CONFIG_KEY_NAMES } from "../../config/keys.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

export const environmentSandbox: Check = {
  id: "environment.sandbox",
  area: "environment",
  title: "Settings only in this home directory",
  why:
    "The home directory of an ephemeral machine is discarded with it; the next machine starts without it",
  async run(examination) {
    const { ephemeral } = examination.environment;
    if (ephemeral === null) return skipped("no sign that this disk is ephemeral");
    const here = [...await settings(examination), ...await secrets(examination)];
    if (here.length === 0) return ok("nothing in it is used");
    return {
      level: "info",
      seen: `in use, but only in the home directory: ${few(here)}`,
      todo: "Set them as environment variables of the sandbox",
      list: here,
    };
  },
};

async function settings({ options }: Examination): Promise<readonly string[]> {
  const config = await options.config();
  return CONFIG_KEY_NAMES.filter((key) => config.effective(key).origin.layer === "global");
}

async function secrets({ options }: Examination): Promise<readonly string[]> {
  const store = await options.secrets();
  const names: string[] = [];
  for (const name of (await options.requiredSecrets()).keys()) {
    if ((await store.places(name))[0]?.source === "global") names.push(`secret ${name}`);
  }
  return names;
}
