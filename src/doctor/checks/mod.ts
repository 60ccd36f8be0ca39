/**
 * All checks, in the order they are shown. Fixes run in this order too.
 * @module
 */
import type { Check } from "../check.ts";
import { configEnvironment } from "./config_environment.ts";
import { configOldHome } from "./config_old_home.ts";
import { configPermissions } from "./config_permissions.ts";
import { configRepository } from "./config_repository.ts";
import { configUnknown } from "./config_unknown.ts";
import { configUser } from "./config_user.ts";
import { environmentAgent } from "./environment_agent.ts";
import { environmentCi } from "./environment_ci.ts";
import { environmentEphemeral } from "./environment_ephemeral.ts";
import { environmentHome } from "./environment_home.ts";
import { environmentSandbox } from "./environment_sandbox.ts";
import { environmentSession } from "./environment_session.ts";
import { environmentVariables } from "./environment_variables.ts";
import { installationClock } from "./installation_clock.ts";
import { installationCopies } from "./installation_copies.ts";
import { installationDisk } from "./installation_disk.ts";
import { installationGit } from "./installation_git.ts";
import { installationShell } from "./installation_shell.ts";
import { installationVersion } from "./installation_version.ts";
import { layoutImport } from "./layout_import.ts";
import { layoutLinks } from "./layout_links.ts";
import { layoutMigration } from "./layout_migration.ts";
import { layoutOld } from "./layout_old.ts";
import { layoutOldAndNew } from "./layout_old_and_new.ts";
import { layoutOldChecksum } from "./layout_old_checksum.ts";
import { layoutOldDamaged } from "./layout_old_damaged.ts";
import { layoutOldFindings } from "./layout_old_findings.ts";
import { layoutOldLinks } from "./layout_old_links.ts";
import { layoutPrivate } from "./layout_private.ts";
import { layoutReplacing } from "./layout_replacing.ts";
import { layoutStaging } from "./layout_staging.ts";
import { layoutTemporaries } from "./layout_temporaries.ts";
import { layoutUnknown } from "./layout_unknown.ts";
import { locksHeld } from "./locks_held.ts";
import { locksPossible } from "./locks_possible.ts";
import { projectCopied } from "./project_copied.ts";
import { projectFormat } from "./project_format.ts";
import { projectGit } from "./project_git.ts";
import { projectGitattributes } from "./project_gitattributes.ts";
import { projectGitignore } from "./project_gitignore.ts";
import { projectIgnored } from "./project_ignored.ts";
import { projectInitialised } from "./project_initialised.ts";
import { projectInner } from "./project_inner.ts";
import { projectMeta } from "./project_meta.ts";
import { projectNested } from "./project_nested.ts";
import { projectNetwork } from "./project_network.ts";
import { projectOwner } from "./project_owner.ts";
import { projectRoot } from "./project_root.ts";
import { projectTracked } from "./project_tracked.ts";
import { projectWorktree } from "./project_worktree.ts";
import { projectWritable } from "./project_writable.ts";
import { secretsEmpty } from "./secrets_empty.ts";
import { secretsIdentity } from "./secrets_identity.ts";
import { secretsNames } from "./secrets_names.ts";
import { secretsOldFiles } from "./secrets_old_files.ts";
import { secretsPermissions } from "./secrets_permissions.ts";
import { secretsPlaceholder } from "./secrets_placeholder.ts";
import { secretsReadable } from "./secrets_readable.ts";
import { secretsRequired } from "./secrets_required.ts";
import { secretsTracked } from "./secrets_tracked.ts";
import { secretsWhitespace } from "./secrets_whitespace.ts";
import { sessionsAudit } from "./sessions_audit.ts";
import { sessionsBindings } from "./sessions_bindings.ts";
import { sessionsBypasses } from "./sessions_bypasses.ts";
import { sessionsChain } from "./sessions_chain.ts";
import { sessionsCurrent } from "./sessions_current.ts";
import { sessionsFrozen } from "./sessions_frozen.ts";
import { sessionsHistory } from "./sessions_history.ts";
import { sessionsLineEnds } from "./sessions_line_ends.ts";
import { sessionsLost } from "./sessions_lost.ts";
import { sessionsMeta } from "./sessions_meta.ts";
import { sessionsNames } from "./sessions_names.ts";
import { sessionsOrphans } from "./sessions_orphans.ts";
import { sessionsReadable } from "./sessions_readable.ts";
import { sessionsRemembered } from "./sessions_remembered.ts";
import { sessionsRepository } from "./sessions_repository.ts";
import { sessionsSize } from "./sessions_size.ts";
import { sessionsStale } from "./sessions_stale.ts";
import { sessionsState } from "./sessions_state.ts";
import { sessionsTorn } from "./sessions_torn.ts";
import { stateCopies } from "./state_copies.ts";
import { stateLost } from "./state_lost.ts";
import { statePlaceOf } from "./state_place.ts";
import { statePushed } from "./state_pushed.ts";
import { stateServer } from "./state_server.ts";
import { workflowCommands } from "./workflow_commands.ts";
import { workflowDrift } from "./workflow_drift.ts";
import { workflowFormat } from "./workflow_format.ts";
import { workflowGates } from "./workflow_gates.ts";
import { workflowPresent } from "./workflow_present.ts";
import { workflowSchema } from "./workflow_schema.ts";
import { workflowValid } from "./workflow_valid.ts";

export const CHECKS: readonly Check[] = [
  installationVersion,
  installationClock,
  installationCopies,
  installationDisk,
  installationGit,
  installationShell,
  projectRoot,
  projectInitialised,
  projectMeta,
  projectCopied,
  projectFormat,
  projectGit,
  projectGitignore,
  projectGitattributes,
  projectIgnored,
  projectInner,
  projectNested,
  projectNetwork,
  projectOwner,
  projectTracked,
  projectWorktree,
  projectWritable,
  layoutMigration,
  layoutImport,
  layoutOld,
  layoutLinks,
  layoutOldAndNew,
  layoutOldChecksum,
  layoutOldDamaged,
  layoutOldFindings,
  layoutOldLinks,
  layoutStaging,
  layoutReplacing,
  layoutTemporaries,
  layoutPrivate,
  layoutUnknown,
  sessionsReadable,
  sessionsChain,
  sessionsAudit,
  sessionsLost,
  sessionsRemembered,
  sessionsState,
  sessionsBindings,
  sessionsBypasses,
  sessionsCurrent,
  sessionsFrozen,
  sessionsHistory,
  sessionsRepository,
  sessionsLineEnds,
  sessionsMeta,
  sessionsNames,
  sessionsOrphans,
  sessionsSize,
  sessionsStale,
  sessionsTorn,
  locksHeld,
  locksPossible,
  workflowPresent,
  workflowValid,
  workflowFormat,
  workflowSchema,
  workflowCommands,
  workflowDrift,
  workflowGates,
  configRepository,
  configUser,
  configEnvironment,
  configUnknown,
  configOldHome,
  configPermissions,
  secretsRequired,
  secretsReadable,
  secretsPermissions,
  secretsTracked,
  secretsEmpty,
  secretsWhitespace,
  secretsPlaceholder,
  secretsNames,
  secretsOldFiles,
  secretsIdentity,
  environmentAgent,
  environmentCi,
  environmentEphemeral,
  environmentHome,
  environmentSession,
  environmentVariables,
  environmentSandbox,
  statePlaceOf,
  statePushed,
  stateServer,
  stateCopies,
  stateLost,
];
