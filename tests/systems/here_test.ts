/** The flow on this machine. */
import { flowTest } from "./run_flow.ts";
import { SYSTEMS } from "./systems.ts";

flowTest(SYSTEMS.here);
