/**
 * Commands about the project, its workflow definition, and the program.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const PROJECT_COMMANDS: readonly CommandSpec[] = [
  {
    path: "init",
    group: "project",
    summary: "Set a project up",
    details:
      "Makes .orchestrator/ and, unless there is one, an annotated workflow.yaml with the project's own test command. Safe to repeat: says what stands. In normal mode git ignores .orchestrator/ altogether; in portable mode sessions are committed, secrets and locks never.",
    options: [
      { name: "portable", summary: "Commit the sessions with the repository" },
      { name: "normal", summary: "Keep everything out of git (the default)" },
    ],
    examples: [
      { line: "init", means: "set up, or see what stands" },
      { line: "init --portable", means: "let the state travel with the repository" },
      { line: "init --normal", means: "go back" },
    ],
    changes: "project",
    load: () => import("../commands/init.ts"),
  },
  {
    path: "deinit",
    destructive: true,
    group: "project",
    summary: "Remove what orchestrator has written here",
    details:
      "Removes the state directory with every session and secret in it, the refs and the folder in git's own directory, and what you have confirmed for this repository; then says what is left: files that orchestrator did not write, workflow.yaml, originals of the old tool, your own configuration, the state branch on the server. Asks first, and is refused inside an agent: the sessions are gone afterwards. To keep them, export a snapshot, or use --keep-state, which removes only what is outside the state directory.",
    options: [
      { name: "dry-run", summary: "Show what would be removed, and what would be left" },
      { name: "keep-state", summary: "Keep .orchestrator/ as it is" },
      { name: "yes", short: "y", summary: "Answer yes instead of being asked" },
    ],
    examples: [
      { line: "deinit --dry-run", means: "what would go, and what would stay" },
      { line: "deinit", means: "after asking" },
      { line: "deinit --keep-state", means: "git's part and confirmations only" },
    ],
    changes: "removal",
    load: () => import("../commands/deinit.ts"),
  },
  {
    path: "validate",
    group: "project",
    summary: "Check a workflow definition",
    details: "Checks all that start would check, and names file, line and column.",
    args: [{
      name: "file",
      summary: "default workflow.yaml; - for stdin",
      optional: true,
      complete: "file",
    }],
    examples: [
      { line: "validate", means: "the project's workflow.yaml" },
      { line: "validate flows/port.yaml --json", means: "another one, for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/validate.ts"),
  },
  {
    path: "schema workflow",
    group: "project",
    summary: "Print the JSON Schema of workflow.yaml, for editors",
    examples: [
      { line: "schema workflow > workflow.schema.json", means: "then point the editor at it" },
    ],
    changes: "nothing",
    load: () => import("../commands/schema/workflow.ts"),
  },
  {
    path: "completions",
    group: "tool",
    summary: "Print shell completion",
    args: [{
      name: "shell",
      summary: "bash, zsh, fish or powershell",
      complete: ["bash", "zsh", "fish", "powershell"],
    }],
    details: [
      "Completes commands, options, files, sessions, items, phases and checkpoints. The script asks the program at every TAB, so that it is never out of date. To have it in every shell, put one line into the shell's own start file:",
      '- ~/.bashrc: eval "$(orchestrator completions bash)"',
      "- ~/.zshrc, behind compinit: source <(orchestrator completions zsh)",
      "- config.fish: orchestrator completions fish | source",
      "- $PROFILE: orchestrator completions powershell | Out-String | Invoke-Expression",
    ].join("\n"),
    examples: [
      { line: "completions bash", means: "print the script" },
      { line: "completions zsh > ~/.zfunc/_orchestrator", means: "where ~/.zfunc is in $fpath" },
      {
        line: "completions fish > ~/.config/fish/completions/orchestrator.fish",
        means: "fish loads it by itself",
      },
    ],
    changes: "nothing",
    load: () => import("../commands/completions.ts"),
  },
  {
    path: "completions candidates",
    hidden: true,
    group: "tool",
    summary: "Print what can stand in the last place of a command line",
    details:
      "The completion scripts call it. Prints lines of a word, a tab and its meaning, then one line that says whether file names fit as well. Never fails, never waits.",
    args: [{
      name: "word",
      summary: "the words before it, without the program's name",
      optional: true,
      many: true,
    }],
    options: [
      { name: "current", value: "WORD", summary: "What is typed of the last word" },
      {
        name: "shell",
        value: "SHELL",
        summary: "Who asks: bash hands words over with their quotes",
        complete: ["bash", "zsh", "fish", "powershell"],
      },
    ],
    examples: [
      { line: "completions candidates --current=li -- session", means: "what session li can be" },
    ],
    changes: "nothing",
    load: () => import("../commands/completions/candidates.ts"),
  },
];
