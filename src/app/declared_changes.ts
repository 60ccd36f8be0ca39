/**
 * What commands declare to change, and what therefore happens before they do.
 * @module
 */

/** What a command declares to change. */
export type Effect =
  | "nothing"
  /** This program itself, and nothing of the project. */
  | "program"
  /** Files of the project or the user that are no sessions. */
  | "project"
  /** One session that is there already. */
  | "session"
  /** It makes a session. */
  | "new_session"
  /** Many sessions at once, with the state branch. */
  | "state"
  /** The old tool's files: it deals with them itself. */
  | "old_layout"
  /** It takes the program out of the project. */
  | "removal";

/** What happens before a change. */
export interface Preparation {
  /** What happens at the migration gate. */
  readonly gate: "pass" | "recover" | "recover and migrate";
  readonly finishImport: boolean;
  readonly bringIn: boolean;
  /** Choose a session, import it when it is an old one, and bind the agent to it. */
  readonly choose: boolean;
}

const PASS: Preparation = { gate: "pass", finishImport: false, bringIn: false, choose: false };
const GATE: Preparation = { ...PASS, gate: "recover and migrate" };

/** What happens before a change, by the effect that is declared. */
export const PREPARATIONS: Readonly<Record<Effect, Preparation>> = {
  nothing: PASS,
  program: PASS,
  project: GATE,
  session: { ...GATE, finishImport: true, bringIn: true, choose: true },
  new_session: { ...GATE, finishImport: true, bringIn: true },
  state: { ...GATE, finishImport: true },
  old_layout: PASS,
  // Who gives the program up does not want it to take more in.
  removal: { ...PASS, gate: "recover", finishImport: true },
};

/** Whether sessions may be changed only after {@link openForChange}. */
export function mustBeOpened(effect: Effect): boolean {
  return PREPARATIONS[effect].finishImport;
}

/** Refuses to change a session before {@link openForChange}: a defect of the command. */
export function requireOpened(
  { operation, effect }: { readonly operation: string; readonly effect: Effect },
): void {
  if (!mustBeOpened(effect)) return;
  throw new TypeError(`"${operation}" changes a session before openForChange`);
}
