/** Every check of the installation and the project fires, and what they fix is cured. */
import { testScenarios } from "./scenario.ts";
import { INSTALLATION, PROJECT } from "./scenarios_project.ts";

testScenarios([...INSTALLATION, ...PROJECT]);
