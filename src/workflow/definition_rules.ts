/**
 * What makes a workflow impossible or doubtful although each of its values is right by itself:
 * names used twice, proofs without a path or command, settings that are not there, words without
 * effect.
 * @module
 */
import type { ItemDefinition, PhaseDefinition, WorkflowDefinition } from "./definition.ts";
import { TEXT_LIMITS } from "./commands.ts";
import { didYouMean, excerpt, formatPath } from "./finding.ts";
import type { FindingCollector, KeyPath, PointAt } from "./finding.ts";
import { kindOf } from "./definition_shape.ts";
import type { SourceTree } from "./source_tree.ts";
import { placeholderNames, substitute } from "./template.ts";

/** Where the parts of a definition stand in its file: the two forms differ in that. */
export interface Layout {
  readonly phase: (phase: number) => KeyPath;
  readonly item: (phase: number, item: number) => KeyPath;
  /** Where the item's command stands, whether it is there or not. */
  readonly command: (phase: number, item: number) => KeyPath;
}

/** The settings this program acts on; all others are free. */
const ACTING_SETTINGS = ["supervision_mode", "agents_may_approve"];

/** An item with the places of its parts. */
interface Placed {
  readonly item: ItemDefinition;
  readonly phase: PhaseDefinition;
  readonly path: KeyPath;
  readonly command: KeyPath;
}

/**
 * Reports everything about a definition that does not show in single values. Nothing is said about
 * values in `broken`, which have been reported and replaced.
 */
export function checkRules(
  definition: WorkflowDefinition,
  layout: Layout,
  tree: SourceTree,
  broken: ReadonlySet<string>,
  findings: FindingCollector,
): void {
  new RuleChecker(definition, layout, tree, broken, findings).check();
}

class RuleChecker {
  readonly #definition: WorkflowDefinition;
  readonly #layout: Layout;
  readonly #tree: SourceTree;
  readonly #broken: ReadonlySet<string>;
  readonly #findings: FindingCollector;

  constructor(
    definition: WorkflowDefinition,
    layout: Layout,
    tree: SourceTree,
    broken: ReadonlySet<string>,
    findings: FindingCollector,
  ) {
    this.#definition = definition;
    this.#layout = layout;
    this.#tree = tree;
    this.#broken = broken;
    this.#findings = findings;
  }

  check(): void {
    this.#checkNames();
    this.#checkPhases();
    this.#checkSettings();
    for (const placed of this.#items()) {
      this.#checkVerification(placed);
      this.#checkEffects(placed);
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
          this.#warning(path, `item id "${excerpt(id)}" is used in phase "${excerpt(other)}" too`, {
            hint: "Commands mean the item of the current phase; give each its own id",
          });
        }
      }
    }
    const longName = (name: string, path: KeyPath): void => {
      if (name.length <= TEXT_LIMITS.name) return;
      const message = `"name" has ${name.length} characters, more than ${TEXT_LIMITS.name}`;
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
    this.#error(path, `${what} id "${excerpt(id)}" is used twice${where}`);
    return false;
  }

  #checkPhases(): void {
    const itemIds = new Set(
      this.#definition.phases.flatMap(({ items }) => items.map(({ id }) => id)),
    );
    for (const [p, phase] of this.#definition.phases.entries()) {
      const path = this.#layout.phase(p);
      if (phase.items.length === 0 && !this.#isBroken([...path, "items"])) {
        this.#warning(
          path,
          `phase "${excerpt(phase.id)}" has no items: it ends as soon as it begins`,
        );
      }
      this.#checkNotes(phase.notes, path);
      if (phase.exit_gate !== undefined && phase.exit_gate !== "human_approval") {
        const gate = phase.exit_gate;
        this.#warning([...path, "exit_gate"], `exit_gate "${excerpt(gate)}" does nothing`, {
          hint: didYouMean(gate, ["human_approval"]) ?? 'Only "human_approval" acts',
        });
      }
      for (const [r, review] of phase.required_reviews.entries()) {
        if (itemIds.has(review) || itemIds.has(`${review}_review`)) continue;
        const message = `required review "${excerpt(review)}" can never be done: ` +
          `no item is called "${excerpt(review)}" or "${excerpt(review)}_review"`;
        this.#error([...path, "required_reviews", r], message, {
          hint: didYouMean(review, itemIds) ?? didYouMean(`${review}_review`, itemIds) ??
            `Add an item with the id "${excerpt(review)}_review"`,
        });
      }
    }
  }

  #checkSettings(): void {
    for (const name of Object.keys(this.#definition.settings)) {
      if (ACTING_SETTINGS.includes(name)) continue;
      const meant = didYouMean(name, ACTING_SETTINGS);
      if (meant === undefined) continue;
      const message = `setting "${excerpt(name)}" does nothing unless a template names it`;
      this.#warning(["settings", name], message, { at: "key", hint: meant });
    }
  }

  #checkNotes(notes: readonly string[], path: KeyPath): void {
    for (const [n, note] of notes.entries()) {
      if (note.length <= TEXT_LIMITS.notes) continue;
      const message = `a note has ${note.length} characters, more than ${TEXT_LIMITS.notes}`;
      this.#warning([...path, "notes", n], message, {
        hint: "Keep long texts in a file and name it in the note",
      });
    }
  }

  #checkVerification({ item, path, command }: Placed): void {
    const { verification } = item;
    const at = [...path, "verification"];
    if (verification.type === "file_exists") {
      if (verification.path.trim() === "") {
        this.#error([...at, "path"], 'verification of type file_exists needs a "path"');
      } else {
        this.#checkTemplate(verification.path, [...at, "path"]);
        this.#checkPath(verification.path, [...at, "path"]);
      }
    } else if (verification.type === "command") {
      if (verification.command.trim() === "") {
        this.#error(command, 'verification of type command needs a "command"');
      } else {
        this.#checkTemplate(verification.command, command);
        if (verification.command.includes("\0")) {
          this.#error(command, "the command holds a NUL character");
        }
      }
    }
  }

  #checkTemplate(text: string, path: KeyPath): void {
    const { settings } = this.#definition;
    for (const name of placeholderNames(text)) {
      const point = { needle: new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`) };
      if (!Object.hasOwn(settings, name)) {
        const hint = didYouMean(name, Object.keys(settings)) ?? `Add "${name}" under "settings:"`;
        this.#error(path, `there is no setting "${excerpt(name)}"`, { ...point, hint });
      } else if (typeof settings[name] === "object") {
        const kind = settings[name] === null ? "has no value" : `is ${kindOf(settings[name])}`;
        this.#error(path, `setting "${excerpt(name)}" ${kind} and cannot stand in a text`, {
          ...point,
          hint: "Give it a text, a number, true or false",
        });
      }
    }
  }

  /** A path must stay inside the project, whatever system it is read on. */
  #checkPath(template: string, path: KeyPath): void {
    const { text, missing } = substitute(template, this.#definition.settings);
    if (missing.length > 0) return;
    const written = `path "${excerpt(text)}"`;
    const point = { hint: "Give a path inside the project, relative to its root" };
    if (text.includes("\0")) {
      this.#error(path, "the path holds a NUL character", point);
    } else if (/^([/\\]|[A-Za-z]:)/.test(text)) {
      this.#error(path, `${written} is absolute`, point);
    } else if (/^~([/\\]|$)/.test(text)) {
      this.#error(path, `${written} begins with "~", which is not expanded`, point);
    } else {
      const depth = lowestAndFinalDepth(text);
      if (depth.lowest < 0) this.#error(path, `${written} leads out of the project`, point);
      else if (depth.final === 0) {
        this.#warning(path, `${written} is the project root, which is always there`);
      }
    }
  }

  /** What was written but does nothing. A stored definition spells every default and is spared. */
  #checkEffects({ item, path }: Placed): void {
    if (!this.#tree.hasText) return;
    const { step_type, verification } = item;
    const written = (...keys: readonly string[]): unknown =>
      this.#tree.get([...path, ...keys]) ?? undefined;
    const at = [...path, "verification"];
    if (!this.#isBroken([...at, "type"]) && !this.#isBroken(at)) {
      for (const [key, type] of [["path", "file_exists"], ["command", "command"]] as const) {
        if (written("verification", key) === undefined || verification.type === type) continue;
        const message = written("verification", "type") === undefined
          ? `"${key}" does nothing without a "type": nothing is checked`
          : `"${key}" does nothing in a verification of type ${verification.type}`;
        this.#warning([...at, key], message, {
          at: "key",
          hint: `Write "type: ${type}" beside it`,
        });
      }
      if (verification.type !== "command") {
        const code = written("verification", "expect_exit_code") ?? written("expect_exit_code") ??
          0;
        if (code !== 0) {
          const key = written("expect_exit_code") === undefined ? at : path;
          const message = '"expect_exit_code" does nothing without a command';
          this.#warning([...key, "expect_exit_code"], message, { at: "key" });
        }
        if (written("timeout") !== undefined) {
          this.#warning([...path, "timeout"], '"timeout" does nothing without a command', {
            at: "key",
          });
        }
      }
    }
    const binding = step_type === "gate" || step_type === "required";
    if (binding && !item.required) {
      const message = `"required: false" lets the phase end without this ${step_type} item`;
      this.#warning([...path, "required"], message, {
        at: "key",
        hint: 'Take "required: false" out, or make the step_type flexible',
      });
    }
    if (written("skippable") === true) {
      const bare = verification.type === "manual_gate" && item.skip_conditions.length === 0;
      if (binding || bare) {
        const what = binding ? `an item of step_type ${step_type}` : "a manual gate";
        this.#warning([...path, "skippable"], `"skippable: true" does nothing for ${what}`, {
          at: "key",
          hint: binding
            ? 'Take it out, or make the step_type "flexible"'
            : 'Say in "skip_conditions" when skipping is right',
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

  #warning(path: KeyPath, message: string, point?: PointAt): void {
    if (!this.#isBroken(path)) this.#findings.warning(path, message, point);
  }
}

/** How deep below the root a relative path ends, and how far up it goes on its way. */
function lowestAndFinalDepth(path: string): { readonly lowest: number; readonly final: number } {
  let depth = 0;
  let lowest = 0;
  for (const segment of path.split(/[/\\]+/)) {
    if (segment === "..") depth--;
    else if (segment !== "" && segment !== ".") depth++;
    lowest = Math.min(lowest, depth);
  }
  return { lowest, final: depth };
}
