/**
 * How warnings look to people.
 * @module
 */
import type { Input } from "../command.ts";
import type { Io } from "../io.ts";
import { type ColourWish, styleFor } from "./style_for.ts";

/** Prints warnings to stderr, a line each, but with `--quiet`. */
export async function printWarnings(
  warnings: readonly string[],
  input: Input,
  io: Io,
  colour: ColourWish | undefined,
): Promise<void> {
  if (warnings.length === 0 || input.has("quiet")) return;
  const style = styleFor("stderr", input, io, colour);
  const { warningText } = await import("./error.ts");
  for (const warning of warnings) io.err(warningText(warning, style));
}
