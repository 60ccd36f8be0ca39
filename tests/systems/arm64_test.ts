/** The flow on another processor. */
import { flowTest } from "./run_flow.ts";
import { SYSTEMS } from "./systems.ts";

flowTest(SYSTEMS.arm64);
