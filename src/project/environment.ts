/**
 * Which environment a command runs in, told from environment variables alone.
 *
 * Three separate questions: is an **agent** at work, is this disk **ephemeral**, is this **CI**?
 * Each answer names the variable that decided. Values are never handed out, except the agent's own
 * session id and the name in `AI_AGENT`.
 *
 * The tables hold what the makers of these environments document. Names match as a whole, never by
 * prefix: a person may well have `CURSOR_TRACE_ID` or `CLAUDE_CODE_USE_BEDROCK` set.
 * @module
 */

/** Environment variables, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** An answer: what was recognised, and the variable that said so. */
export interface Recognised {
  readonly name: string;
  readonly variable: string;
}

/** A recognised agent. The session fields are there when the agent names its own session. */
export interface RecognisedAgent extends Recognised {
  /** The agent's own session ID; the agent is bound to a session by it. */
  readonly sessionId?: string;
  /** The variable `sessionId` comes from. */
  readonly sessionVariable?: string;
}

/** The three answers; null means no. CI is always ephemeral too. */
export interface Environment {
  readonly agent: RecognisedAgent | null;
  readonly ephemeral: Recognised | null;
  readonly ci: Recognised | null;
}

/** Questions only the system can answer. Asked last, and only when they are given. */
export interface EnvironmentProbes {
  readonly homeWritable?: () => boolean;
}

/** A variable that counts when it is set, or only when it has exactly this value. */
type Marker = string | readonly [variable: string, value: string];

interface Row {
  readonly name: string;
  readonly markers: readonly Marker[];
}

interface AgentRow extends Row {
  /** Variables that identify one session of this agent, best first. */
  readonly sessions: readonly string[];
}

const CODEX_WEB: Marker = ["CODEX_INTERNAL_ORIGINATOR_OVERRIDE", "codex_web_agent"];

/** Most specific first: the first row with a marker that is set wins. */
export const AGENTS: readonly AgentRow[] = [
  {
    name: "claude-code",
    markers: [
      "CLAUDECODE",
      "CLAUDE_CODE_REMOTE",
      "CLAUDE_CODE_WEB",
      "CLAUDE_CODE_ENTRYPOINT",
      "CLAUDE_CODE_SESSION_ID",
      "CLAUDE_CODE_REMOTE_SESSION_ID",
      "CLAUDE_PROJECT_DIR",
      "CLAUDE_ENV_FILE",
    ],
    sessions: ["CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_REMOTE_SESSION_ID"],
  },
  {
    name: "codex",
    markers: ["CODEX_SANDBOX", "CODEX_THREAD_ID", "CODEX_CI", CODEX_WEB],
    sessions: ["CODEX_THREAD_ID"],
  },
  {
    name: "copilot",
    markers: ["COPILOT_AGENT_SESSION_ID", "COPILOT_AGENT_JOB_ID"],
    sessions: ["COPILOT_AGENT_SESSION_ID", "COPILOT_AGENT_JOB_ID"],
  },
  { name: "cursor", markers: ["CURSOR_AGENT"], sessions: [] },
  { name: "qwen-code", markers: ["QWEN_CODE"], sessions: [] },
  { name: "gemini-cli", markers: ["GEMINI_CLI"], sessions: [] },
  { name: "opencode", markers: ["OPENCODE"], sessions: [] },
  { name: "amp", markers: ["AMP_CURRENT_THREAD_ID"], sessions: ["AMP_CURRENT_THREAD_ID"] },
  { name: "roo-code", markers: ["ROO_CODE_TASK_ID"], sessions: ["ROO_CODE_TASK_ID"] },
  { name: "cline", markers: ["CLINE_ACTIVE"], sessions: [] },
  { name: "augment", markers: ["AUGMENT_AGENT"], sessions: [] },
  { name: "goose", markers: ["GOOSE_TERMINAL"], sessions: [] },
];

/** Set by agents that have no variable of their own above; its value is the agent's name. */
export const NAMED_AGENT = "AI_AGENT";

const EPHEMERAL: readonly Row[] = [
  {
    name: "claude-code-web",
    markers: ["CLAUDE_CODE_REMOTE", "CLAUDE_CODE_REMOTE_SESSION_ID", "CLAUDE_CODE_WEB"],
  },
  { name: "codespaces", markers: ["CODESPACES", "CODESPACE_NAME", "GITHUB_CODESPACES"] },
  { name: "gitpod", markers: ["GITPOD_WORKSPACE_ID"] },
  { name: "codex-web", markers: [CODEX_WEB] },
  { name: "copilot", markers: ["COPILOT_AGENT_SESSION_ID", "COPILOT_AGENT_JOB_ID"] },
];

const CI: readonly Row[] = [
  { name: "github-actions", markers: ["GITHUB_ACTIONS"] },
  { name: "gitlab-ci", markers: ["GITLAB_CI"] },
  { name: "buildkite", markers: ["BUILDKITE"] },
  { name: "circleci", markers: ["CIRCLECI"] },
  { name: "jenkins", markers: ["JENKINS_URL"] },
  { name: "azure-pipelines", markers: ["TF_BUILD"] },
  { name: "ci", markers: ["CI"] },
];

/** Longest name taken from `AI_AGENT`, and longest session id, in characters. */
const MAX_VALUE = 200;

/**
 * Answers the three questions. Pure but for the probe, and cheap: a few dozen look-ups.
 *
 * @param env The environment variables.
 * @param probes What may be asked of the system when no variable decides that the disk is ephemeral.
 */
export function detectEnvironment(env: Variables, probes: EnvironmentProbes = {}): Environment {
  return {
    agent: detectAgent(env),
    ephemeral: detectEphemeral(env, probes),
    ci: firstRow(CI, env),
  };
}

/** Whether the disk will be thrown away: a sandbox, CI, or a home directory that is read-only. */
function detectEphemeral(env: Variables, probes: EnvironmentProbes): Recognised | null {
  return firstRow(EPHEMERAL, env) ?? firstRow(CI, env) ?? lastResort(env, probes);
}

function detectAgent(env: Variables): RecognisedAgent | null {
  for (const row of AGENTS) {
    const variable = firstMarker(row, env);
    if (variable === undefined) continue;
    for (const sessionVariable of row.sessions) {
      const sessionId = printable(valueOf(env, sessionVariable));
      if (sessionId !== "") return { name: row.name, variable, sessionId, sessionVariable };
    }
    return { name: row.name, variable };
  }
  const value = valueOf(env, NAMED_AGENT);
  if (value === undefined) return null;
  const name = /^(1|true|yes|on)$/i.test(value) ? "" : printable(value);
  return { name: name === "" ? "agent" : name, variable: NAMED_AGENT };
}

/** A read-only home directory means a sandbox; no variable says so, so the answer names the one that leads there. */
function lastResort(env: Variables, probes: EnvironmentProbes): Recognised | null {
  if (probes.homeWritable === undefined || probes.homeWritable()) return null;
  const variable = valueOf(env, "HOME") === undefined && valueOf(env, "USERPROFILE") !== undefined
    ? "USERPROFILE"
    : "HOME";
  return { name: "read-only-home", variable };
}

function firstRow(rows: readonly Row[], env: Variables): Recognised | null {
  for (const row of rows) {
    const variable = firstMarker(row, env);
    if (variable !== undefined) return { name: row.name, variable };
  }
  return null;
}

function firstMarker(row: Row, env: Variables): string | undefined {
  for (const marker of row.markers) {
    const [name, wanted] = typeof marker === "string" ? [marker] : marker;
    // Most are not set at all: a call for each would make the engine compile it.
    if (env[name] === undefined) continue;
    const value = valueOf(env, name);
    if (value !== undefined && (wanted === undefined || value === wanted)) return name;
  }
  return undefined;
}

/** The trimmed value, or undefined when the variable is unset or says no. */
function valueOf(env: Variables, variable: string): string | undefined {
  const value = env[variable]?.trim();
  if (value === undefined || /^(|0|false|no|off)$/i.test(value)) return undefined;
  return value;
}

/** Without control and format characters, and bounded: it ends up in files and on terminals. */
function printable(value: string | undefined): string {
  return value === undefined
    ? ""
    : value.replace(/[\p{C}\u2028\u2029]/gu, "").trim().slice(0, MAX_VALUE);
}
