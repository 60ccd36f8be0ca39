/**
 * What follows a change once its answer is printed: the state is pushed. Nothing of it fails the command.
 * @module
 */
import { decides } from "../app/state/deciding.ts";
import { webMode } from "../app/state/when_to_fetch.ts";
import { configMayExist } from "../config/quick_checks.ts";
import type { Context } from "./context.ts";
import type { Input } from "./input.ts";
import type { Io } from "./io.ts";
import { printWarnings } from "./output/warnings.ts";

/**
 * Does what follows a change. What it warns of goes to stderr; with `--json` as one line
 * `{"schemaVersion":1,"warnings":[…]}`.
 */
export async function afterChange(context: Context, input: Input, io: Io): Promise<void> {
  const { changes } = context.spec;
  if ((changes !== "session" && changes !== "new_session") || io.interrupted.aborted) return;
  const said = context.warnings.length;
  try {
    await follow(context);
  } catch (error) {
    const { knownFailure } = await import("./fail.ts");
    context.warn(knownFailure(error).message);
  }
  if (context.warnings.length === said) return;
  const redactor = await context.redactor();
  const warnings = context.warnings.slice(said).map((warning) => redactor.redact(warning));
  if (input.has("json")) {
    const { jsonLine, SCHEMA_VERSION } = await import("./output/json.ts");
    io.err(jsonLine({ schemaVersion: SCHEMA_VERSION, warnings }));
  } else {
    await printWarnings(warnings, input, io, context.colour);
  }
}

async function follow(context: Context): Promise<void> {
  const session = context.changing;
  if (session === null) return;
  if (configMayExist(context.configPaths, context.io.env)) {
    await (await import("../app/notify.ts")).notifyOfChange(context, session);
  }
  const to = decides(context)
    ? await (await import("../app/state/for_person.ts")).branchToTell(context, session)
    : null;
  if (to === null && !await webMode(context)) return;
  const { pushAfterChange } = await import("../app/state/push_after_change.ts");
  await pushAfterChange(context, session, to === null ? {} : { to });
}
