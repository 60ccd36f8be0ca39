/**
 * Which style a stream gets.
 * @module
 */
import { usesUtf8ByDefault } from "../../platform/runtime.ts";
import type { Input } from "../input.ts";
import type { Io } from "../io.ts";
import { makeStyle, type Style } from "./style.ts";

/** What the configuration says of colours. */
export interface ColourWish {
  /** `auto`, `always` or `never`. */
  readonly when: string;
  /** Set on the command line or by an `ORCHESTRATOR_*` variable: stronger than `NO_COLOR`. */
  readonly asked: boolean;
}

/**
 * Whether the locale can show more than ASCII: the first variable that is set decides, as in
 * locale(7).
 * @param unset the answer where none is set: the C locale is ASCII, Windows and macOS use UTF-8.
 */
export function mayUseSymbols(
  env: Readonly<Record<string, string | undefined>>,
  unset = usesUtf8ByDefault,
): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) =>
    value !== undefined && value !== ""
  );
  return locale === undefined ? unset : /utf-?8/i.test(locale);
}

/** The style for a stream: colours only on a terminal that wants them. */
export function styleFor(
  stream: "stdout" | "stderr",
  input: Input | undefined,
  io: Io,
  wish?: ColourWish,
): Style {
  const terminal = io.isTerminal(stream);
  const refused = input?.has("no-color") === true || (io.env["NO_COLOR"] ?? "") !== "" ||
    io.env["TERM"] === "dumb";
  const forced = (io.env["FORCE_COLOR"] ?? "") !== "" && io.env["FORCE_COLOR"] !== "0";
  const usual = !refused && (terminal || forced);
  const colour = wish === undefined || wish.when === "auto"
    ? usual
    : wish.when === "always"
    ? wish.asked || !refused
    : false;
  return makeStyle({
    terminal,
    ascii: !mayUseSymbols(io.env),
    colour,
    // What is piped is read by programs: nothing is cut or wrapped.
    width: terminal ? Math.max(40, Math.min(io.width(), 100)) : Infinity,
  });
}
