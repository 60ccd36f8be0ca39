/**
 * Asking a person to confirm what a file of the repository chooses.
 * @module
 */
import {
  type Destination,
  destinationError,
  type DestinationQuery,
  findDestination,
} from "../../state_branch/destination.ts";
import { type Claim, TRUST_KINDS } from "../../trust/claim.ts";
import { addTrust } from "../../trust/trust_file.ts";
import type { Input } from "../input.ts";
import { canAsk, confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { trustChange, trustOf } from "../../app/trust.ts";
import { say, shown } from "../output/shown.ts";

/**
 * Where the state goes, for a command that is of no use otherwise. What is not confirmed yet is
 * asked for on a terminal, unless an agent runs the command.
 * @throws `trust_needed` where no prompt is possible; `interrupted` for a no; `remote_unknown`,
 * `branch_refused`, `config_invalid` for what cannot be.
 */
async function confirmDestination(
  context: Context,
  input: Input,
  query: DestinationQuery,
): Promise<Destination> {
  const destination = await findDestination(query);
  const isAgent = context.actor.kind === "agent";
  if (destination.kind === "unconfirmed" && !isAgent && canAsk(context, input)) {
    for (const claim of destination.claims) await ask(context, input, claim);
    return await findDestination({ ...query, trust: trustOf(context) });
  }
  const error = destinationError(destination, isAgent);
  if (error !== null) throw error;
  return destination;
}

/** As {@link confirmDestination}, for what finds the state branch. */
export function placeFor(
  context: Context,
  input: Input,
): (query: DestinationQuery) => Promise<Destination> {
  return (query) => confirmDestination(context, input, query);
}

async function ask(context: Context, input: Input, claim: Claim): Promise<void> {
  await confirm(context, input, {
    text: say`This repository's configuration sets ${shown(TRUST_KINDS[claim.kind].means)}: ${
      shown(claim.value)
    }. Do you trust it?`,
    doing: `use ${claim.kind} "${claim.value}"`,
    hint: "Ask a person to decide",
  });
  const { io } = context;
  const trust = trustOf(context);
  const when = io.now().toISOString();
  await addTrust(
    trust.path,
    { ...claim, repository: trust.repository, when },
    trustChange(context),
  );
}
