/**
 * Every command of the program. Help, completion, the command reference and the tests read it.
 * @module
 */
import type { CommandSpec } from "./command.ts";
import { DOCTOR_COMMANDS } from "./table/doctor.ts";
import { CONFIG_COMMANDS } from "./table/config.ts";
import { MIGRATION_COMMANDS } from "./table/migration.ts";
import { PROJECT_COMMANDS } from "./table/project.ts";
import { RECORD_COMMANDS } from "./table/records.ts";
import { SECRETS_COMMANDS } from "./table/secrets.ts";
import { SELF_COMMANDS } from "./table/self.ts";
import { SESSION_COMMANDS } from "./table/sessions.ts";
import { SNAPSHOT_COMMANDS } from "./table/snapshot.ts";
import { STATE_COMMANDS } from "./table/state.ts";
import { TRUST_COMMANDS } from "./table/trust.ts";
import { WORK_COMMANDS } from "./table/work.ts";

/** All commands, in the order help shows them. */
export const COMMANDS: readonly CommandSpec[] = [
  ...WORK_COMMANDS,
  ...RECORD_COMMANDS,
  ...SESSION_COMMANDS,
  ...PROJECT_COMMANDS,
  ...MIGRATION_COMMANDS,
  ...CONFIG_COMMANDS,
  ...SECRETS_COMMANDS,
  ...SNAPSHOT_COMMANDS,
  ...STATE_COMMANDS,
  ...TRUST_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...SELF_COMMANDS,
];
