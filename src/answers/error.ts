/**
 * What a command that fails prints with `--json`.
 * @module
 */
import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { hintStep } from "./parts.ts";

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

/** The error in its envelope. */
export const ERROR = z.strictObject({
  code: z.enum(codes).describe("Stable; later versions may have more"),
  message: z.string(),
  hint: z.string().optional().describe("One next step, in words"),
  next: hintStep.optional().describe("The command that the hint names, where it names one"),
  details: z.looseObject({}).optional().describe("Facts, by the code"),
});
