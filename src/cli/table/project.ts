/**
 * Commands about the project, its workflow definition, and the program.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const PROJECT_COMMANDS: readonly CommandSpec[] = [
  {
    path: "init",
    group: "project",
    summary: "Initialize a project",
    details:
      "Creates .orchestrator/ and, if there is none, an annotated workflow.yaml with the project's own test command. Safe to repeat. In normal mode git ignores .orchestrator/ completely; in portable mode sessions are committed, secrets and locks never.",
    options: [
      { name: "portable", summary: "Commit sessions with the repository" },
      { name: "normal", summary: "Keep everything out of git (default)" },
      {
        name: "identity",
        value: "ID",
        summary: "The repository's ID, when meta.json is lost and sources disagree",
      },
    ],
    examples: [
      { line: "init", means: "initialize the project, or show its settings" },
      { line: "init --portable", means: "commit the state with the repository" },
      { line: "init --normal", means: "switch back" },
    ],
    changes: "project",
    load: () => import("../commands/init.ts"),
  },
  {
    path: "deinit",
    destructive: true,
    group: "project",
    summary: "Remove everything that orchestrator has written here",
    details:
      "Removes the state directory with all sessions and secrets, the refs and the folder in git's own directory, and your confirmations for this repository. Then lists what is left: files that orchestrator did not write, workflow.yaml, originals of the old tool, your own configuration, the state branch on the server. Asks for confirmation, and is refused inside an agent: the sessions cannot be recovered. To keep them, export a snapshot, or use --keep-state, which removes only what is outside the state directory.",
    options: [
      { name: "dry-run", summary: "Show what would be removed and what would be left" },
      { name: "keep-state", summary: "Keep .orchestrator/" },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [
      { line: "deinit --dry-run", means: "what would be removed, and what would be left" },
      { line: "deinit", means: "after confirmation" },
      { line: "deinit --keep-state", means: "only git data and confirmations" },
    ],
    changes: "removal",
    load: () => import("../commands/deinit.ts"),
  },
  {
    path: "validate",
    group: "project",
    summary: "Check a workflow definition",
    details: "Runs all checks that start runs, and reports file, line and column.",
    args: [{
      name: "file",
      summary: "default: workflow.yaml; - for stdin",
      optional: true,
      complete: "file",
    }],
    examples: [
      { line: "validate", means: "the project's workflow.yaml" },
      { line: "validate flows/port.yaml --json", means: "another file, for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/validate.ts"),
  },
  {
    path: "schema workflow",
    group: "project",
    summary: "Print the JSON Schema of workflow.yaml, for editors",
    examples: [
      {
        line: "schema workflow > workflow.schema.json",
        means: "then configure the editor to use it",
      },
    ],
    changes: "nothing",
    load: () => import("../commands/schema/workflow.ts"),
  },
  {
    path: "completions",
    group: "tool",
    summary: "Print a shell completion script",
    args: [{
      name: "shell",
      summary: "bash, zsh, fish or powershell",
      complete: ["bash", "zsh", "fish", "powershell"],
    }],
    details: [
      "Completes commands, options, files, sessions, items, phases and checkpoints. The script asks the program on every TAB, so it is never out of date. To enable it in every shell, add one line to the shell's startup file:",
      '- ~/.bashrc: eval "$(orchestrator completions bash)"',
      "- ~/.zshrc, after compinit: source <(orchestrator completions zsh)",
      "- config.fish: orchestrator completions fish | source",
      "- $PROFILE: orchestrator completions powershell | Out-String | Invoke-Expression",
    ].join("\n"),
    examples: [
      { line: "completions bash", means: "print the script" },
      { line: "completions zsh > ~/.zfunc/_orchestrator", means: "if ~/.zfunc is in $fpath" },
      {
        line: "completions fish > ~/.config/fish/completions/orchestrator.fish",
        means: "fish loads it automatically",
      },
    ],
    changes: "nothing",
    load: () => import("../commands/completions.ts"),
  },
  {
    path: "completions candidates",
    hidden: true,
    group: "tool",
    summary: "Print completions for the last word of a command line",
    details:
      "For completion scripts. Prints lines of a word, a tab and its description, then one line that says whether file names are also valid. Never fails, never waits.",
    args: [{
      name: "word",
      summary: "the preceding words, without the program's name",
      optional: true,
      many: true,
    }],
    options: [
      { name: "current", value: "WORD", summary: "The typed part of the last word" },
      {
        name: "shell",
        value: "SHELL",
        summary: "The calling shell: bash passes words with their quotes",
        complete: ["bash", "zsh", "fish", "powershell"],
      },
    ],
    examples: [
      {
        line: "completions candidates --current=li -- session",
        means: "completions of session li",
      },
    ],
    changes: "nothing",
    load: () => import("../commands/completions/candidates.ts"),
  },
];
