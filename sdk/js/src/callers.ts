import { Caller, type FlagBook } from './book.js';
import { utf8 } from './hashing/utf8.js';
import { Fault } from './state/problems.js';

/** The caller a secret belongs to. Of an open state everyone is, with no secret. Throws CLIENT_SECRET_UNKNOWN. */
export async function callerOf(book: FlagBook, secret: string): Promise<Caller> {
  if (book.state.clients.length === 0) return book.operator(...book.state.environments);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(secret) as Uint8Array<ArrayBuffer>));
  for (const client of book.state.clients) {
    for (const { secretSha256, environments } of client.credentials) {
      if (secretSha256.reduce((difference, byte, i) => difference | (byte ^ hash[i]!), 0) === 0) return new Caller(client.name, environments);
    }
  }
  throw new Fault('CLIENT_SECRET_UNKNOWN', 'no client has this secret');
}
