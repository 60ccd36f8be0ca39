/**
 * Commands that move a workflow.
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { COMPLETE, EVIDENCE, ITEM, NOTES, STATUS } from "./everyday.ts";

const REASON = { name: "reason", short: "r", value: "TEXT", summary: "Reason (required)" } as const;

const YES = { name: "yes", short: "y", summary: "Do not ask for confirmation" } as const;

export const WORK_COMMANDS: readonly CommandSpec[] = [
  {
    path: "start",
    synonyms: ["new", "session new", "session create", "session start"],
    group: "work",
    summary: "Start a session for a task",
    details:
      "Uses the project's workflow.yaml, or a built-in workflow if there is none. The session keeps a frozen copy of the definition: later edits of the file only affect later sessions. --set overrides a configuration key or, for any other name, a setting of the workflow; status shows overridden settings. The session becomes the current one, and the agent's that starts it; an agent that is bound to an active session stays there, unless --bind is given. Creates .orchestrator/ if it does not exist.",
    args: [{ name: "task", summary: "what to do, in quotes" }],
    options: [
      {
        name: "workflow",
        short: "w",
        value: "FILE",
        summary: "The definition to use instead of workflow.yaml",
        complete: "file",
      },
      { name: "name", value: "NAME", summary: "A name for the session" },
      {
        name: "constraint",
        short: "c",
        value: "TEXT",
        many: true,
        summary: "A rule to follow throughout",
      },
      {
        name: "project",
        short: "p",
        value: "NAME",
        summary: "The project that the task belongs to",
      },
      {
        name: "bind",
        summary: "Move an agent that works in another session to this one",
      },
    ],
    examples: [
      { line: 'start "Add login"', means: "start with the project's workflow" },
      {
        line: 'start "Add login" --constraint "No new dependencies" --name login',
        means: "give it a name and a rule",
      },
      {
        line: 'start "Port it" -w port.yaml --set test_command="make check"',
        means: "use another workflow and another test command",
      },
    ],
    changes: "new_session",
    load: () => import("../commands/start.ts"),
  },
  STATUS,
  COMPLETE,
  {
    path: "recheck",
    group: "work",
    summary: "Check again what no longer fits the files",
    details:
      "Each proof records what the files were. Without an item, checks again the items of this phase and the earlier ones whose files have changed since, each once, in the order of the workflow; what a verification command changed itself while it ran does not count. With --all, everything that a command or a file has proved. An item that passes keeps its notes and evidence and gets the new proof; one that fails is open again, and stops the command. Approvals are named, not repeated. What was proved in another checkout, on another branch that is not part of this one, is refused: its files are not here; --here checks it with the files of this directory. An id alone means the item of the current phase where it has one; PHASE/item names one of another.",
    args: [{ ...ITEM, summary: "id of an item of this phase or an earlier one", optional: true }],
    options: [
      { name: "all", short: "a", summary: "Check again everything that can be checked" },
      {
        name: "here",
        summary: "Check the files of this directory, although the work is in another checkout",
      },
      {
        name: "output-lines",
        value: "N",
        summary: "Lines of a failed command's output to print (default 60)",
      },
    ],
    examples: [
      { line: "recheck", means: "what is stale" },
      { line: "recheck tests_pass", means: "one item, stale or not" },
    ],
    changes: "session",
    load: () => import("../commands/recheck.ts"),
  },
  {
    path: "skip",
    group: "work",
    summary: "Skip items and give a reason",
    details:
      "Flexible items need a reason of at least 10 characters, documented ones a substantive reason of at least 50. Required items cannot be skipped. A gate can only be skipped with --force and a reason of at least 50 characters; the skip stays visible in status, log and finish. Several items are skipped one after the other, each with its own event; the command stops at the first refusal.",
    args: [ITEM],
    options: [
      { name: "reason", short: "r", value: "TEXT", summary: "Reason (required)" },
      { name: "force", short: "f", summary: "Skip a gate even though it has not passed" },
    ],
    examples: [
      { line: 'skip optional_note --reason "Nothing to note for a typo fix"', means: "skip" },
      {
        line: 'skip lint docs --reason "Only a typo in a comment"',
        means: "several, for the same reason",
      },
    ],
    changes: "session",
    load: () => import("../commands/skip.ts"),
  },
  {
    path: "approve",
    aliases: ["approve-item"],
    group: "work",
    summary: "Approve items or a phase, as a person",
    details:
      "Only a person can approve: the command asks on a terminal and needs --yes without one. It is refused inside an agent (exit 7), unless the workflow's settings have agents_may_approve: true. The journal records who approved, how, and what was detected. Several items are approved one after the other; the command stops at the first refusal. PHASE/item names an item of an earlier phase whose id is used again.",
    args: [{ ...ITEM, optional: true }],
    options: [
      {
        name: "phase",
        value: "ID",
        summary: "Approve the end of the current phase instead of an item",
        complete: "phase",
      },
      NOTES,
      EVIDENCE,
      YES,
    ],
    examples: [
      { line: "approve user_approval", means: "ask, then complete the item" },
      { line: "approve --phase PLAN --yes", means: "approve a phase without confirmation" },
    ],
    changes: "session",
    load: () => import("../commands/approve.ts"),
  },
  {
    path: "reject",
    group: "work",
    summary: "Reject items: they are open again",
    details:
      "For what was done wrong, or instead of an approval. An item of the current phase is open again, and so are the items of the phase that need it; how often and why is shown by status and handoff. Only a person can reject an item that a person approves (see approve). The second call with the same reason changes nothing.",
    args: [ITEM],
    options: [REASON],
    examples: [
      { line: 'reject write_plan --reason "The error cases are missing"', means: "open it again" },
    ],
    changes: "session",
    load: () => import("../commands/reject.ts"),
  },
  {
    path: "reopen",
    group: "work",
    summary: "Reopen items that were completed or skipped by mistake",
    details:
      "An item of the current phase is open again. Items of the phase that need it and were completed must be completed again; advance and finish are blocked until they are. Anyone may reopen an item, because nothing passes by it. An approval is taken back with revoke.",
    args: [ITEM],
    options: [REASON],
    examples: [
      { line: 'reopen implement --reason "It was the wrong branch"', means: "open it again" },
    ],
    changes: "session",
    load: () => import("../commands/reopen.ts"),
  },
  {
    path: "claim",
    group: "work",
    summary: "Claim an item for yourself, where several agents work on a session",
    details:
      "Other agents, and CI, can then neither complete nor skip nor approve it; people can. A claim ends when the item is done or opened again, with --release, and when the agent that holds it goes to another session (session use, start --bind). With --release --force a person ends another one's claim. A claim that is 12 hours old can be taken over by claiming the item.",
    args: [{ ...ITEM, many: false }],
    options: [
      { name: "release", summary: "Give the item back" },
      { name: "force", summary: "With --release: end another one's claim" },
    ],
    examples: [
      { line: "claim implement", means: "keep it for yourself" },
      { line: "claim implement --release", means: "give it back" },
    ],
    changes: "session",
    load: () => import("../commands/claim.ts"),
  },
  {
    path: "revoke",
    group: "work",
    summary: "Revoke an approval, also of an ended phase or session",
    details:
      "In the current phase the item or the phase needs approval again. An approval of an earlier phase must be given again before advance or finish. A session that has ended stays so, and says everywhere that the approval was revoked. Anyone may revoke an approval, because nothing passes by it. PHASE/item names an item of an earlier phase whose id is used again.",
    args: [{ ...ITEM, summary: "id of an approved item", optional: true }],
    options: [
      {
        name: "phase",
        value: "ID",
        summary: "Revoke the approval of a phase instead of an item",
        complete: "phase",
      },
      REASON,
    ],
    examples: [
      { line: 'revoke user_approval --reason "I had read the old plan"', means: "take it back" },
      { line: 'revoke --phase PLAN --reason "The plan has changed"', means: "of a phase" },
    ],
    changes: "session",
    load: () => import("../commands/revoke.ts"),
  },
  {
    path: "advance",
    group: "work",
    summary: "Move on to the next phase",
    details:
      "Every required item of the current phase must be completed or skipped, and the phase must be approved if it needs approval. The whole journal is replayed and verified first.",
    examples: [{ line: "advance", means: "finish this phase and start the next" }],
    changes: "session",
    load: () => import("../commands/advance.ts"),
  },
  {
    path: "finish",
    group: "work",
    summary: "Finish the workflow, or abandon it",
    details:
      "Only possible in the last phase, when everything is done; lists skipped items. Never changes the git repository. With --abandon the workflow ends unfinished. With --accept-stale a person accepts that the proof of an item no longer fits the files, or of an earlier phase fails now, as of a test that had to fail before the change; it stays visible.",
    options: [
      NOTES,
      {
        name: "accept-stale",
        value: "ITEM",
        summary: "Accept the stale proof of an item",
        many: true,
      },
      { name: "abandon", summary: "End the workflow unfinished; needs --reason" },
      {
        name: "reason",
        short: "r",
        value: "TEXT",
        summary:
          "Reason, required with --abandon (10 characters) and --accept-stale (50 characters)",
      },
    ],
    examples: [
      { line: "finish", means: "finish" },
      { line: 'finish --abandon --reason "Superseded by #42"', means: "abandon it" },
    ],
    changes: "session",
    load: () => import("../commands/finish.ts"),
  },
  {
    path: "inbox",
    paged: true,
    group: "work",
    summary: "List what waits for a person's approval",
    details:
      "Of all sessions of this repository, here and on its state branches: what waits, since when, by whom, what to read, and the command. Asks the server once, into private refs; without it, says how old the answer is. Changes nothing else.",
    examples: [
      { line: "inbox", means: "what is yours to decide" },
      { line: "inbox --json", means: "the same for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/inbox.ts"),
  },
  {
    path: "wait",
    group: "work",
    summary: "Wait for a person's decision, or for any change",
    details:
      "For agents that would otherwise ask again and again. Woken by the file system where the session is here; a state branch is asked every 5 to 60 s. Prints one line at the end: exit 0 when it came, 7 when it did not. `--for approval` ends at once where nothing waits for a person, with 0 when the phase has its approval, else 7; and with 7 when it is rejected: the line says by whom, why, and what comes next.",
    options: [
      { name: "for", value: "WHAT", summary: "approval or change" },
      { name: "timeout", value: "SECONDS", summary: "How long to wait (default 100)" },
      { name: "since", value: "SEQ", summary: "With --for change: the last event that is known" },
    ],
    examples: [
      { line: "wait --for approval", means: "until a person has decided, 100 s at most" },
      {
        line: "wait --for change --timeout 10",
        means: "until another process changes the session",
      },
    ],
    changes: "nothing",
    load: () => import("../commands/wait.ts"),
  },
];
