/**
 * What the program says of itself: its version, and its help.
 * @module
 */
import type { CommandSpec } from "./command.ts";
import type { Io } from "./io.ts";
import type { Shown } from "./output/shown.ts";
import { styleFor } from "./output/style_for.ts";
import type { Request } from "./parse.ts";
import { versionData, versionText } from "./version.ts";

/** Prints what was asked for. */
export async function tellOfProgram(
  request: Exclude<Request, { readonly kind: "command" }>,
  io: Io,
  table: readonly CommandSpec[],
): Promise<void> {
  const { input } = request;
  const json = input.has("json");
  if (request.kind === "version") {
    io.out(json ? await envelope("version", versionData()) : versionText());
    return;
  }
  const { helpData, helpText } = await import("./help.ts");
  io.out(
    json
      ? await envelope("help", await helpData(request.topic, table))
      : await helpText(request.topic, table, styleFor("stdout", input, io)),
  );
}

async function envelope(command: string, data: unknown): Promise<Shown> {
  return (await import("./output/json.ts")).answerEnvelope(command, data, []);
}
