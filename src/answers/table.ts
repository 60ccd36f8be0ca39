/**
 * The answer of every command, as a schema. What a command returns has the type that its schema gives,
 * so the two cannot differ.
 * @module
 */
import type { z } from "zod";
import { CONFIG_ANSWERS } from "./config.ts";
import { PROJECT_ANSWERS } from "./project.ts";
import { SECRETS_ANSWERS } from "./secrets.ts";
import { SESSION_ANSWERS } from "./sessions.ts";
import { STATE_ANSWERS } from "./state.ts";
import { TOOL_ANSWERS } from "./tool.ts";
import { TRUST_ANSWERS } from "./trust.ts";
import { WORK_ANSWERS } from "./work.ts";

/** Command → the schema of `data` in its answer. */
export const ANSWERS = {
  ...WORK_ANSWERS,
  ...SESSION_ANSWERS,
  ...PROJECT_ANSWERS,
  ...CONFIG_ANSWERS,
  ...SECRETS_ANSWERS,
  ...STATE_ANSWERS,
  ...TRUST_ANSWERS,
  ...TOOL_ANSWERS,
} as const;

/** A command that answers. */
export type AnsweringCommand = keyof typeof ANSWERS;

/** What a command answers: `data` of `--json`. */
export type AnswerData<Command extends AnsweringCommand> = Unchanged<
  z.infer<typeof ANSWERS[Command]>
>;

/** The type of a schema's values, as a value that is never changed. */
export type DataOf<Schema extends z.ZodType> = Unchanged<z.infer<Schema>>;

/** Readonly all the way down. That an object may have more fields is for its schema alone to say. */
export type Unchanged<Value> = Value extends readonly (infer Entry)[] ? readonly Unchanged<Entry>[]
  : Value extends object ? {
      readonly [
        Key in keyof Value as string extends Key ? unknown extends Value[Key] ? never : Key : Key
      ]: Unchanged<Value[Key]>;
    }
  : Value;
