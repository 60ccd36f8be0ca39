/**
 * `orchestrator trust list`
 * @module
 */
import { claimText, trustCommand } from "../../../trust/claim.ts";
import { readTrustFile } from "../../../trust/trust_file.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { clockTime, columns } from "../../output/text.ts";
import { trustData } from "../../trust/claim.ts";
import { trustOf } from "../../../app/trust.ts";
import { unconfirmedClaims } from "../../../app/trust_claims.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"trust list">> {
  const { path, repository } = trustOf(context);
  const { entries, problem } = readTrustFile(path);
  if (problem !== null) context.warn(problem.message);
  const all = input.has("everywhere");
  const trusted = entries.filter((entry) => all || entry.repository === repository);
  const waiting = await unconfirmedClaims(context);
  return {
    data: { file: path, repository, trusted: trusted.map(trustData), waiting },
    text: (style) =>
      lines([
        ...(trusted.length === 0 ? [style.dim(say`No confirmations.`)] : [
          columns(trusted.map(({ kind, value, repository, who, when }) => [
            style.bold(shown(kind)),
            shown(value),
            ...(all ? [shown(repository)] : []),
            shown(who),
            style.dim(clockTime(when, style)),
          ])),
        ]),
        ...waiting.map((claim) =>
          say`${style.yellow(say`Not confirmed:`)} ${shown(claimText(claim))} (${
            shown(trustCommand(claim))
          })`
        ),
      ]),
  };
}
