import { testMutants } from "./suite.ts";

testMutants(1, 2);
