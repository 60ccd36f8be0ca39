/**
 * What to do instead of a link in the state directory, for those who made one on purpose.
 * @module
 */

/** By the first name below the state directory. */
const ADVICE: Readonly<Record<string, string>> = {
  "config.yaml":
    "Move the settings to ~/.orchestrator/config.yaml, which may be a link, and remove this link",
  secrets:
    "Keep the secrets in ~/.orchestrator/secrets, which may be a link; `secrets.order` sets the search order",
};

const OTHER =
  "Replace the link with the files it points to; only .orchestrator itself may be a link, and only if git does not track it";

/**
 * @param stateDirectory absolute path of the state directory.
 * @param link absolute path of the link in it.
 */
export function linkAdvice(stateDirectory: string, link: string): string {
  const [, first = ""] = link.slice(stateDirectory.length).split(/[/\\]/);
  return ADVICE[first] ?? OTHER;
}
