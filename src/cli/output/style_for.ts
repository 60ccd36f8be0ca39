/**
 * Which style a stream gets.
 * @module
 */
import type { Input } from "../command.ts";
import type { Io } from "../io.ts";
import { makeStyle, type Style } from "./style.ts";

/** The style for a stream: colours only on a terminal that wants them. */
export function styleFor(stream: "stdout" | "stderr", input: Input | undefined, io: Io): Style {
  const terminal = io.isTerminal(stream);
  const refused = input?.has("no-color") === true || (io.env["NO_COLOR"] ?? "") !== "" ||
    io.env["TERM"] === "dumb";
  const forced = (io.env["FORCE_COLOR"] ?? "") !== "" && io.env["FORCE_COLOR"] !== "0";
  return makeStyle({
    terminal,
    colour: !refused && (terminal || forced),
    width: terminal ? Math.max(40, Math.min(io.width(), 100)) : 80,
  });
}
