/**
 * Whether two trees that two runs left are the same one.
 * @module
 */
import { createHash } from "node:crypto";

/**
 * A hash of a tree without what differs between two runs: times, ids, hashes, durations, pids.
 * @param tree what stands at each path.
 */
export function digestOf(tree: ReadonlyMap<string, string>): string {
  const plain = (text: string) =>
    text.replace(/\d{4}-?\d\d-?\d\dT[\d:.]+Z/g, "<time>")
      .replace(/<time>-[a-z2-7]+/g, "<time>")
      .replace(/"(mark|id)":"[^"]*"/g, '"$1":"<any>"')
      .replace(/^\d{13}$/gm, "<milliseconds>")
      .replace(/"(durationMs|pid)":\d+/g, '"$1":0')
      .replace(/\.(tmp|staging|removed|replacing)-[\w-]+/g, ".$1-*")
      .replace(/\b[0-9a-f]{64}\b/g, "<hash>")
      .replace(/\b([a-z2-7]{13}|[a-z2-7]{20}|[a-z2-7]{26})\b/g, "<id>");
  const entries = [...tree].map(([path, content]) => [plain(path), plain(content)]);
  return createHash("sha256").update(JSON.stringify(entries.sort())).digest("hex");
}
