/**
 * Checks that depend on several values of a workflow: duplicate names, verifications without a path
 * or command, undefined settings, keys without effect.
 * @module
 */
import type {
  ItemDefinition,
  PhaseDefinition,
  ShellChoice,
  WorkflowDefinition,
} from "./definition.ts";
import { commandRemarks } from "./command_remarks.ts";
import { TEXT_LIMITS } from "./commands.ts";
import { needsProblems } from "./definition_needs.ts";
import { didYouMean, formatPath, quote } from "./finding.ts";
import type { FindingCollector, KeyPath, PointAt } from "./finding.ts";
import { kindOf } from "./definition_shape.ts";
import { inputProblem } from "./input_problem.ts";
import { editDistance } from "./nearest.ts";
import type { SourceTree } from "./source_tree.ts";
import { shellOf } from "./command_setup.ts";
import { CommandSetupChecker } from "./command_setup_rules.ts";
import { pathProblem } from "./path_rules.ts";
import { fillIn, placeholderNames } from "./template.ts";

/** Keys of a verification, and the type that each belongs to. */
const PROOF_KEYS = [
  ["path", "file_exists"],
  ["kind", "file_exists"],
  ["may_be_old", "file_exists"],
  ["command", "command"],
] as const;

/** Where the parts of a definition are in its file: the two forms differ in this. */
export interface Layout {
  readonly phase: (phase: number) => KeyPath;
  readonly item: (phase: number, item: number) => KeyPath;
  /** The path of the item's command, whether it exists or not. */
  readonly command: (phase: number, item: number) => KeyPath;
}

/** The settings this program acts on; all others are free. */
const ACTING_SETTINGS = ["supervision_mode", "agents_may_approve", "proofs"];

/** An item with the places of its parts. */
interface Placed {
  readonly item: ItemDefinition;
  readonly phase: PhaseDefinition;
  readonly path: KeyPath;
  readonly command: KeyPath;
}

/**
 * Reports problems that depend on several values. Values in `broken` are skipped: they have been
 * reported and replaced.
 */
export function checkRules(
  definition: WorkflowDefinition,
  layout: Layout,
  source: CheckedSource,
): void {
  new RuleChecker(definition, layout, source).check();
}

/** Where a definition was read from, and what was found in it. */
export interface CheckedSource {
  readonly tree: SourceTree;
  /** Values that have been reported and replaced. */
  readonly broken: ReadonlySet<string>;
  readonly findings: FindingCollector;
  /** 2 where a proof, a gate or a setting without effect is an error. */
  readonly format: 1 | 2;
}

class RuleChecker {
  readonly #definition: WorkflowDefinition;
  readonly #layout: Layout;
  readonly #tree: SourceTree;
  readonly #broken: ReadonlySet<string>;
  readonly #findings: FindingCollector;
  readonly #format: 1 | 2;

  constructor(
    definition: WorkflowDefinition,
    layout: Layout,
    { tree, broken, findings, format }: CheckedSource,
  ) {
    this.#definition = definition;
    this.#layout = layout;
    this.#tree = tree;
    this.#broken = broken;
    this.#findings = findings;
    this.#format = format;
  }

  check(): void {
    this.#checkNames();
    this.#checkPhases();
    this.#checkSettings();
    this.#checkNeeds();
    const setups = new CommandSetupChecker(this.#definition, {
      tree: this.#tree,
      format: this.#format,
      usesSetting: (name) => this.#usesSetting(name),
      checkTemplate: (text, path) => this.#checkTemplate(text, path),
      error: (path, message, point) => this.#error(path, message, point),
      warning: (path, message, point) => this.#warning(path, message, point),
    });
    setups.checkSettings();
    for (const placed of this.#items()) {
      this.#checkVerification(placed);
      this.#checkIdleProofs(placed);
      setups.checkItem(placed);
      this.#checkInputs(placed);
      this.#checkBinding(placed);
      this.#checkNotes(placed.item.notes, placed.path);
    }
  }

  *#items(): Generator<Placed> {
    for (const [p, phase] of this.#definition.phases.entries()) {
      for (const [i, item] of phase.items.entries()) {
        yield { item, phase, path: this.#layout.item(p, i), command: this.#layout.command(p, i) };
      }
    }
  }

  #checkNames(): void {
    const phases = new Map<string, KeyPath>();
    for (const [p, phase] of this.#definition.phases.entries()) {
      this.#claim(phases, phase.id, [...this.#layout.phase(p), "id"], "phase");
    }
    const everywhere = new Map<string, { readonly path: KeyPath; readonly phase: number }>();
    for (const [p, phase] of this.#definition.phases.entries()) {
      const items = new Map<string, KeyPath>();
      for (const [i, { id }] of phase.items.entries()) {
        const path = [...this.#layout.item(p, i), "id"];
        if (!this.#claim(items, id, path, "item")) continue;
        const first = everywhere.get(id);
        if (first === undefined) everywhere.set(id, { path, phase: p });
        else {
          const other = this.#definition.phases[first.phase]?.id ?? "";
          this.#warning(path, `item id ${quote(id)} is also used in phase ${quote(other)}`, {
            hint: "Commands refer to items of the current phase; give each item a unique id",
          });
        }
      }
    }
    const longName = (name: string, path: KeyPath): void => {
      if (name.length <= TEXT_LIMITS.name) return;
      const message = `"name" is ${name.length} characters long (limit ${TEXT_LIMITS.name})`;
      this.#warning(path, message, { hint: 'Move the details into "description"' });
    };
    longName(this.#definition.name, ["name"]);
    for (const [p, phase] of this.#definition.phases.entries()) {
      longName(phase.name, [...this.#layout.phase(p), "name"]);
    }
    for (const { item, path } of this.#items()) longName(item.name, [...path, "name"]);
  }

  /** Notes that `id` is used at `path`; reports and returns false when it already was. */
  #claim(used: Map<string, KeyPath>, id: string, path: KeyPath, what: string): boolean {
    if (this.#isBroken(path)) return false;
    const first = used.get(id);
    if (first === undefined) {
      used.set(id, path);
      return true;
    }
    const { line } = this.#tree.locate(first);
    const where = line === 0 ? "" : ` (first in line ${line})`;
    this.#error(path, `${what} id ${quote(id)} is used twice${where}`);
    return false;
  }

  #checkPhases(): void {
    const itemIds = new Set(
      this.#definition.phases.flatMap(({ items }) => items.map(({ id }) => id)),
    );
    for (const [p, phase] of this.#definition.phases.entries()) {
      const path = this.#layout.phase(p);
      const broken = this.#isBroken([...path, "items"]) || this.#isBroken([...path, "id"]);
      if (phase.items.length === 0 && !broken) {
        this.#warning(
          path,
          `phase ${quote(phase.id)} has no items: it ends as soon as it begins`,
        );
      }
      this.#checkNotes(phase.notes, path);
      if (phase.exit_gate !== undefined && phase.exit_gate !== "human_approval") {
        const gate = phase.exit_gate;
        this.#judge([...path, "exit_gate"], `exit_gate ${quote(gate)} has no effect`, {
          hint: didYouMean(gate, ["human_approval"]) ??
            'The only supported value is "human_approval"',
        });
      }
      for (const [r, review] of phase.required_reviews.entries()) {
        if (itemIds.has(review) || itemIds.has(`${review}_review`)) continue;
        // Without an item it is recorded with `review add`; what is near an item's id may be a slip.
        const hint = didYouMean(review, itemIds) ?? didYouMean(`${review}_review`, itemIds);
        if (hint === undefined) continue;
        const message = `required review ${quote(review)} has no item ` +
          `(${quote(review)} or ${
            quote(`${review}_review`)
          }): it must be recorded with "review add"`;
        this.#warning([...path, "required_reviews", r], message, { hint });
      }
    }
  }

  #checkSettings(): void {
    this.#checkProofs();
    for (const name of Object.keys(this.#definition.settings)) {
      if (ACTING_SETTINGS.includes(name)) continue;
      // A smaller distance than elsewhere: many files have a setting called "supervision".
      const folded = name.toLowerCase().replaceAll("-", "_");
      const meant = ACTING_SETTINGS.find((acting) => {
        // Two letters of a short name are many.
        const most = acting.length < 8 ? 1 : 2;
        return Math.abs(folded.length - acting.length) <= most &&
          editDistance(folded, acting) <= most;
      });
      if (meant === undefined) continue;
      const message = `setting ${quote(name)} has no effect unless a template uses it`;
      const point = { at: "key", hint: `Did you mean "${meant}"?` } as const;
      if (editDistance(folded, meant) <= 1 && !this.#usesSetting(name)) {
        this.#judge(["settings", name], message, point);
      } else this.#warning(["settings", name], message, point);
    }
  }

  /** Of a stored definition nothing is said: it was judged when its session began. */
  #checkNeeds(): void {
    if (!this.#tree.hasText) return;
    for (const { phase, item, entry, message, hint } of needsProblems(this.#definition)) {
      const p = this.#definition.phases.indexOf(phase);
      const path = this.#layout.item(p, phase.items.indexOf(item));
      this.#error([...path, "needs", entry], message, { hint });
    }
  }

  /** Of a stored definition nothing is said: the session was started with it. */
  #checkProofs(): void {
    const { proofs } = this.#definition.settings;
    if (proofs === undefined || !this.#tree.hasText) return;
    const path = ["settings", "proofs"];
    if (this.#format === 2) {
      if (proofs === "fresh") return;
      this.#error(path, `setting "proofs" must be "fresh", not ${kindOf(proofs)}`, {
        hint: "Remove it where proofs may be of other files than those that are finished",
      });
    } else if (proofs === "fresh") {
      this.#warning(path, 'setting "proofs" has no effect without "format: 2"', { at: "key" });
    }
  }

  /** Of a stored definition nothing is said. */
  #checkInputs({ item: { inputs = [], verification }, path }: Placed): void {
    const at = [...path, "inputs"];
    if (!this.#tree.hasText || !this.#isWritten(at)) return;
    if (verification.type === "none") {
      this.#judge(at, '"inputs" has no effect without a verification', {
        at: "key",
        hint: 'Add "verification:", or remove "inputs"',
      });
    }
    for (const [index, glob] of inputs.entries()) {
      const problem = inputProblem(glob);
      if (problem !== undefined) {
        this.#error([...at, index], `the entry ${quote(glob)} of "inputs" ${problem}`);
      }
    }
  }

  #usesSetting(name: string): boolean {
    for (const { item: { verification } } of this.#items()) {
      const text = verification.type === "command"
        ? verification.command
        : verification.type === "file_exists" || verification.type === "manual_gate"
        ? verification.path ?? ""
        : "";
      if (placeholderNames(text, this.#definition).includes(name)) return true;
    }
    return false;
  }

  #checkNotes(notes: readonly string[], path: KeyPath): void {
    for (const [n, note] of notes.entries()) {
      if (note.length <= TEXT_LIMITS.notes) continue;
      const message = `a note is ${note.length} characters long (limit ${TEXT_LIMITS.notes})`;
      this.#warning([...path, "notes", n], message, {
        hint: "Keep long texts in a file and mention the file in the note",
      });
    }
  }

  #checkVerification({ item, path, command }: Placed): void {
    const { verification } = item;
    const at = [...path, "verification"];
    if (verification.type === "file_exists") {
      const pathAt = [...at, "path"];
      if (verification.path.trim() === "") {
        this.#error(pathAt, 'a verification of type file_exists needs a "path"');
      } else if (this.#checkTemplate(verification.path, pathAt)) {
        this.#checkPath(this.#substitute(verification.path), pathAt);
      }
    } else if (verification.type === "manual_gate" && verification.path !== undefined) {
      const pathAt = [...at, "path"];
      if (verification.path.trim() === "") this.#error(pathAt, 'the "path" is empty');
      else if (this.#checkTemplate(verification.path, pathAt)) {
        this.#checkPath(this.#substitute(verification.path), pathAt);
      }
    } else if (verification.type === "command") {
      if (verification.command.trim() === "") {
        this.#error(command, 'a verification of type command needs a "command"');
      } else if (this.#checkTemplate(verification.command, command)) {
        const text = this.#substitute(verification.command);
        if (text.trim() === "") {
          const [name = ""] = placeholderNames(verification.command, this.#definition);
          this.#error(command, "the command is empty, so it would always pass", {
            hint: `Give the setting ${quote(name)} a value`,
          });
        } else if (text.includes("\0")) {
          this.#error(command, "the command contains a NUL character");
        } else this.#remarkOnCommand(text, command, shellOf(item, this.#definition));
      }
      this.#remarkOnExitCode(verification.expect_exit_code, path);
    }
    const short = [...path, "command"];
    if (formatPath(command) === formatPath(short) && this.#isWritten(at)) {
      this.#error(at, 'a step has either "command" or "verification", not both', {
        at: "key",
        hint: 'Keep "verification" and put the command in it',
      });
    }
  }

  /** Of a stored definition nothing is said: the session was started with it. */
  #remarkOnCommand(text: string, path: KeyPath, shell: ShellChoice): void {
    if (!this.#tree.hasText) return;
    for (const { message, hint, idle } of commandRemarks(text, shell)) {
      if (idle !== true || this.#format === 2) this.#warning(path, message, { hint });
    }
  }

  #remarkOnExitCode(code: number, path: KeyPath): void {
    if (!this.#tree.hasText || code === 0) return;
    const inProof = [...path, "verification", "expect_exit_code"];
    const place = this.#isWritten(inProof) ? inProof : [...path, "expect_exit_code"];
    const hint = 'Write "! command" where any failure is meant';
    const message = `the command passes when it fails with exit code ${code}, and only then`;
    this.#warning(place, message, { at: "key", hint });
  }

  #isWritten(path: KeyPath): boolean {
    return (this.#tree.get(path) ?? null) !== null;
  }

  #substitute(text: string): string {
    return fillIn(text, this.#definition).text;
  }

  /** Reports placeholders that cannot be substituted; true when there are none. */
  #checkTemplate(text: string, path: KeyPath): boolean {
    const { settings } = this.#definition;
    let whole = true;
    for (const name of placeholderNames(text, this.#definition)) {
      const point = { needle: new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`, "u") };
      if (!Object.hasOwn(settings, name)) {
        whole = false;
        const only = this.#definition.format === 2 ? "" : ' (with "format: 2")';
        const hint = didYouMean(name, Object.keys(settings)) ??
          `Add ${
            quote(name)
          } under "settings:", or write "{{{{${name}}}" for another program to get it${only}`;
        this.#error(path, `there is no setting ${quote(name)}`, { ...point, hint });
      } else if (typeof settings[name] === "object") {
        whole = false;
        const kind = settings[name] === null ? "has no value" : `is ${kindOf(settings[name])}`;
        this.#error(path, `setting ${quote(name)} ${kind} and cannot be used in a text`, {
          ...point,
          hint: "Set it to a text, a number, true or false",
        });
      }
    }
    return whole;
  }

  #checkPath(text: string, path: KeyPath): void {
    const problem = pathProblem(text, "path");
    if (problem === null) return;
    if (problem.isRoot) {
      this.#warning(path, `path ${quote(text)} is the project root, which always exists`);
    } else {
      const hint = "Give a path inside the project, relative to its root";
      this.#error(path, problem.message, { hint });
    }
  }

  /**
   * Keys that were written but have no effect. A stored definition spells out every default and is
   * skipped.
   */
  #checkIdleProofs({ item: { verification }, path }: Placed): void {
    const at = [...path, "verification"];
    if (!this.#tree.hasText || this.#isBroken([...at, "type"])) return;
    const idle = (place: KeyPath, message: string, hint?: string): void =>
      this.#warning(place, message, { at: "key", hint });
    for (const [key, type] of PROOF_KEYS) {
      const place = [...at, key];
      if (verification.type === type || !this.#isWritten(place)) continue;
      if (key === "path" && verification.type === "manual_gate") {
        if (this.#format === 2) continue;
        this.#warning(place, '"path" has no effect in a manual gate of this format', {
          at: "key",
          hint: 'Write "format: 2" at the top of the file: the gate then approves that file',
        });
        continue;
      }
      const message = this.#isWritten([...at, "type"])
        ? `"${key}" has no effect in a verification of type ${verification.type}`
        : `"${key}" has no effect without a "type": nothing is checked`;
      this.#judge(place, message, { at: "key", hint: `Add "type: ${type}"` });
    }
    const without = '"expect_exit_code" has no effect without a command';
    const proof = [...at, "expect_exit_code"];
    if (verification.type !== "command" && (this.#tree.get(proof) ?? 0) !== 0) idle(proof, without);
    // Outside a step this is an unknown key, which has been reported.
    const short = path[0] === "steps" && !this.#isWritten([...path, "command"]);
    const stepCode = [...path, "expect_exit_code"];
    if (short && this.#isWritten(stepCode)) {
      idle(
        stepCode,
        without,
        verification.type === "command" ? 'Move it under "verification:"' : undefined,
      );
    }
    if (verification.type !== "command" && this.#isWritten([...path, "timeout"])) {
      idle([...path, "timeout"], '"timeout" has no effect without a command');
    }
  }

  /** Keys about how strictly an item is enforced that contradict each other or have no effect. */
  #checkBinding({ item, path }: Placed): void {
    const { step_type, verification } = item;
    const binding = step_type === "gate" || step_type === "required";
    if (binding && !item.required) {
      const message = `"required: false" lets the phase end without this ${step_type} item`;
      this.#warning([...path, "required"], message, {
        at: "key",
        hint: 'Remove "required: false", or set the step_type to flexible',
      });
    }
    if (this.#definition.format === 2 && step_type === "gate" && verification.type === "none") {
      this.#warning(
        [...path, "step_type"],
        "the gate checks nothing: to complete it is to pass it",
        {
          at: "key",
          hint: 'Add "verification:" with what must hold',
        },
      );
    }
    if (this.#tree.hasText && this.#tree.get([...path, "skippable"]) === true) {
      const bare = verification.type === "manual_gate" && item.skip_conditions.length === 0;
      if (binding || bare) {
        const what = binding ? `a ${step_type} item` : "a manual gate";
        this.#warning([...path, "skippable"], `"skippable: true" has no effect for ${what}`, {
          at: "key",
          hint: step_type === "gate"
            ? "A gate can only be skipped by force"
            : binding
            ? 'Set the step_type to "flexible" if the item may be skipped'
            : 'Describe in "skip_conditions" when the item may be skipped',
        });
      }
    }
  }

  #isBroken(path: KeyPath): boolean {
    if (this.#broken.size === 0) return false;
    for (let length = path.length; length > 0; length--) {
      if (this.#broken.has(formatPath(path.slice(0, length)))) return true;
    }
    return false;
  }

  #error(path: KeyPath, message: string, point?: PointAt): void {
    if (!this.#isBroken(path)) this.#findings.error(path, message, point);
  }

  /** An error where the format says so, else a warning. */
  #judge(path: KeyPath, message: string, point?: PointAt): void {
    if (this.#format === 2) this.#error(path, message, point);
    else this.#warning(path, message, point);
  }

  #warning(path: KeyPath, message: string, point?: PointAt): void {
    if (!this.#isBroken(path)) this.#findings.warning(path, message, point);
  }
}
