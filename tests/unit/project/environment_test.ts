import assert from "node:assert/strict";
import { detectEnvironment, type Variables } from "../../../src/project/environment.ts";

/** What is expected: `name@variable`, and for an agent `name@variable#sessionVariable=sessionId`. */
interface Case {
  readonly title: string;
  readonly env: Variables;
  readonly agent?: string;
  readonly ephemeral?: string;
  readonly ci?: string;
}

const DESKTOP: Variables = {
  HOME: "/home/mo",
  USER: "mo",
  PATH: "/usr/bin",
  TERM: "xterm-256color",
};

const RECOGNISED: readonly Case[] = [
  {
    title: "Claude Code on the web",
    env: {
      CLAUDECODE: "1",
      CLAUDE_CODE_ENTRYPOINT: "remote",
      CLAUDE_CODE_REMOTE: "true",
      CLAUDE_CODE_REMOTE_SESSION_ID: "cse_01",
      CLAUDE_CODE_SESSION_ID: "5f0c",
    },
    agent: "claude-code@CLAUDECODE#CLAUDE_CODE_SESSION_ID=5f0c",
    ephemeral: "claude-code-web@CLAUDE_CODE_REMOTE",
  },
  {
    title: "Claude Code on the web, a hook",
    env: { CLAUDE_PROJECT_DIR: "/home/user/repo", CLAUDE_CODE_REMOTE: "true" },
    agent: "claude-code@CLAUDE_CODE_REMOTE",
    ephemeral: "claude-code-web@CLAUDE_CODE_REMOTE",
  },
  {
    title: "Claude Code on the web, only its remote session",
    env: { CLAUDE_CODE_REMOTE_SESSION_ID: "cse_01" },
    agent: "claude-code@CLAUDE_CODE_REMOTE_SESSION_ID#CLAUDE_CODE_REMOTE_SESSION_ID=cse_01",
    ephemeral: "claude-code-web@CLAUDE_CODE_REMOTE_SESSION_ID",
  },
  {
    title: "Claude Code on the web, as the roadmap spelled it",
    env: { CLAUDE_CODE_WEB: "1" },
    agent: "claude-code@CLAUDE_CODE_WEB",
    ephemeral: "claude-code-web@CLAUDE_CODE_WEB",
  },
  {
    title: "Claude Code on a desktop",
    env: {
      ...DESKTOP,
      CLAUDECODE: "1",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      CLAUDE_CODE_SESSION_ID: "abc",
    },
    agent: "claude-code@CLAUDECODE#CLAUDE_CODE_SESSION_ID=abc",
  },
  {
    title: "Claude Code on a desktop that says it is not remote",
    env: { ...DESKTOP, CLAUDECODE: "1", CLAUDE_CODE_REMOTE: "false" },
    agent: "claude-code@CLAUDECODE",
  },
  {
    title: "a hook of Claude Code on a desktop",
    env: { ...DESKTOP, CLAUDE_PROJECT_DIR: "/home/mo/repo" },
    agent: "claude-code@CLAUDE_PROJECT_DIR",
  },
  {
    title: "a session-start hook of Claude Code",
    env: { ...DESKTOP, CLAUDE_ENV_FILE: "/tmp/env" },
    agent: "claude-code@CLAUDE_ENV_FILE",
  },
  {
    title: "Claude Code in a GitHub Actions job",
    env: { CI: "true", GITHUB_ACTIONS: "true", CLAUDECODE: "1" },
    agent: "claude-code@CLAUDECODE",
    ephemeral: "github-actions@GITHUB_ACTIONS",
    ci: "github-actions@GITHUB_ACTIONS",
  },
  {
    title: "Claude Code in a codespace",
    env: { CODESPACES: "true", CODESPACE_NAME: "fuzzy-disco", CLAUDECODE: "1" },
    agent: "claude-code@CLAUDECODE",
    ephemeral: "codespaces@CODESPACES",
  },
  {
    title: "a person in a codespace",
    env: { CODESPACES: "true", CODESPACE_NAME: "fuzzy-disco", GITHUB_USER: "mo" },
    ephemeral: "codespaces@CODESPACES",
  },
  {
    title: "a codespace known by its name alone",
    env: { CODESPACE_NAME: "fuzzy-disco" },
    ephemeral: "codespaces@CODESPACE_NAME",
  },
  {
    title: "a codespace, as the roadmap spelled it",
    env: { GITHUB_CODESPACES: "1" },
    ephemeral: "codespaces@GITHUB_CODESPACES",
  },
  {
    title: "Gitpod",
    env: { GITPOD_WORKSPACE_ID: "repo-1234" },
    ephemeral: "gitpod@GITPOD_WORKSPACE_ID",
  },
  {
    title: "Codex in its sandbox on a desktop",
    env: { ...DESKTOP, CODEX_SANDBOX: "seatbelt", CODEX_THREAD_ID: "th_9" },
    agent: "codex@CODEX_SANDBOX#CODEX_THREAD_ID=th_9",
  },
  { title: "Codex exec", env: { ...DESKTOP, CODEX_CI: "1" }, agent: "codex@CODEX_CI" },
  {
    title: "Codex on the web",
    env: { CODEX_CI: "1", CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "codex_web_agent" },
    agent: "codex@CODEX_CI",
    ephemeral: "codex-web@CODEX_INTERNAL_ORIGINATOR_OVERRIDE",
  },
  {
    title: "the Copilot cloud agent: an agent although it runs in Actions",
    env: {
      CI: "true",
      GITHUB_ACTIONS: "true",
      COPILOT_AGENT_SESSION_ID: "s1",
      COPILOT_AGENT_JOB_ID: "j1",
    },
    agent: "copilot@COPILOT_AGENT_SESSION_ID#COPILOT_AGENT_SESSION_ID=s1",
    ephemeral: "copilot@COPILOT_AGENT_SESSION_ID",
    ci: "github-actions@GITHUB_ACTIONS",
  },
  {
    title: "the Copilot cloud agent, by its job",
    env: { CI: "true", COPILOT_AGENT_JOB_ID: "j1" },
    agent: "copilot@COPILOT_AGENT_JOB_ID#COPILOT_AGENT_JOB_ID=j1",
    ephemeral: "copilot@COPILOT_AGENT_JOB_ID",
    ci: "ci@CI",
  },
  {
    title: "Cursor's agent",
    env: { ...DESKTOP, CURSOR_AGENT: "1", CURSOR_TRACE_ID: "t" },
    agent: "cursor@CURSOR_AGENT",
  },
  { title: "Gemini CLI", env: { ...DESKTOP, GEMINI_CLI: "1" }, agent: "gemini-cli@GEMINI_CLI" },
  { title: "opencode", env: { ...DESKTOP, OPENCODE: "1" }, agent: "opencode@OPENCODE" },
  {
    title: "Amp",
    env: { ...DESKTOP, AMP_CURRENT_THREAD_ID: "T-1" },
    agent: "amp@AMP_CURRENT_THREAD_ID#AMP_CURRENT_THREAD_ID=T-1",
  },
  { title: "Cline", env: { ...DESKTOP, CLINE_ACTIVE: "true" }, agent: "cline@CLINE_ACTIVE" },
  { title: "Augment", env: { ...DESKTOP, AUGMENT_AGENT: "1" }, agent: "augment@AUGMENT_AGENT" },
  { title: "Goose", env: { ...DESKTOP, GOOSE_TERMINAL: "1" }, agent: "goose@GOOSE_TERMINAL" },
  { title: "Qwen Code", env: { ...DESKTOP, QWEN_CODE: "1" }, agent: "qwen-code@QWEN_CODE" },
  {
    title: "Roo Code",
    env: { ...DESKTOP, ROO_CODE_TASK_ID: "r1" },
    agent: "roo-code@ROO_CODE_TASK_ID#ROO_CODE_TASK_ID=r1",
  },
  { title: "an agent that gives its name", env: { AI_AGENT: "v0" }, agent: "v0@AI_AGENT" },
  {
    title: "an agent that only says it is one",
    env: { AI_AGENT: "true" },
    agent: "agent@AI_AGENT",
  },
  {
    title: "an agent with control characters in its name",
    env: { AI_AGENT: " \u001b[31mred\u202e " },
    agent: "[31mred@AI_AGENT",
  },
  {
    title: "an agent with a variable of its own is not renamed by AI_AGENT",
    env: { CLAUDECODE: "1", AI_AGENT: "claude-code/2.1.0/agent" },
    agent: "claude-code@CLAUDECODE",
  },
  {
    title: "GitLab CI",
    env: { CI: "true", GITLAB_CI: "true" },
    ephemeral: "gitlab-ci@GITLAB_CI",
    ci: "gitlab-ci@GITLAB_CI",
  },
  {
    title: "Buildkite",
    env: { CI: "true", BUILDKITE: "true" },
    ephemeral: "buildkite@BUILDKITE",
    ci: "buildkite@BUILDKITE",
  },
  {
    title: "CircleCI",
    env: { CI: "true", CIRCLECI: "true" },
    ephemeral: "circleci@CIRCLECI",
    ci: "circleci@CIRCLECI",
  },
  {
    title: "Jenkins",
    env: { JENKINS_URL: "https://jenkins.example/" },
    ephemeral: "jenkins@JENKINS_URL",
    ci: "jenkins@JENKINS_URL",
  },
  {
    title: "Azure Pipelines",
    env: { TF_BUILD: "True" },
    ephemeral: "azure-pipelines@TF_BUILD",
    ci: "azure-pipelines@TF_BUILD",
  },
  { title: "a CI that is not in the list", env: { CI: "1" }, ephemeral: "ci@CI", ci: "ci@CI" },
  { title: "Vercel's value of CI", env: { CI: "woodpecker" }, ephemeral: "ci@CI", ci: "ci@CI" },
  {
    title: "a codespace running CI keeps the more specific name",
    env: { CODESPACES: "true", CI: "true" },
    ephemeral: "codespaces@CODESPACES",
    ci: "ci@CI",
  },
];

const AGENT_VARIABLES = [
  "CLAUDECODE",
  "CLAUDE_CODE_REMOTE",
  "CLAUDE_CODE_REMOTE_SESSION_ID",
  "CODEX_SANDBOX",
  "CODEX_CI",
  "COPILOT_AGENT_SESSION_ID",
  "CURSOR_AGENT",
  "GEMINI_CLI",
  "OPENCODE",
  "CLINE_ACTIVE",
  "AI_AGENT",
  "CODESPACES",
  "GITPOD_WORKSPACE_ID",
  "GITHUB_ACTIONS",
  "CI",
] as const;

const NOT_RECOGNISED: readonly (readonly [title: string, env: Variables])[] = [
  ["nothing at all", {}],
  ["a desktop", DESKTOP],
  ["a person in Cursor's terminal", { ...DESKTOP, CURSOR_TRACE_ID: "9d2" }],
  ["a person in VS Code's terminal", { TERM_PROGRAM: "vscode", VSCODE_GIT_IPC_HANDLE: "/tmp/x" }],
  ["settings of Claude Code", { CLAUDE_CODE_USE_BEDROCK: "1", CLAUDE_CONFIG_DIR: "/c" }],
  ["a name that begins like Claude Code's", { CLAUDECODE_DIR: "1", CLAUDE_CODE_REMOTE_X: "true" }],
  ["a name that ends like Claude Code's", { MY_CLAUDECODE: "1", X_CLAUDE_CODE_SESSION_ID: "1" }],
  ["a name in lower case", { claudecode: "1", ci: "true" }],
  ["an API key of an agent's maker", { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k" }],
  ["settings of Codex", { CODEX_HOME: "/home/mo/.codex", CODEX_API_KEY: "k" }],
  ["another originator", { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "codex_vscode" }],
  ["an originator that only begins so", { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "codex_web_agent2" }],
  ["settings of Gemini", { GEMINI_API_KEY: "k", GEMINI_CLI_HOME: "/g" }],
  ["settings of Copilot", { COPILOT_MODEL: "x", COPILOT_AGENT: "1" }],
  ["settings of Goose", { GOOSE_PROVIDER: "openai", GOOSE_MODEL: "x" }],
  ["settings of opencode", { OPENCODE_CONFIG: "/x.json" }],
  ["Gitpod's tools outside of it", { GITPOD_HOST: "https://gitpod.io" }],
  ["a GitHub token", { GITHUB_TOKEN: "k", GITHUB_USER: "mo", GH_TOKEN: "k" }],
  ["names that begin with CI", { CI_COMMIT_SHA: "1", CIRCLE: "1", CI_JOB_ID: "2" }],
  ["Jenkins' home", { JENKINS_HOME: "/var/lib/jenkins" }],
  ["a build number", { BUILD_NUMBER: "3", BUILDKITE_AGENT_NAME: "x", TF_VAR_x: "1" }],
  ["tmux over ssh", { TMUX: "/tmp/tmux", SSH_CONNECTION: "1 2 3 4" }],
  ["a container", { container: "docker", KUBERNETES_SERVICE_HOST: "10.0.0.1" }],
  ["an unset variable", { CLAUDECODE: undefined, CI: undefined }],
  ["only blanks", { CLAUDECODE: "  ", CI: "\t" }],
  ...["", "0", "false", "False", "no", "NO", "off", "OFF", " off "].map((no) =>
    [
      `every variable set to ${JSON.stringify(no)}`,
      Object.fromEntries(AGENT_VARIABLES.map((variable) => [variable, no])),
    ] as const
  ),
];

for (const { title, env, agent, ephemeral, ci } of RECOGNISED) {
  Deno.test(`environment: ${title}`, () => {
    const found = detectEnvironment(env);
    const session = found.agent?.sessionVariable === undefined
      ? ""
      : `#${found.agent.sessionVariable}=${found.agent.sessionId}`;
    assert.deepEqual({
      agent: found.agent === null
        ? undefined
        : `${found.agent.name}@${found.agent.variable}${session}`,
      ephemeral: found.ephemeral === null
        ? undefined
        : `${found.ephemeral.name}@${found.ephemeral.variable}`,
      ci: found.ci === null ? undefined : `${found.ci.name}@${found.ci.variable}`,
    }, { agent, ephemeral, ci });
  });
}

for (const [title, env] of NOT_RECOGNISED) {
  Deno.test(`environment: ${title} is nothing special`, () => {
    assert.deepEqual(detectEnvironment(env), { agent: null, ephemeral: null, ci: null });
  });
}

Deno.test("environment: a home that cannot be written to is the last resort", () => {
  const env = { HOME: "/root" };
  assert.deepEqual(detectEnvironment(env, { homeWritable: () => false }).ephemeral, {
    name: "read-only-home",
    variable: "HOME",
  });
  assert.equal(detectEnvironment(env, { homeWritable: () => true }).ephemeral, null);
  assert.equal(
    detectEnvironment({ USERPROFILE: "C:\\Users\\mo" }, { homeWritable: () => false }).ephemeral
      ?.variable,
    "USERPROFILE",
  );
});

Deno.test("environment: the system is not asked when a variable decides", () => {
  const probes = {
    homeWritable: () => {
      throw new Error("asked");
    },
  };
  assert.equal(detectEnvironment({ CI: "true" }, probes).ephemeral?.name, "ci");
  assert.equal(detectEnvironment({ CODESPACES: "true" }, probes).ephemeral?.name, "codespaces");
  assert.throws(() => detectEnvironment({}, probes), /asked/);
});

Deno.test("environment: no value is handed out but the session id and an agent's name", () => {
  const secret = "s3cr3t";
  const env = Object.fromEntries(
    [
      ...AGENT_VARIABLES.filter((variable) => !/SESSION_ID|AI_AGENT/.test(variable)),
      "CODESPACE_NAME",
      "JENKINS_URL",
      "CLAUDE_PROJECT_DIR",
    ].map((variable) => [variable, secret]),
  );
  assert.ok(!JSON.stringify(detectEnvironment(env)).includes(secret));
});

Deno.test("environment: a session id is bounded and printable", () => {
  const { agent } = detectEnvironment({ CODEX_THREAD_ID: "a\u0007b".repeat(500) });
  assert.equal(agent?.sessionId, "ab".repeat(100));
});
