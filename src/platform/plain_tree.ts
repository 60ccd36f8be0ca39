/**
 * Checks a directory tree for links before an operation on all of it.
 * @module
 */
import { lookWithin, namesWithin } from "./within.ts";

/**
 * Refuses a directory that contains a link at any depth.
 * @param directory need not exist.
 * @param verb the intended operation, for the message.
 * @param skipped names directly in the directory that are not checked.
 * @throws `link_refused`, I/O errors
 */
export function refuseLinks(directory: string, verb: string, skipped: ReadonlySet<string>): void {
  const walk = (folder: string): void => {
    for (const name of namesWithin(directory, folder)) {
      if (folder === directory && skipped.has(name)) continue;
      const path = `${folder}/${name}`;
      if (lookWithin(directory, path, verb)?.isDirectory() === true) walk(path);
    }
  };
  walk(directory);
}
