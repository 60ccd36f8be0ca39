/**
 * Recognises two other formats of the old tool, so that they are refused with a single error.
 * @module
 */
import type { KeyPath } from "./finding.ts";
import { isRecord } from "./record.ts";

/** A format that is not read here, and the key that gave it away. */
export interface ForeignFormat {
  readonly path: KeyPath;
  readonly message: string;
}

/** Keys that only phases of an agent server's workflow have. */
const SERVER_KEYS = ["allowed_tools", "forbidden_tools", "required_artifacts", "tool_constraints"];

/** Says which other format `value` is written in; undefined when it may be one that is read. */
export function foreignFormat(value: unknown): ForeignFormat | undefined {
  if (!isRecord(value)) return undefined;
  const wrapped = isRecord(value.workflow);
  const prefix: KeyPath = wrapped ? ["workflow"] : [];
  const body = isRecord(value.workflow) ? value.workflow : value;
  const phases = Array.isArray(body.phases) ? body.phases : [];
  const server = (path: KeyPath): ForeignFormat => ({
    path: [...prefix, ...path],
    message: 'this is an agent-server workflow ("transitions", tool lists), which is not supported',
  });
  const programmed = (path: KeyPath): ForeignFormat => ({
    path,
    message: 'this is a V4 workflow ("workflow:", phases with "gates"), which is not supported',
  });
  if (Array.isArray(body.transitions)) return server(["transitions"]);
  let gates: KeyPath | undefined;
  let items = false;
  for (const [index, phase] of phases.entries()) {
    if (!isRecord(phase)) continue;
    if (phase.items !== undefined) items = true;
    const key = SERVER_KEYS.find((name) => phase[name] !== undefined);
    if (key !== undefined && phase.items === undefined) return server(["phases", index, key]);
    if (Array.isArray(phase.gates)) gates ??= [...prefix, "phases", index, "gates"];
  }
  if (wrapped && value.phases === undefined && value.steps === undefined) {
    return programmed(["workflow"]);
  }
  if (items || body.steps !== undefined) return undefined;
  if (gates !== undefined) return programmed(gates);
  return isRecord(body.enforcement) && phases.length > 0
    ? programmed([...prefix, "enforcement"])
    : undefined;
}
