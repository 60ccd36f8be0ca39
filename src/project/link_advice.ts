/**
 * What to do instead of a link in the state directory, for those who made one on purpose.
 * @module
 */

/** By the first name below the state directory. */
const ADVICE: Readonly<Record<string, string>> = {
  "config.yaml":
    "Put the settings into ~/.orchestrator/config.yaml, which may be a link, and remove the link here",
  secrets:
    "Keep the secrets in ~/.orchestrator/secrets, which may be a link; `secrets.order` sets which place comes first",
};

const OTHER =
  "Move what it points to here, in the place of the link; only .orchestrator as a whole may be a link, and only outside git";

/**
 * @param stateDirectory absolute path of the state directory.
 * @param link absolute path of the link in it.
 */
export function linkAdvice(stateDirectory: string, link: string): string {
  const [, first = ""] = link.slice(stateDirectory.length).split(/[/\\]/);
  return ADVICE[first] ?? OTHER;
}
