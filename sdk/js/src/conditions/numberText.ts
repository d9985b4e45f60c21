// Numbers as text and back, the same in every language: shortest round-trip digits, never an exponent.

export function formatNumber(value: number): string {
  const text = String(value);
  const e = text.indexOf('e');
  if (e < 0) return text;
  const exponent = Number(text.slice(e + 1));
  const sign = value < 0 ? '-' : '';
  const [whole, fraction = ''] = text.slice(sign.length, e).split('.') as [string, string?];
  return sign + (exponent < 0 ? '0.' + '0'.repeat(-exponent - 1) + whole + fraction : whole + fraction.padEnd(exponent, '0'));
}

/** [+-] digits [. digits] [e digits], nothing around it; or inf, infinity in any case. */
export function parseNumber(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text[0] === '-' ? -Infinity : Infinity;
  return undefined;
}
