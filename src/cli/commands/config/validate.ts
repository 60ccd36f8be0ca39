/**
 * `orchestrator config validate`
 * @module
 */
import { existsSync } from "node:fs";
import { strangeVariables } from "../../../config/config.ts";
import { problemText } from "../../../config/problem.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo } from "../../command.ts";
import { configFiles } from "../../../app/configuration.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";

export async function run(context: Context): Promise<AnswerTo<"config validate">> {
  const config = await context.config();
  const problems = [...config.problems, ...strangeVariables(context.io.env)];
  const errors = problems.filter(({ level }) => level === "error");
  if (errors.length > 0) {
    throw new OrchestratorError(
      "config_invalid",
      `Cannot use the configuration: it has ${errors.length} ${
        errors.length === 1 ? "error" : "errors"
      }`,
      {
        ...(errors[0]?.hint === undefined ? {} : { hint: errors[0].hint }),
        details: {
          findings: problems,
          list: problems.map((problem) =>
            (problem.level === "warning" ? "warning: " : "") + problemText(problem)
          ),
        },
      },
    );
  }
  const files = configFiles(context).filter(({ path }) => existsSync(path));
  return {
    data: {
      valid: true,
      files: files.map(({ layer, path }) => ({ layer, path })),
      findings: problems,
    },
    text: (style) =>
      lines([
        ...problems.map((problem) =>
          say`${style.yellow(say`warning:`)} ${shown(problemText(problem))}`
        ),
        say`${style.green(style.symbols.done)} the configuration is valid: ${
          files.length === 0 ? say`no file` : shown(files.map((file) => file.shown).join(", "))
        }`,
      ]),
  };
}
