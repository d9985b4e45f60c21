// What the client's own types say each endpoint may be sent, as a tree of names: `a b{c d*}` is a, b[c] and anything below b[d].
// `node stripe.parameters.mjs` writes src/Simulator/Stripe/parameters.json; stripe.shapes.test.mjs holds that file against this.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const deepest = 3;
const resources = fileURLToPath(new URL('node_modules/stripe/esm/resources/', import.meta.url));
export const file = fileURLToPath(new URL('../../src/Simulator/Stripe/parameters.json', import.meta.url));

/** Every endpoint of the client: 'POST /v1/charges/{}' and the names of its parameters. */
export function parameters(wanted) {
  const sources = readdirSync(resources, { recursive: true }).filter((f) => f.endsWith('.js')).map((f) => resources + f.slice(0, -3));
  const program = ts.createProgram(sources.map((f) => f + '.d.ts'), { strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, types: [] });
  const checker = program.getTypeChecker();
  const found = {};
  for (const source of sources) {
    const calls = [...readFileSync(source + '.js', 'utf8').matchAll(/^ {4}(\w+)\([^)]*\) \{\s*(?:const [^;]+;\s*)?return this\._makeRequest\('(\w+)', [`']([^`']+)[`']/gm)];
    if (calls.length === 0) continue;
    const methods = new Map();
    program.getSourceFile(source + '.d.ts').forEachChild((node) => { if (ts.isClassDeclaration(node)) for (const member of node.members) if (ts.isMethodDeclaration(member)) methods.set(member.name.text, member); });
    for (const [, name, verb, path] of calls) {
      const endpoint = `${verb} ${path.replace(/\$\{[^}]*\}/g, '{}')}`;
      const params = methods.get(name)?.parameters.find((p) => p.name.text === 'params');
      if (params && wanted.has(endpoint)) found[endpoint] = tree(checker, checker.getTypeAtLocation(params), 1);
    }
  }
  return `{\n${Object.keys(found).sort().map((e) => `"${e}":"${found[e]}"`).join(',\n')}\n}\n`;
}

function tree(checker, type, depth) {
  const names = new Map();
  for (const part of type.isUnion() ? type.types : [type]) {
    if (!(part.flags & ts.TypeFlags.Object)) continue;
    for (const property of part.getProperties()) names.set(property.name, below(checker, checker.getTypeOfSymbol(property), depth));
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => name + inner).join(' ');
}

function below(checker, type, depth) {
  const parts = (type.isUnion() ? type.types : [type]).map((t) => (checker.isArrayType(t) ? checker.getTypeArguments(t)[0] : t)).flatMap((t) => (t.isUnion() ? t.types : [t]));
  const objects = parts.filter((t) => t.flags & ts.TypeFlags.Object);
  if (objects.length === 0) return '';
  const open = depth >= deepest || objects.some((t) => t.getStringIndexType() || t.getProperties().length === 0 || t.symbol?.name === 'Uint8Array' || t.getCallSignatures().length > 0);
  if (open) return '*';
  const inner = [...new Set(objects.flatMap((t) => t.getProperties()))];
  const names = new Map(inner.map((p) => [p.name, below(checker, checker.getTypeOfSymbol(p), depth + 1)]));
  return `{${[...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, more]) => name + more).join(' ')}}`;
}

/** The endpoints that the guide says are simulated. */
export function simulated() {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/guides/simulator.md', import.meta.url)), 'utf8');
  return new Set([...guide.matchAll(/^\| `(\w+ \/v1\/\S+)` \|/gm)].map(([, name]) => name.replace(/\{[^}]*\}/g, '{}')));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, parameters(simulated()));
