// Builds sdk/js with the same bundler and settings everywhere: once for Node, once minified for the browser.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Beside the packages that stay outside of the bundle, so that they are found from there.
const into = fileURLToPath(new URL('node_modules/.busker/', import.meta.url));

/** What the bundle of a page is made with; members that are private begin with "_" and get short names. */
export const forPages = { minify: true, mangleProps: /^_[a-z]/ };

/** `entry` is a module of sdk/js, or a path. @returns where the bundle is. `options` are esbuild's. */
export async function bundle(entry, name, options = {}) {
  const outfile = into + name;
  await build({
    entryPoints: [entry.startsWith('/') ? entry : `${root}sdk/js/src/${entry}.ts`], outfile, bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning',
    external: ['@openfeature/*', 'node:*'], ...options,
  });
  return outfile;
}
