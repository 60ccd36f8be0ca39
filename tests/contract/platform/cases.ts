/**
 * The contract of `src/platform/`, as plain cases that run on either engine: `platform_test.ts`
 * registers them with Deno and runs them inside a Bun executable.
 * @module
 */
import { fileCases } from "./file_cases.ts";
import { lockCases } from "./lock_cases.ts";
import type { PlatformCase } from "./platform_case.ts";
import { processCases } from "./process_cases.ts";
import { valueCases } from "./value_cases.ts";
import { withinCases } from "./within_cases.ts";

export const platformCases: readonly PlatformCase[] = [
  ...valueCases,
  ...lockCases,
  ...fileCases,
  ...withinCases,
  ...processCases,
];
