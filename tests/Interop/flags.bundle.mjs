// Builds sdk/js with the same bundler and settings everywhere: once for Node, once minified for the browser.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Beside the packages that stay outside of the bundle, so that they are found from there.
const into = fileURLToPath(new URL('node_modules/.busker/', import.meta.url));

/** @returns where the bundle is. `options` are esbuild's. */
export async function bundle(entry, name, options = {}) {
  const outfile = into + name;
  await build({
    entryPoints: [`${root}sdk/js/src/${entry}.ts`], outfile, bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning',
    external: ['@openfeature/*', 'node:*'], ...options,
  });
  return outfile;
}
