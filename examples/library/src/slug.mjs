/**
 * The part of an address that stands for a title.
 * @param {string} title
 * @returns {string} lower-case letters, digits and single hyphens.
 */
export function slug(title) {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
}
