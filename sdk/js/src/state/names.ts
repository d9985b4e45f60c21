/** The names that are there more than once, each once. */
export function twice(names: string[]): string[] {
  const seen = new Map<string, number>();
  for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([name]) => name);
}

/** Letters and digits of any script, ". _ : / - space $ @", at most 100 UTF-16 code units. */
export function isName(name: string): boolean {
  return name.length > 0 && name.length <= 100 && /^[\p{L}\p{Nd}._:/\- $@]+$/u.test(name) && !/[\ud800-\udfff]/.test(name);
}
