/** Every check of the configuration, secrets and the environment fires, and fixes cure. */
import { testScenarios } from "./scenario.ts";
import { CONFIG, ENVIRONMENT, SECRETS } from "./scenarios_surroundings.ts";

testScenarios([...CONFIG, ...SECRETS, ...ENVIRONMENT]);
