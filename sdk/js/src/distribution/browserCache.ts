import type { StateCache } from './flagClient.js';

/** The last good state in the browser's IndexedDB. */
export function browserCache(name = 'busker.flags'): StateCache {
  const store = async <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('state');
    const database = await done(opening);
    try {
      return await done(work(database.transaction('state', mode).objectStore('state')));
    } finally {
      database.close();
    }
  };
  return {
    load: () => store('readonly', s => s.get('last') as IDBRequest<Uint8Array | undefined>),
    save: async bytes => void (await store('readwrite', s => s.put(bytes, 'last'))),
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
