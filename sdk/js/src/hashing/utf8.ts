// UTF-8 as .NET writes it: a lone surrogate is U+FFFD.

/** Writes at most `room` bytes; returns the end, or -1 if the text does not fit. */
export function writeUtf8(text: string, bytes: Uint8Array, at: number, room: number): number {
  const limit = at + room;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      if (at >= limit) return -1;
      bytes[at++] = c;
      continue;
    }
    if (c >= 0xd800 && c < 0xe000) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (c < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00);
        i++;
      } else c = 0xfffd;
    }
    const more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    if (at + more >= limit) return -1;
    bytes[at++] = (more === 1 ? 0xc0 : more === 2 ? 0xe0 : 0xf0) | (c >>> (6 * more));
    for (let k = more - 1; k >= 0; k--) bytes[at++] = 0x80 | ((c >>> (6 * k)) & 63);
  }
  return at;
}

export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, writeUtf8(text, bytes, 0, bytes.length));
}

/** Lone surrogates as U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, pair => (pair.length === 2 ? pair : '\ufffd'));
}
