import { CONFIG_KEY_NAMES, configKey } from "../../config/keys.ts";
import { problemsFinding } from "../config_problems.ts";
import type { Check } from "../check.ts";

/** The variables that set a key. */
const VARIABLES: ReadonlySet<string> = new Set(CONFIG_KEY_NAMES.map((key) => configKey(key).env));

export const configEnvironment: Check = {
  id: "config.environment",
  area: "config",
  title: "Configuration variables",
  why: "A variable with an invalid value is ignored, and commands that need it refuse to run",
  async run({ options }) {
    const { problems } = await options.config();
    return problemsFinding(
      problems.filter(({ source }) => VARIABLES.has(source)),
      "Correct the value or unset the variable",
      "every value is valid",
    );
  },
};
