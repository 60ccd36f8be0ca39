/**
 * Names that no file can have on Windows, and why.
 *
 * From "Naming Files, Paths, and Namespaces" of the documentation of Windows.
 * @module
 */

/** Devices, in any case and with any extension; what follows a colon names a stream of the device. */
const DEVICE =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d\u00b9\u00b2\u00b3]) *(?:[.:]|$)/i;

/** Whether Windows takes a name for a device, wherever the file would be. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** Why no file on Windows can have this name; null when one can. */
export function whyNotOnWindows(name: string): string | null {
  if (isDeviceName(name)) return "it is the name of a device on Windows";
  if (/[^.][. ]+$|^\.{3,}$/.test(name)) {
    return "Windows removes a dot or a space at the end of a name";
  }
  const character = /[<>:"|?*\\/]/.exec(name)?.[0];
  if (character !== undefined) return `Windows does not allow ${character} in a name`;
  return /\p{Cc}/u.test(name) ? "Windows does not allow control characters in a name" : null;
}
