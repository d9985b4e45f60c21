// Addresses as four unsigned words; IPv4 is kept IPv4-mapped.
export type Address = [number, number, number, number];

export interface Network {
  first: Address;
  mask: Address;
}

export function inNetwork(network: Network, address: Address): boolean {
  for (let i = 0; i < 4; i++) {
    if (((address[i]! & network.mask[i]!) ^ network.first[i]!) !== 0) return false;
  }
  return true;
}

export function parseNetwork(cidr: string): Network | undefined {
  const slash = cidr.indexOf('/');
  const address = parseAddress(slash < 0 ? cidr : cidr.slice(0, slash));
  if (!address) return undefined;
  const width = cidr.includes(':') ? 128 : 32;
  let bits = width;
  if (slash >= 0) {
    const text = cidr.slice(slash + 1);
    if (!/^\d+$/.test(text) || Number(text) > width) return undefined;
    bits = Number(text);
  }
  const kept = 128 - width + bits;
  const mask = [0, 1, 2, 3].map(i => (kept <= 32 * i ? 0 : kept >= 32 * i + 32 ? -1 : -1 << (32 * i + 32 - kept))) as Address;
  return { first: mask.map((m, i) => m & address[i]!) as Address, mask };
}

export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) return ipv6(text);
  const last = ipv4(text);
  return last === undefined ? undefined : [0, 0, 0xffff, last];
}

// Four decimal octets without leading zeros: what everybody agrees on.
function ipv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((bits, part) => (bits << 8) | Number(part), 0);
}

// RFC 4291: eight groups of up to four hex digits, "::" once for one or more groups of zeros, an IPv4 address for the last two.
function ipv6(text: string): Address | undefined {
  const halves = text.split('::').map(half => (half ? half.split(':') : []));
  const last = halves[halves.length - 1]!;
  if (last[last.length - 1]?.includes('.')) {
    const bits = ipv4(last.pop()!);
    if (bits === undefined) return undefined;
    last.push((bits >>> 16).toString(16), (bits & 0xffff).toString(16));
  }
  const [before, after] = halves as [string[], string[]?];
  const count = before.length + (after?.length ?? 0);
  if (halves.length > 2 || (after ? count > 7 : count !== 8)) return undefined;
  const groups = [...before, ...new Array<string>(8 - count).fill('0'), ...(after ?? [])];
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return [0, 2, 4, 6].map(i => (parseInt(groups[i]!, 16) << 16) | parseInt(groups[i + 1]!, 16)) as Address;
}
