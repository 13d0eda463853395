/** What of the host's environment a kernel gets: an allowlist, so that secrets stay where they are. */

const allowed = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TERM', 'TMPDIR']);

/**
 * @param inherit - `true` passes everything, a list the named variables besides the allowlist
 * @param own - laid over what is inherited
 */
export const selectEnvironment = (
  host: NodeJS.ProcessEnv,
  inherit: boolean | readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string> => {
  const named = new Set(typeof inherit === 'boolean' ? [] : inherit);
  const isPassed = (name: string): boolean =>
    inherit === true || allowed.has(name) || name.startsWith('LC_') || named.has(name);
  const selected: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && isPassed(name)) selected[name] = value;
  }
  return { ...selected, ...own };
};
