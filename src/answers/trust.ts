/**
 * Answers of `trust`.
 * @module
 */
import { z } from "zod";
import { actor, time } from "./parts.ts";

const claim = z.strictObject({ kind: z.string(), value: z.string() });
const claimOf = claim.extend({ repository: z.string() });

/** What a person has confirmed. */
export const confirmed = claimOf.extend({ actor, createdAt: time });

export const TRUST_ANSWERS = {
  "trust add": claimOf.extend({ added: z.boolean() }),
  "trust list": z.strictObject({
    file: z.string().nullable(),
    repository: z.string(),
    trusted: z.array(confirmed),
    waiting: z.array(claim).describe("What the repository asks for and no person has confirmed"),
  }),
  "trust remove": claimOf,
} as const;
