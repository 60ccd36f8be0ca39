/**
 * Bad workflow files and what is said of them: `line:column level message → hint`.
 * `accepted` tells whether the JSON Schema accepts the file: what depends on several values, on
 * template variables or on YAML itself is beyond it.
 * @module
 */

/** One bad file. */
export interface BadFile {
  readonly about: string;
  readonly text: string;
  readonly findings: readonly string[];
  /** False when editors see the problem by the schema as well. */
  readonly accepted: boolean;
}

/** A file with one phase and the given item lines, the first of which begins with "- ". */
function withItem(...lines: readonly string[]): string {
  return ["name: W", "phases:", "  - id: A", "    name: A", "    items:"]
    .concat(lines.map((line) => `      ${line}`)).join("\n");
}

/** A file with one phase, one item and the given further lines of the phase. */
function withPhase(...lines: readonly string[]): string {
  return ["name: W", "phases:", "  - id: A", "    name: A", "    items: [{id: a, name: a}]"]
    .concat(lines.map((line) => `    ${line}`)).join("\n");
}

function withSettings(settings: string, command: string): string {
  return `settings: ${settings}\nsteps:\n  - name: x\n    command: ${command}`;
}

/** The table, grouped: names, kinds, words, proofs, settings, structure, YAML. */
export const BAD_FILES: readonly BadFile[] = [
  // Keys
  {
    about: "an unknown key of an item",
    text: withItem("- id: a", "  name: a", "  stepType: gate"),
    findings: [
      '8:9 warning unknown key "stepType" in an item (ignored) → Did you mean "step_type"?',
    ],
    accepted: false,
  },
  {
    about: "unknown keys at every level",
    text: "nmae: W\nname: W\nphases:\n  - id: A\n    name: A\n    item: []\n" +
      "    items: [{id: a, name: a, verification: {tipe: command}}]\nstep: 1\n",
    findings: [
      '1:1 warning unknown key "nmae" in the workflow (ignored)',
      '6:5 warning unknown key "item" in a phase (ignored)',
      '7:45 warning unknown key "tipe" in a verification (ignored) → Did you mean "type"?',
      '8:1 warning unknown key "step" in the workflow (ignored) → Did you mean "steps"?',
    ],
    accepted: false,
  },
  {
    about: "keys that belong elsewhere",
    text: "name: W\ntest_command: x\nphases:\n  - id: A\n    name: A\n    items:\n" +
      "      - {id: a, name: a, command: ls, verification: {timeout: 3}}\n    tasks: [b]\n",
    findings: [
      '2:1 warning unknown key "test_command" in the workflow (ignored) → It belongs under "settings:"',
      '7:26 error the key "command" in an item is not supported: it would change what runs or what is required → Write "verification: {type: command, command: …}"',
      '7:54 error the key "timeout" in a verification is not supported: it would change what runs or what is required → "timeout" (in seconds) belongs in the item',
      '8:5 error the key "tasks" in a phase is not supported: it would change what runs or what is required → Did you mean "items"?',
    ],
    accepted: false,
  },
  {
    about: "a missing name and its misspelling",
    text: withItem("- id: a", "  nam: a"),
    findings: [
      '6:9 error "name" is missing → Rename "nam" to "name"',
      '7:9 warning unknown key "nam" in an item (ignored) → Did you mean "name"?',
    ],
    accepted: false,
  },
  {
    about: "missing ids and names",
    text: "phases:\n  - items:\n    - {}\n  - id:\n    name: null\n    items: [{id: x, name: ~}]\n",
    findings: [
      '1:1 error "name" is missing → Add "name: …"',
      '2:5 error "id" is missing',
      '2:5 error "name" is missing',
      '3:7 error "id" is missing',
      '3:7 error "name" is missing',
      '4:5 error "id" is missing',
      '5:5 error "name" is missing',
      '6:21 error "name" is missing',
    ],
    accepted: false,
  },

  // Kinds
  {
    about: "values of the wrong kind",
    text: withItem(
      "- id: a",
      "  name: [a]",
      "  required: maybe",
      "  notes: look",
      "  skip_conditions: {a: b}",
      "  verification: manual",
      "  timeout: 5m",
      "  agent: {x: 1, y: 2}",
    ),
    findings: [
      '7:15 error "name" must be a text, not a list',
      '8:19 error "required" must be true or false, not "maybe"',
      '9:16 error "notes" must be a list, not "look" → Write it as a list: ["look"]',
      '10:26 error "skip_conditions" must be a list, not a map → Begin each entry of "skip_conditions" with "- "',
      '11:23 error "verification" must be a map, not "manual" → Write verification: {type: manual_gate}',
      '12:18 error "timeout" must be a number, not "5m" → Give a number of seconds, e.g. 300',
      '13:16 error "agent" must be a text, not a map',
    ],
    accepted: false,
  },
  {
    about: "a note that YAML takes for a map",
    text: withPhase("notes:", "  - tip: ask early", "  - fine", "  - 7"),
    findings: [
      '7:9 error entry 1 of "notes" must be a text, not a map → Quote it: "tip: ask early"',
      '9:9 warning entry 3 of "notes" is interpreted as the text "7" → Quote it: "7"',
    ],
    accepted: false,
  },
  {
    about: "slips whose meaning is beyond doubt",
    text: withItem(
      "- id: 007",
      "  name: 1.0",
      "  required: no",
      '  skippable: "FALSE"',
      '  timeout: "60"',
      "  verification: {type: command, command: true}",
    ),
    findings: [
      '6:13 warning "id" is interpreted as the text "007" → Quote it: "007"',
      '7:15 warning "name" is interpreted as the text "1.0" → Quote it: "1.0"',
      '8:19 warning "required" is interpreted as false → Write false',
      '9:20 warning "skippable" is interpreted as false → Write false',
      '10:18 warning "timeout" is interpreted as the number 60 → Write it without quotes',
      '11:48 warning "verification.command" is interpreted as the text "true" → Quote it: "true"',
    ],
    accepted: false,
  },
  {
    about: "a slip that is set right and then out of range",
    text: withItem(
      "- id: a",
      "  name: a",
      '  verification: {type: command, command: ls, expect_exit_code: "999"}',
    ),
    findings: [
      '8:70 error "verification.expect_exit_code" must be between 0 and 255, not 999',
      '8:70 warning "verification.expect_exit_code" is interpreted as the number 999 → Write it without quotes',
    ],
    accepted: false,
  },
  {
    about: "phases and items that are no maps",
    text: "name: W\nphases:\n  - PLAN\n  - {id: B, name: B, items: [x, {id: y, name: y}]}\n",
    findings: [
      '3:5 error entry 1 of "phases" must be a map, not "PLAN"',
      '4:30 error entry 1 of "items" must be a map, not "x"',
    ],
    accepted: false,
  },

  // Ids and words
  {
    about: "ids that are none",
    text:
      "name: W\nphases:\n  - id: plan\n    name: A\n    items: [{id: a-b, name: a}, {id: '', name: ' '}, " +
      "{id: __, name: x}]\n  - {id: Éa, name: x}\n  - {id: '1', name: x}\n",
    findings: [
      '3:9 error "id" must have at least one upper-case letter and no lower-case letters, not "plan" → Write "PLAN"',
      '5:18 error "id" must consist of letters, digits and "_", not "a-b" → Write "a_b"',
      '5:38 error "id" must consist of letters, digits and "_"',
      '5:48 error "name" must not be empty',
      '5:59 error "id" must consist of letters, digits and "_", not "__"',
      '6:10 error "id" must have at least one upper-case letter and no lower-case letters, not "Éa" → Write "ÉA"',
      '7:10 error "id" must have at least one upper-case letter and no lower-case letters, not "1"',
    ],
    accepted: false,
  },
  {
    about: "words that are none",
    text: withItem(
      "- id: a",
      "  name: a",
      "  step_type: flexibel",
      "  evidence_schema: CodeAnalysis",
      "  verification: {type: file_exist}",
      "- {id: b, name: b, step_type: mandatory, verification: {type: shell}}",
      "- {id: c, name: c, verification: {type: 3}}",
    ) + "\n    phase_type: strikt\nsettings: {supervision_mode: zero-human}\n",
    findings: [
      '8:20 error "step_type" must be gate, required, documented or flexible, not "flexibel" → Did you mean "flexible"?',
      '9:26 error "evidence_schema" must be CodeAnalysisEvidence, EdgeCaseEvidence, SpecReviewEvidence or TestPlanEvidence, not "CodeAnalysis" → Did you mean "CodeAnalysisEvidence"?',
      '10:30 error "verification.type" must be file_exists, command, manual_gate or none, not "file_exist" → Did you mean "file_exists"?',
      '11:37 error "step_type" must be gate, required, documented or flexible, not "mandatory" → Did you mean "required"?',
      '11:69 error "verification.type" must be file_exists, command, manual_gate or none, not "shell" → Did you mean "command"?',
      '12:47 error "verification.type" must be file_exists, command, manual_gate or none, not 3',
      '13:17 error "phase_type" must be strict, guided or autonomous, not "strikt" → Did you mean "strict"?',
      '14:30 error setting "supervision_mode" must be supervised, zero_human or hybrid, not "zero-human" → Did you mean "zero_human"?',
    ],
    accepted: false,
  },
  {
    about: "ids used twice",
    text:
      "name: W\nphases:\n  - id: A\n    name: A\n    items: [{id: a, name: a}, {id: a, name: b}]\n" +
      "  - {id: B, name: B, items: [{id: a, name: c}]}\n  - {id: A, name: C, items: [{id: c, name: c}]}\n",
    findings: [
      '5:36 error item id "a" is used twice (first in line 5)',
      '6:35 warning item id "a" is also used in phase "A" → Commands refer to items of the current phase; give each item a unique id',
      '7:10 error phase id "A" is used twice (first in line 3)',
    ],
    accepted: true,
  },

  // Proofs
  {
    about: "proofs without path or command",
    text: withItem(
      "- {id: a, name: a, verification: {type: file_exists}}",
      "- {id: b, name: b, verification: {type: command, command: }}",
      "- {id: c, name: c, verification: {type: command, command: ' '}}",
    ),
    findings: [
      '6:40 error a verification of type file_exists needs a "path"',
      '7:56 error a verification of type command needs a "command"',
      '8:65 error a verification of type command needs a "command"',
    ],
    accepted: false,
  },
  {
    about: "numbers out of range",
    text: "steps:\n  - {name: a, command: ls, expect_exit_code: 256, timeout: 0}\n" +
      "  - {name: b, command: ls, expect_exit_code: -1, timeout: .inf}\n" +
      "  - {name: c, command: ls, expect_exit_code: 1.5, timeout: 1e9}\n",
    findings: [
      '2:46 error "expect_exit_code" must be between 0 and 255, not 256',
      '2:60 error "timeout" must be a number of seconds greater than 0, not 0',
      '3:46 error "expect_exit_code" must be between 0 and 255, not -1',
      '3:59 error "timeout" must be a number, not ".inf" → Give a number of seconds, e.g. 300',
      '4:46 error "expect_exit_code" must be a whole number, not 1.5',
      '4:60 error "timeout" must be at most 604800 seconds (a week), not 1000000000',
    ],
    accepted: false,
  },
  {
    about: "paths outside the project",
    text: "settings: {up: ..}\nsteps:\n" +
      [
        "/etc/passwd",
        "C:\\x",
        "a/../../b",
        "..\\b",
        "~/x",
        "\\\\host\\share",
        "{{up}}/x",
        "a/..",
        "a/../b",
      ]
        .map((path) => `  - {name: x, verification: {type: file_exists, path: '${path}'}}`).join(
          "\n",
        ),
    findings: [
      '3:55 error path "/etc/passwd" is absolute',
      '4:55 error path "C:\\\\x" is absolute',
      '5:55 error path "a/../../b" is outside the project',
      '6:55 error path "..\\\\b" is outside the project',
      '7:55 error path "~/x" begins with "~", which is not expanded',
      '8:55 error path "\\\\\\\\host\\\\share" is absolute',
      '9:55 error path "../x" is outside the project',
      '10:55 warning path "a/.." is the project root, which always exists',
    ].map((line) =>
      line.includes("error")
        ? `${line} → Give a path inside the project, relative to its root`
        : line
    ),
    accepted: true,
  },
  {
    about: "proofs that prove nothing",
    text: withItem(
      "- {id: a, name: a, verification: {command: ls}}",
      "- {id: b, name: b, verification: {type: manual_gate, path: x, expect_exit_code: 3}, timeout: 5}",
      "- {id: c, name: c, verification: {type: command, command: ls, path: x}, timeout: 5}",
    ),
    findings: [
      '6:41 warning "command" has no effect without a "type": nothing is checked → Add "type: command"',
      '7:60 warning "path" has no effect in a manual gate of this format → Write "format: 2" at the top of the file: the gate then approves that file',
      '7:69 warning "expect_exit_code" has no effect without a command',
      '7:91 warning "timeout" has no effect without a command',
      '8:69 warning "path" has no effect in a verification of type command → Add "type: file_exists"',
    ],
    accepted: true,
  },
  {
    about: "a step with two proofs",
    text: "steps:\n  - name: a\n    command: ls\n    verification: {type: manual_gate}\n" +
      "  - {name: b, expect_exit_code: 2, verification: {type: command, command: ls}}\n",
    findings: [
      '4:5 error a step has either "command" or "verification", not both → Keep "verification" and put the command in it',
      '5:15 warning "expect_exit_code" has no effect without a command → Move it under "verification:"',
    ],
    accepted: false,
  },

  // Settings
  {
    about: "templates without a setting",
    text: withSettings(
      "{test_comand: x, l: [a], m: {}, n: null}",
      [
        "|",
        "      {{test_command}} {{ l }}",
        "      {{m}}{{n}} {{other}}",
      ].join("\n"),
    ),
    findings: [
      '5:7 error there is no setting "test_command" → Did you mean "test_comand"?',
      '5:24 error setting "l" is a list and cannot be used in a text → Set it to a text, a number, true or false',
      '6:7 error setting "m" is a map and cannot be used in a text → Set it to a text, a number, true or false',
      '6:12 error setting "n" has no value and cannot be used in a text → Set it to a text, a number, true or false',
      '6:18 error there is no setting "other" → Add "other" under "settings:", or write "{{{{other}}" for another program to get it (with "format: 2")',
    ],
    accepted: true,
  },
  {
    about: "a template without any settings",
    text: "steps: [{name: x, verification: {type: file_exists, path: '{{docs_dir}}/plan.md'}}]\n",
    findings: [
      '1:60 error there is no setting "docs_dir" → Add "docs_dir" under "settings:", or write "{{{{docs_dir}}" for another program to get it (with "format: 2")',
    ],
    accepted: true,
  },
  {
    about: "a command that settings make empty",
    text: withSettings("{test_command: ''}", '"{{test_command}}"'),
    findings: [
      '4:14 error the command is empty, so it would always pass → Give the setting "test_command" a value',
    ],
    accepted: true,
  },
  {
    about: "switches of the wrong kind",
    text: withSettings("{agents_may_approve: yes, supervision_mode: true}", "ls"),
    findings: [
      '1:32 error setting "agents_may_approve" must be true or false, not "yes" → Write true',
      '1:55 error setting "supervision_mode" must be supervised, zero_human or hybrid, not true',
    ],
    accepted: false,
  },
  {
    about: "switches misspelt",
    text: withSettings("{agent_may_approve: true, supervison-mode: hybrid, supervision: x}", "ls"),
    findings: [
      '1:12 warning setting "agent_may_approve" has no effect unless a template uses it → Did you mean "agents_may_approve"?',
      '1:37 warning setting "supervison-mode" has no effect unless a template uses it → Did you mean "supervision_mode"?',
    ],
    accepted: true,
  },
  {
    about: "settings that are no map",
    text: "settings: [a]\nsteps: [{name: x}]\n",
    findings: ['1:11 error "settings" must be a map, not a list'],
    accepted: false,
  },

  // What binds and what does not
  {
    about: "a required review that cannot be done",
    text: withItem("- {id: security_review, name: a}", "- {id: quality, name: b}") +
      "\n    required_reviews: [security, quality, securty, style]\n",
    findings: [
      '8:43 warning required review "securty" has no item ("securty" or "securty_review"): it must be recorded with "review add" → Did you mean "security_review"?',
    ],
    accepted: true,
  },
  {
    about: "words about binding that contradict each other or do nothing",
    text: withItem(
      "- {id: a, name: a, step_type: gate, required: false}",
      "- {id: b, name: b, step_type: required, skippable: true}",
      "- {id: c, name: c, step_type: gate, skippable: true}",
      "- {id: d, name: d, skippable: true, verification: {type: manual_gate}}",
      "- {id: e, name: e, skippable: true, skip_conditions: [x], verification: {type: manual_gate}}",
      "- {id: f, name: f, skippable: true}",
    ) + "\n    exit_gate: human-approval\n",
    findings: [
      '6:43 warning "required: false" lets the phase end without this gate item → Remove "required: false", or set the step_type to flexible',
      '7:47 warning "skippable: true" has no effect for a required item → Set the step_type to "flexible" if the item may be skipped',
      '8:43 warning "skippable: true" has no effect for a gate item → A gate can only be skipped by force',
      '9:26 warning "skippable: true" has no effect for a manual gate → Describe in "skip_conditions" when the item may be skipped',
      '12:16 warning exit_gate "human-approval" has no effect → Did you mean "human_approval"?',
    ],
    accepted: true,
  },
  {
    about: "an exit gate of another kind and a phase without items",
    text: "name: W\nphases:\n  - {id: A, name: A, exit_gate: lunch}\n",
    findings: [
      '3:5 warning phase "A" has no items: it ends as soon as it begins',
      '3:33 warning exit_gate "lunch" has no effect → The only supported value is "human_approval"',
    ],
    accepted: true,
  },
  {
    about: "texts beyond their limits",
    text: withPhase(`notes: [${"n".repeat(2001)}]`).replace("name: W", `name: ${"w".repeat(101)}`),
    findings: [
      '1:7 warning "name" is 101 characters long (limit 100) → Move the details into "description"',
      "6:13 warning a note is 2001 characters long (limit 2000) → Keep long texts in a file and mention the file in the note",
    ],
    accepted: true,
  },

  // Structure
  {
    about: "neither phases nor steps",
    text: "name: W\nphase: []\n",
    findings: [
      '1:1 error "phases" is missing → Did you mean "phases"?',
      '2:1 warning unknown key "phase" in the workflow (ignored) → Did you mean "phases"?',
    ],
    accepted: false,
  },
  {
    about: "no phases",
    text: "name: W\nphases: []\n",
    findings: ["2:1 error there are no phases"],
    accepted: false,
  },
  {
    about: "no steps",
    text: "steps: []\n",
    findings: ["1:1 error there are no steps"],
    accepted: false,
  },
  {
    about: "both forms",
    text: "name: W\nphases: [{id: A, name: A, items: [{id: a, name: a}]}]\nsteps: [{name: b}]\n",
    findings: ['3:1 error a workflow has either "phases" or "steps", not both'],
    accepted: false,
  },
  {
    about: "a list at the top",
    text: "- a\n- b\n",
    findings: [
      '1:1 error the file must be a map, not a list → Begin with "name:" and "phases:" or "steps:"',
    ],
    accepted: false,
  },
  {
    about: "a text at the top",
    text: "# hello\n  just text\n",
    findings: [
      '2:3 error the file must be a map, not "just text" → Begin with "name:" and "phases:" or "steps:"',
    ],
    accepted: false,
  },
];

/** Files that YAML itself, or the reading of it, refuses. */
export const BAD_YAML: readonly Omit<BadFile, "accepted">[] = [
  {
    about: "an empty file",
    text: "",
    findings: ['1:1 error the file is empty → Begin with "name:" and "phases:" or "steps:"'],
  },
  {
    about: "comments only, with a byte order mark",
    text: "\uFEFF# nothing\r\n---\r\n",
    findings: ['1:1 error the file is empty → Begin with "name:" and "phases:" or "steps:"'],
  },
  {
    about: "columns behind a byte order mark and Windows line ends",
    text: "\uFEFFnmae: x\r\nsteps:\r\n  - nam: x\r\n",
    findings: [
      '1:1 warning unknown key "nmae" in the workflow (ignored) → Did you mean "name"?',
      '3:5 error "name" is missing → Rename "nam" to "name"',
      '3:5 warning unknown key "nam" in a step (ignored) → Did you mean "name"?',
    ],
  },
  {
    about: "a tab",
    text: "steps:\n\t- name: x\n",
    findings: [
      "2:1 error not valid YAML: tabs are not allowed as indentation → Indent with spaces; YAML does not allow tabs",
    ],
  },
  {
    about: "a colon in a text",
    text: "steps:\n  - name: Say: hello\n",
    findings: [
      '2:11 error not valid YAML: nested mappings are not allowed in compact mappings → Quote a text that contains ": "',
    ],
  },
  {
    about: "a quote that never ends",
    text: 'steps:\n  - name: "hello\n',
    findings: ['3:1 error not valid YAML: missing closing "quote'],
  },
  {
    about: "a template without quotes",
    text: "settings: {c: ls}\nsteps:\n  - name: x\n    command: {{c}}\n",
    findings: ['4:14 error a value that begins with "{{" must be quoted → Write "{{c}}"'],
  },
  {
    about: "a template without quotes, and more behind it",
    text: "settings: {c: ls}\nsteps:\n  - name: x\n    command: {{c}} -l\n",
    findings: [
      '4:20 error not valid YAML: unexpected scalar at node end → Quote a value that begins with "{{"',
    ],
  },
  {
    about: "keys that stand twice",
    text: "name: a\nsteps:\n  - name: x\n    name: y\nname: b\n",
    findings: [
      '4:5 error the key "name" is repeated in a map (first in line 3)',
      '5:1 error the key "name" is repeated in a map (first in line 1)',
    ],
  },
  {
    about: "two documents",
    text: "steps: [{name: x}]\n---\nsteps: [{name: y}]\n",
    findings: [
      '2:1 error the file contains more than one YAML document → Keep one workflow per file and remove the "---" between them',
    ],
  },
  {
    about: "an alias without an anchor",
    text: "steps:\n  - *nobody\n",
    findings: [
      '2:5 error the alias "*nobody" has no preceding anchor',
      '2:5 error entry 1 of "steps" is empty',
    ],
  },
  {
    about: "an alias inside its own anchor",
    text: "steps: &all\n  - name: x\n    notes: *all\n",
    findings: ['1:1 error the alias "*all" is inside its own anchor'],
  },
  {
    about: "keys that are no texts, and one that is dangerous",
    text: "[a]: b\n__proto__: {steps: []}\n? {c: d}\n: e\nsteps: [{name: x}]\n",
    findings: [
      "1:1 error a key must be a text",
      '2:1 error the key "__proto__" is not allowed',
      "3:3 error a key must be a text",
    ],
  },
  {
    about: "a merge key with a text",
    text: "steps:\n  - name: x\n    <<: nothing\n",
    findings: ['3:5 error a merge key ("<<") needs a map or a list of maps'],
  },
  {
    about: "an unknown tag",
    text: "steps: [{name: !loud x}]\n",
    findings: ["1:16 warning not valid YAML: unresolved tag: !loud"],
  },
];
