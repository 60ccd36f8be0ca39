/**
 * A workflow whose first phase waits for a person.
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./program.ts";

/** `think`, then the gate `ok`, and nothing behind it. */
export const ONLY_WAITS = `name: Waits
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: ok, name: Ok, step_type: gate, verification: { type: manual_gate, description: read } }
`;

/** The same, and `build` in the next phase. */
export const WAITS = `${ONLY_WAITS}  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`;

/**
 * A session that waits for a person.
 * @param workflow its item `think` comes before the gate. Default: {@link WAITS}.
 * @returns its id.
 */
export async function waiting(program: Program, workflow = WAITS): Promise<string> {
  writeFileSync(join(program.root, "waits.yaml"), workflow);
  await program.must("start", "Wait for it", "--workflow", "waits.yaml");
  await program.must("complete", "think");
  return (await program.data<{ session: string }>("status")).session;
}
