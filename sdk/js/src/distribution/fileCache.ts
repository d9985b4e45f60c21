import { readFile, rename, writeFile } from 'node:fs/promises';
import type { StateCache } from './flagClient.js';

/** The last good state in a file, which the .NET client can read too. A crash leaves the old file or the new one. */
export function fileCache(path: string): StateCache {
  return {
    load: () => readFile(path).catch((e: NodeJS.ErrnoException) => (e.code === 'ENOENT' ? undefined : Promise.reject(e))),
    async save(bytes) {
      await writeFile(path + '.new', bytes, { flush: true });
      await rename(path + '.new', path);
    },
  };
}
