/**
 * `orchestrator trust list`
 * @module
 */
import { claimText, trustCommand } from "../../../trust/claim.ts";
import { readTrustFile } from "../../../trust/trust_file.ts";
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { columns, printable } from "../../output/text.ts";
import { trustOf } from "../../trust/change.ts";
import { unconfirmedClaims } from "../../trust/confirm.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const { path, repository } = trustOf(context);
  const { entries, problem } = readTrustFile(path);
  if (problem !== null) context.warn(problem.message);
  const all = input.has("everywhere");
  const shown = entries.filter((entry) => all || entry.repository === repository);
  const waiting = await unconfirmedClaims(context);
  return {
    data: { file: path, repository, trusted: shown, waiting },
    text: (style) =>
      [
        ...(shown.length === 0 ? [style.dim("Nothing has been confirmed.")] : [
          columns(shown.map(({ kind, value, repository, who, when }) => [
            style.bold(printable(kind)),
            printable(value),
            ...(all ? [printable(repository)] : []),
            printable(who),
            style.dim(printable(when)),
          ])),
        ]),
        ...waiting.map((claim) =>
          `${style.yellow("Not confirmed:")} ${printable(claimText(claim))} (${
            printable(trustCommand(claim))
          })`
        ),
      ].join("\n"),
  };
}
