/** The flow on other Linux systems: on musl, and where BusyBox is all there is. */
import { flowTest } from "./run_flow.ts";
import { SYSTEMS } from "./systems.ts";

flowTest(SYSTEMS.musl);
flowTest(SYSTEMS.busybox);
