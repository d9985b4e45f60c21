// One peer at a time: builds its graph over the vectors in a folder, or measures recall@100 and queries per second on one thread.
//   node peers.mjs build  LIBRARY DIMENSIONS FOLDER
//   node peers.mjs query  LIBRARY DIMENSIONS FOLDER QUERIES BEAM...
import { createRequire } from 'node:module';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const [what, library, dimensions, folder, ...rest] = process.argv.slice(2);
const d = Number(dimensions), k = 100, links = 16, beam = 100;
const path = join(folder, `${library}-${d}.index`);
const floats = name => {
  const bytes = readFileSync(join(folder, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
};
const row = (rows, i) => Array.from(rows.subarray(i * d, (i + 1) * d));

const libraries = {
  'hnswlib-node': {
    build(rows) {
      const { HierarchicalNSW } = require('hnswlib-node');
      const index = new HierarchicalNSW('ip', d);
      index.initIndex(rows.length / d, links, beam, 1);
      for (let i = 0; i < rows.length / d; i++) index.addPoint(row(rows, i), i);
      index.writeIndexSync(path + '.part');
    },
    open() {
      const { HierarchicalNSW } = require('hnswlib-node');
      const index = new HierarchicalNSW('ip', d);
      index.readIndexSync(path);
      return { prepare: row, at: ef => (index.setEf(ef), query => index.searchKnn(query, k).neighbors) };
    },
  },
  usearch: {
    build(rows) {
      const { Index } = require('usearch');
      const index = new Index({ dimensions: d, metric: 'ip', connectivity: links, expansion_add: beam, quantization: 'f32' });
      const step = 10000;
      for (let i = 0; i < rows.length / d; i += step) {
        const keys = BigUint64Array.from({ length: Math.min(step, rows.length / d - i) }, (_, j) => BigInt(i + j));
        index.add(keys, rows.subarray(i * d, (i + keys.length) * d), 1);
      }
      index.save(path + '.part');
    },
    open() {
      const { Index } = require('usearch');
      return {
        prepare: (rows, i) => rows.slice(i * d, (i + 1) * d),
        at: ef => {
          const index = new Index({ dimensions: d, metric: 'ip', connectivity: links, expansion_search: ef, quantization: 'f32' });
          index.load(path);
          return query => Array.from(index.search(query, k, 1).keys, Number);
        },
      };
    },
  },
  'faiss-node': {
    build(rows) {
      const { Index, MetricType } = require('faiss-node');
      const index = Index.fromFactory(d, `HNSW${links},Flat`, MetricType.METRIC_INNER_PRODUCT);
      const step = 1000;
      for (let i = 0; i < rows.length / d; i += step) index.add(Array.from(rows.subarray(i * d, (i + step) * d)));
      index.write(path + '.part');
    },
    open() {
      const { Index } = require('faiss-node');
      const index = Index.read(path);
      // The beam cannot be set from here; faiss searches with max(16, asked), so asking for more widens it.
      return { prepare: row, at: ef => query => index.search(query, Math.max(k, ef)).labels.slice(0, k) };
    },
  },
};

const now = () => Number(process.hrtime.bigint()) / 1e9;
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
if (what === 'build') {
  if (existsSync(path)) process.exit(0);
  const started = cpu();
  libraries[library].build(floats(`rows-${d}.f32`));
  renameSync(path + '.part', path);
  console.log(JSON.stringify({ library, d, build_cpu_s: Math.round(cpu() - started) }));
} else {
  const [count, ...beams] = rest.map(Number);
  const queries = floats(`queries-${d}.f32`);
  const bytes = readFileSync(join(folder, `truth-${d}.i32`));
  const truth = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const index = libraries[library].open();
  const asked = Array.from({ length: count }, (_, i) => index.prepare(queries, i));
  for (const ef of beams) {
    const find = index.at(ef);
    for (const query of asked.slice(0, 50)) find(query);
    const started = now();
    const answers = asked.map(find);
    const seconds = now() - started;
    let hits = 0;
    answers.forEach((answer, i) => {
      const right = new Set(truth.subarray(i * k, (i + 1) * k));
      for (const item of answer) if (right.has(item)) hits++;
    });
    console.log(JSON.stringify({ library, d, beam: ef, recall: hits / count / k, per_second: count / seconds }));
  }
}
