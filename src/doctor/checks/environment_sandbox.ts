import { CONFIG_KEY_NAMES } from "../../config/keys.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

export const environmentSandbox: Check = {
  id: "environment.sandbox",
  area: "environment",
  title: "Only in this home directory",
  why: "A machine that is thrown away takes its home directory along; the next one has none of it",
  async run(examination) {
    const { ephemeral } = examination.environment;
    if (ephemeral === null) return skipped("nothing says that this disk is thrown away");
    const here = [...await settings(examination), ...await secrets(examination)];
    if (here.length === 0) return ok("nothing that is used");
    return {
      level: "info",
      seen: `in use, and only in the home directory: ${few(here)}`,
      todo: "Give them to the environment of the sandbox as variables",
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
