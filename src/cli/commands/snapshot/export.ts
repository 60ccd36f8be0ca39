/**
 * `orchestrator snapshot export`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { meansStdout, writeIntoStream } from "../../../platform/output_file.ts";
import { outputTarget, refusedOverwrite } from "../../../project/output_target.ts";
import type { Key } from "../../../snapshot/encryption.ts";
import { type ExportRequest, exportSnapshot } from "../../../snapshot/export.ts";
import { leftOut } from "../../../snapshot/left_out.ts";
import { PRIVATE } from "../../../state_layout/modes.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { leftOutText } from "../../output/left_out_text.ts";
import { exact, lines, say, shown } from "../../output/shown.ts";
import { sizeText } from "../../output/size_text.ts";
import { sessionCount, sessionData } from "../../output/snapshot_text.ts";
import { lockingKey } from "../../snapshot/key.ts";
import { SnapshotProgress } from "../../snapshot/progress.ts";
import { findAnywhere, openBranchSessions } from "../../../app/state/find_on_branch.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"snapshot export">> {
  const { meta, manager } = context;
  if (meta === null) throw await context.noSession();
  const output = input.option("output");
  const toStdout = output === undefined || meansStdout(output);
  const armor = input.has("armor");
  if (toStdout && !armor) requireBinaryStdout(context, input);
  requireLockedSecrets(input);
  const key = await lockingKey(context, input);
  const wanted: string[] = [];
  // What is only on the state branch belongs to it, too.
  const beyond = await openBranchSessions(context);
  for (const name of input.options("session")) {
    wanted.push(await findAnywhere(context, name, beyond));
  }
  using progress = new SnapshotProgress(context, input);
  const { manifest, bytes } = await exportSnapshot(beyond?.backend ?? manager.backend, {
    repository: meta,
    now: exportTime(context),
    ...lockOf(context, key),
    ...(wanted.length === 0 ? {} : { sessions: [...new Set(wanted)] }),
    includeSecrets: input.has("include-secrets"),
    armor,
    onProgress: (done, total) => progress.show(total === null ? "read" : "write", done, total),
  });
  const text = toStdout && input.has("json") ? await textOf(bytes) : null;
  const size = text !== null
    ? text.length
    : toStdout
    ? await writeToStdout(context, bytes, armor)
    : await writeToFile(context, output, bytes, input.has("force"));
  const what = say`${sessionCount(manifest.sessions.length)}, ${sizeText(size)}`;
  const left = leftOut(context.paths.stateDirectory, {
    carrier: key === undefined ? "snapshot" : "encrypted",
    names: new Set(manifest.files.map(({ name }) => name)),
    ...(wanted.length === 0 ? {} : { sessions: new Set(wanted) }),
    secrets: input.has("include-secrets"),
  });
  const leftText = leftOutText(left);
  if (toStdout && text === null && leftText !== "" && !input.has("quiet")) {
    context.io.err(say`${leftText}\n`);
  }
  return {
    data: {
      file: toStdout ? null : output,
      size,
      encrypted: key !== undefined,
      repository: manifest.repository,
      createdAt: manifest.created,
      sessions: manifest.sessions.map(sessionData),
      leftOut: left,
      ...(text === null ? {} : { snapshot: text }),
    },
    text: (style) =>
      toStdout || input.has("quiet") ? say`` : lines([
        say`${style.green(style.symbols.done)} Exported ${what} to ${shown(output)}`,
        ...(leftText === "" ? [] : [say`  ${style.dim(leftText)}`]),
      ]),
  };
}

function requireLockedSecrets(input: Input): void {
  if (!input.has("include-secrets") || input.has("encrypt") || input.has("recipient")) return;
  throw new OrchestratorError(
    "invalid_argument",
    "Cannot export secrets: --include-secrets needs an encrypted snapshot",
    { hint: "Add --encrypt, or --recipient with an age key" },
  );
}

function requireBinaryStdout(context: Context, input: Input): void {
  if (context.io.isTerminal("stdout")) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot write a snapshot to the terminal: it is binary data",
      { hint: "Name a file with -o, or add --armor to print it as text" },
    );
  }
  if (input.has("json")) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot answer in JSON: stdout is used for the snapshot",
      { hint: "Name a file with -o, or add --armor to include it in the answer as text" },
    );
  }
}

/** Most characters of a snapshot in an answer: engines have a longest string. */
const MAX_TEXT = 128 * 1024 * 1024;

/** An armored snapshot as one string. */
async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of bytes) {
    text += decoder.decode(piece, { stream: true });
    if (text.length <= MAX_TEXT) continue;
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot answer in JSON: the snapshot has more than ${sizeText(MAX_TEXT)}`,
      { hint: "Name a file with -o" },
    );
  }
  return text;
}

/** The time in the snapshot: `SOURCE_DATE_EPOCH` (seconds since 1970) makes it the same every time. */
function exportTime(context: Context): Date {
  const epoch = context.io.env["SOURCE_DATE_EPOCH"];
  if (epoch === undefined || !/^\d{1,11}$/.test(epoch)) return context.io.now();
  return new Date(Number(epoch) * 1000);
}

async function writeToStdout(
  { io }: Context,
  bytes: AsyncIterable<Uint8Array>,
  isText: boolean,
): Promise<number> {
  const decoder = new TextDecoder();
  let size = 0;
  for await (const piece of bytes) {
    const read = isText ? io.out(exact(decoder.decode(piece))) : io.outBytes(piece);
    if (!read) {
      throw new OrchestratorError("io_failed", "Cannot write the snapshot: its reader has gone");
    }
    size += piece.length;
  }
  return size;
}

async function writeToFile(
  { paths, io }: Context,
  output: string,
  bytes: AsyncIterable<Uint8Array>,
  force: boolean,
): Promise<number> {
  const { writeStream } = await import("../../../platform/stream_file.ts");
  const place = outputTarget(paths, { cwd: io.cwd, output });
  if (place.isStream) return await writeIntoStream(place.path, bytes);
  if (!force && place.isThere) throw refusedOverwrite(output);
  return await writeStream(place.path, bytes, { exclusive: !force, mode: PRIVATE.file });
}

/** What encrypts it, and how strongly. */
function lockOf({ io }: Context, key: Key | undefined): Pick<ExportRequest, "key" | "workFactor"> {
  return { key, ...(io.workFactor === undefined ? {} : { workFactor: io.workFactor }) };
}
