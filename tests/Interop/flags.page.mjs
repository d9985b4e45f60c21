// What the page of the browser test runs: OpenFeature's web SDK with the provider of sdk/js.
export { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
export { BuskerWebProvider } from '../../sdk/js/src/web.ts';
export { browserCache, StickyStorage } from '../../sdk/js/src/storage.ts';
export * as sdk from '../../sdk/js/src/index.ts';
export { lowerCase } from '../../sdk/js/src/conditions/caseFold.ts';
export { murmur32 } from '../../sdk/js/src/hashing/murmur3.ts';
export { Twin } from './flags.twin.mjs';
