/**
 * What is said of a session that is a copy of another one, split off where both went on.
 * @module
 */
import type { SessionState } from "../../workflow/state.ts";
import type { Sessions } from "../workspace.ts";

type Needed = Pick<Sessions, "manager">;

/**
 * That a session is a split, and which approvals that it has were revoked in the other one since.
 * @returns sentences without a full stop, raw: redact them; none for a session that is no split.
 */
export async function splitTexts(
  workspace: Needed,
  state: SessionState,
): Promise<readonly string[]> {
  // Most sessions have no parent: nothing more is loaded then.
  if (((await workspace.manager.meta(state.session))?.parent ?? null) === null) return [];
  const { splitOf } = await import("./split_from.ts");
  const split = await splitOf(workspace, state.session);
  if (split === null) return [];
  const { from, common } = split;
  const other = await nameOf(workspace, from);
  return [
    `This is a split of session ${other}: both went on after event ${common}`,
    ...await lacking(workspace, state, from),
  ];
}

/** The same of a session by its id, behind "session …". */
export async function splitText(workspace: Needed, session: string): Promise<string> {
  const { splitOf } = await import("./split_from.ts");
  const { state } = await workspace.manager.load(session);
  const split = await splitOf(workspace, session);
  const lacks = await lacking(workspace, state, split?.from ?? null);
  const other = split === null ? "another one" : await nameOf(workspace, split.from);
  return [`is now the current one, a split of session ${other}, which went on elsewhere`, ...lacks]
    .join(". ");
}

async function nameOf({ manager }: Needed, session: string): Promise<string> {
  const name = (await manager.meta(session))?.name ?? null;
  return name === null ? session : `${name} (${session})`;
}

async function lacking(
  workspace: Needed,
  state: SessionState,
  from: string | null,
): Promise<readonly string[]> {
  const { revokedElsewhere, whatOf, whyOf } = await import("./revoked_elsewhere.ts");
  const revoked = await revokedElsewhere(workspace, state);
  return revoked.map((one) => {
    const { session } = one.elsewhere;
    const where = session === from ? "there" : `in session ${session}`;
    return `The approval of ${whatOf(one)} was revoked ${where} ${whyOf(one)}`;
  });
}
