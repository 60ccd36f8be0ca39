/**
 * `orchestrator secrets doctor`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { shownPath } from "../../../project/shown_path.ts";
import { examineSecrets, type SecretFinding } from "../../../secrets/examine.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { requiredSecrets } from "../../../app/secrets/required.ts";
import { ageKeys, makeStore } from "../../../app/secrets/store.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets doctor">> {
  const redactor = await context.redactor();
  const wish = { redactor, quiet: false, input };
  const store = await makeStore(context, { ...wish, silent: true });
  const findings = await examineSecrets({
    store,
    required: await requiredSecrets(context),
    keys: await ageKeys(context, wish),
    shown: (path) => shownPath(context.paths, path),
  });
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length > 0) {
    throw new OrchestratorError(
      "check_failed",
      `Cannot trust the secrets: ${errors.length} ${errors.length === 1 ? "error" : "errors"}`,
      {
        ...(errors[0]?.advice === undefined || errors[0].advice === null
          ? {}
          : { hint: errors[0].advice }),
        details: {
          findings: findings.map(findingData),
          list: findings.filter(({ level }) => level !== "ok").map(lineOf),
        },
      },
    );
  }
  return {
    data: { order: store.order, findings: findings.map(findingData) },
    text: (style) => {
      if (findings.length === 0) {
        return style.dim(say`No secrets, and none are required.`);
      }
      return lines(
        findings.map((finding) =>
          finding.level === "ok"
            ? say`${style.green(style.symbols.done)} ${shown(lineOf(finding))}`
            : say`${style.yellow(style.symbols.failed)} ${shown(redactor.redact(lineOf(finding)))}`
        ),
      );
    },
  };
}

function findingData({ seen, advice, ...finding }: SecretFinding) {
  return { ...finding, message: seen, ...(advice === null ? {} : { hint: advice }) };
}

/** `warning: NAME: what was seen (what to do)` */
function lineOf({ level, name, seen, advice }: SecretFinding): string {
  return `${level === "ok" ? "" : `${level}: `}${name === null ? "" : `${name}: `}${seen}${
    advice === null ? "" : ` (${advice})`
  }`;
}
