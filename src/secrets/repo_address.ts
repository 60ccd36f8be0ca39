/**
 * The address of a repository of secrets.
 * @module
 */
import { withoutCredentials } from "../config/value.ts";
import { stripCredentials } from "../project/git_remote.ts";

/**
 * The address for git, and for messages.
 * @param value of `secrets_repo`: `owner/repo`, or an address.
 */
export function repoAddress(value: string): { readonly address: string; readonly shown: string } {
  const isName = /^[^:@]+$/.test(value);
  const address = isName ? `https://github.com/${value.replace(/\.git$/, "")}.git` : value;
  return { address, shown: stripCredentials(address) ?? withoutCredentials(address) };
}

/** The password or the token in an address, in the ways it may be written; none for most. */
export function credentialsOf(address: string): readonly string[] {
  const own = /^https?:\/\/([^@\/]*)@/i.exec(address)?.[1] ?? "";
  const word = own.slice(own.indexOf(":") + 1);
  if (word === "") return [];
  try {
    return [...new Set([word, decodeURIComponent(word)])];
  } catch {
    return [word];
  }
}
