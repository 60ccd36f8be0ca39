/**
 * `orchestrator secrets doctor`
 * @module
 */
import { examineSecrets } from "../../../secrets/examine.ts";
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { printable } from "../../output/text.ts";
import { requiredSecrets } from "../../required_secrets.ts";
import { ageKeys, makeStore } from "../../secret_store.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const redactor = await context.redactor();
  const wish = { redactor, quiet: false, input };
  const store = await makeStore(context, { ...wish, silent: true });
  const findings = await examineSecrets({
    store,
    required: await requiredSecrets(context),
    keys: await ageKeys(context, wish),
    shown: (path) => context.paths.shown(path),
  });
  const errors = findings.filter(({ level }) => level === "error").length;
  return {
    data: { order: store.order, findings },
    text: (style) => {
      const marks = {
        ok: style.green(style.symbols.done),
        warning: style.yellow(style.symbols.failed),
        error: style.red(style.symbols.failed),
      };
      if (findings.length === 0) return style.dim("No secrets, and none is required.");
      return findings.flatMap(({ level, name, seen, advice }) => [
        `${marks[level]} ${level === "ok" ? "" : `${level}: `}${name === null ? "" : `${name}: `}${
          printable(redactor.redact(seen))
        }`,
        ...(advice === null ? [] : [`  ${style.dim(printable(advice))}`]),
      ]).join("\n");
    },
    ...(errors > 0 ? { exitCode: 1 } : {}),
  };
}
