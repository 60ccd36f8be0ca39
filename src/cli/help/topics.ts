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

/** All topics, in the order help shows them. */
export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    name: "exit-codes",
    summary: "What each exit code means",
    text: ["An exit code says what kind of answer it is; the message says the rest."],
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
      "Each key of the configuration has a variable, too: see `orchestrator help configuration`. `orchestrator env` shows what is recognised here.",
    ],
    tables: () => [
      { title: "Variables that are read", entries: VARIABLES.map(variableEntry) },
      {
        title: "Variables that the commands of a workflow find",
        entries: COMMAND_VARIABLES.map(variableEntry),
      },
    ],
  },
  {
    name: "configuration",
    summary: "Keys of the configuration, and which layer wins",
    text: [
      "The layers, the highest first: --set KEY=VALUE on the command line, environment variables, .orchestrator/config.yaml in the repository, your own files, defaults. `orchestrator config show` says where each value comes from.",
      "The variable of a key is ORCHESTRATOR_ and its name in capitals, with _ for each dot. A repository's file cannot set the keys that are about you.",
    ],
    tables: () => [{ title: "Keys", entries: CONFIG_KEY_NAMES.map(keyEntry) }],
  },
  {
    name: "agents",
    summary: "How agents work with it, and which are recognised",
    text: [
      "Work through `orchestrator status`: do what it names as next, prove it, and run the command it prints. Never edit .orchestrator/. When a command ends with exit code 7, do what it says is missing; ask a person for approvals.",
      "Every command takes --json, and none asks a question without a terminal. `orchestrator help --json` lists all commands and options. `orchestrator handoff` prints a prompt for the next agent.",
      "Inside an agent `approve` is refused with exit code 7, unless the workflow's settings say agents_may_approve: true. An agent that names its own session in the environment is bound to the session that it starts.",
    ],
    tables: () => [{
      title: "Agents, and the variables that they are recognised by",
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
    ...(key.personal ? ["about you"] : []),
  ];
  return {
    name,
    means: `${key.description} (${facts.join("; ")})`,
    description: key.description,
    type: key.type.kind,
    expected: expectedOf(key.type),
    default: key.secret === true ? null : key.default,
    variable: key.env,
    personal: key.personal === true,
  };
}
