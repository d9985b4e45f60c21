// Generates the client from proto/ with the pinned buf of engines/ (installed by the launcher).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const buf = `../engines/node_modules/@bufbuild/buf-${process.platform}-${process.arch}/bin/buf`;
if (!existsSync(buf)) {
  console.error('buf is not installed: run npm --prefix engines ci --ignore-scripts');
  process.exit(1);
}
execFileSync(buf, ['generate', '../proto', '--template', 'buf.gen.yaml'], { stdio: 'inherit' });
