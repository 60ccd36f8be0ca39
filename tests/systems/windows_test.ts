/** The flow on Windows. */
import { flowTest } from "./run_flow.ts";
import { SYSTEMS } from "./systems.ts";

flowTest(SYSTEMS.windows);
