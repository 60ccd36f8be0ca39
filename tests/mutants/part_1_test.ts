import { testMutants } from "./suite.ts";

testMutants(0, 2);
