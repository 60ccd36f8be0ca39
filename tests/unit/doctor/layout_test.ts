/** Every check of the layout and the locks fires, and what they fix is cured. */
import { testScenarios } from "./scenario.ts";
import { LAYOUT, LOCKS } from "./scenarios_layout.ts";

testScenarios([...LAYOUT, ...LOCKS]);
