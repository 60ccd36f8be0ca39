import { CONFIG_KEY_NAMES, configKey } from "../../config/keys.ts";
import { problemsFinding } from "../config_problems.ts";
import type { Check } from "../check.ts";

/** The variables that set a key. */
const VARIABLES: ReadonlySet<string> = new Set(CONFIG_KEY_NAMES.map((key) => configKey(key).env));

export const configEnvironment: Check = {
  id: "config.environment",
  area: "config",
  title: "Configuration in variables",
  why: "A variable with a wrong value is not used, and commands that need it refuse to run",
  async run({ options }) {
    const { problems } = await options.config();
    return problemsFinding(
      problems.filter(({ source }) => VARIABLES.has(source)),
      "Give the variable a right value, or unset it",
      "every value is right",
    );
  },
};
