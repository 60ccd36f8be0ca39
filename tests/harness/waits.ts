/**
 * A workflow whose first phase waits for a person.
 * @module
 */

/** `think`, then the gate `ok`; `build` in the next phase. */
export const WAITS = `name: Waits
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: ok, name: Ok, step_type: gate, verification: { type: manual_gate, description: read } }
  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`;
