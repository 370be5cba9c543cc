import { isIPv6 } from 'node:net';

/**
 * What one party holds of addresses: an IPv4 address, or the /64 of an IPv6 one, within which anybody takes a new address
 * for every request.
 *
 * @param address as the socket, or a trusted proxy, has it
 */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (v4 !== undefined || !isIPv6(bare)) return v4 ?? bare;
  const [head = '', tail] = bare.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest];
  const prefix = all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${prefix.join(':')}::/64`;
}
