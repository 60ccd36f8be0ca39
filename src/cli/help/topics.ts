/**
 * The help topics: texts about more than one command, made from the tables that the program uses.
 * @module
 */
import { CONFIG_KEY_NAMES, configKey } from "../../config/keys.ts";
import { expectedOf, valueText } from "../../config/value.ts";
import { AGENTS, NAMED_AGENT } from "../../project/environment.ts";
import { exitCodes } from "./exit_codes.ts";
import { COMMAND_VARIABLES, VARIABLES, type VariableSpec } from "./variables.ts";

/** One row of a topic: a name, what it means, and facts for programs. */
export interface TopicEntry {
  readonly name: string;
  readonly means: string;
  readonly [fact: string]: unknown;
}

/** A table of a topic. */
export interface TopicTable {
  readonly title: string;
  readonly entries: readonly TopicEntry[];
}

/** A help topic. */
export interface HelpTopic {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs in front of the tables. */
  readonly text: readonly string[];
  readonly tables: () => readonly TopicTable[];
}

/** What is written into an agent's file; `README.md` and `docs/agents.md` have the same. */
export const AGENT_LINE =
  "Run `orchestrator status`, do what it shows as next, run the command it prints; on exit code 7 do what is missing, ask a person for approvals, and never edit `.orchestrator/`.";

/** All topics, in the order help shows them. */
export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    name: "exit-codes",
    summary: "What each exit code means",
    text: ["The exit code is the kind of result; the message has the details."],
    tables: () => [{
      title: "Exit codes",
      entries: exitCodes().map(({ code, kind, means }) => ({
        name: `${code} ${kind}`,
        means,
        code,
        kind,
      })),
    }],
  },
  {
    name: "environment",
    summary: "Environment variables",
    text: [
      "Each configuration key also has a variable: see `orchestrator help configuration`. `orchestrator env` shows what is detected here.",
    ],
    tables: () => [
      { title: "Variables that orchestrator reads", entries: VARIABLES.map(variableEntry) },
      {
        title: "Variables passed to the commands of a workflow",
        entries: COMMAND_VARIABLES.map(variableEntry),
      },
    ],
  },
  {
    name: "configuration",
    summary: "Configuration keys and layers",
    text: [
      "Layers, highest precedence first: --set KEY=VALUE on the command line, environment variables, .orchestrator/config.yaml in the repository, your own files, defaults. `orchestrator config show` shows the origin of each value.",
      "The variable of a key is ORCHESTRATOR_ followed by its name in capitals, with _ for each dot. A repository's file cannot set personal keys.",
    ],
    tables: () => [{ title: "Keys", entries: CONFIG_KEY_NAMES.map(keyEntry) }],
  },
  {
    name: "agents",
    summary: "How agents use orchestrator, and which are detected",
    text: [
      `The line for your agent's file (AGENTS.md, CLAUDE.md, …): ${AGENT_LINE}`,
      "Every command accepts --json, and no command asks a question without a terminal. `orchestrator help --json` lists all commands and options. `orchestrator handoff` prints a prompt for the next agent.",
      "Inside an agent `approve` is refused with exit code 7, unless the workflow's settings have agents_may_approve: true. An agent that identifies its own session in the environment is bound to the session that it starts.",
    ],
    tables: () => [{
      title: "Agents, and the variables used to detect them",
      entries: [
        ...AGENTS.map(({ name, markers, sessions }) => {
          const variables = markers.map((marker) =>
            typeof marker === "string" ? marker : marker.join("=")
          );
          return { name, means: variables.join(", "), variables, sessionVariables: sessions };
        }),
        {
          name: "any other",
          means: `${NAMED_AGENT}=<name>`,
          variables: [NAMED_AGENT],
          sessionVariables: [],
        },
      ],
    }],
  },
];

function variableEntry({ names, means }: VariableSpec): TopicEntry {
  return { name: names.join(", "), means, variables: names };
}

function keyEntry(name: (typeof CONFIG_KEY_NAMES)[number]): TopicEntry {
  const key = configKey(name);
  const value = key.default === null ? null : valueText(key, key.default);
  const facts = [
    expectedOf(key.type),
    ...(value === null ? [] : [`default ${value}`]),
    ...(key.personal ? ["personal"] : []),
  ];
  return {
    name,
    means: `${key.description} (${facts.join("; ")})`,
    description: key.description,
    type: key.type.kind,
    expected: expectedOf(key.type),
    default: key.secret !== undefined ? null : key.default,
    variable: key.env,
    personal: key.personal === true,
  };
}
