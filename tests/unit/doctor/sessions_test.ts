/** Every check of sessions and the workflow fires, and what they fix is cured. */
import { testScenarios } from "./scenario.ts";
import { SESSIONS, WORKFLOWS } from "./scenarios_sessions.ts";

testScenarios([...SESSIONS, ...WORKFLOWS]);
