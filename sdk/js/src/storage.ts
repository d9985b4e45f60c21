/** What a page may keep: the last good state, and sticky records of its user. */
export { browserCache } from './distribution/browserCache.js';
export { StickyStorage } from './openfeature/stickyStorage.js';
