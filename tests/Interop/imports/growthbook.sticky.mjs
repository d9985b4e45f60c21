// Sticky buckets: GrowthBook's own client keeps them in memory under one payload, then answers under a changed one.
import { GrowthBookClient, StickyBucketService } from '@growthbook/growthbook';

class Memory extends StickyBucketService {
  docs = new Map();
  async getAssignments(name, value) {
    return this.docs.get(this.getKey(name, value)) ?? null;
  }
  async saveAssignments(doc) {
    this.docs.set(this.getKey(doc.attributeName, doc.attributeValue), structuredClone(doc));
  }
}

/** Experiments alone, each with a key of its own; under the changed payload the same ones are aimed and split otherwise. */
export function payloads(random, count) {
  const rule = (i, r) => ({
    id: `f${i}r${r}`, key: `exp-${i}-${r}`, hashAttribute: random.of('id', 'email'), hashVersion: random.of(1, 2), variations: ['red', 'green', 'blue'],
    ...aim(3), meta: random.chance(0.5) ? ['c', 't', 'u'].map((key) => ({ key })) : undefined, bucketVersion: random.of(undefined, 1, 2), minBucketVersion: random.of(undefined, 0, 1, 2), disableStickyBucketing: random.chance(0.1) || undefined,
  });
  const aim = (variations) => ({
    condition: random.of(undefined, { country: 'SE' }, { country: { $in: ['SE', 'NO'] } }), coverage: random.of(undefined, 0.4, 1),
    weights: variations === 2 ? random.of(undefined, [0.1, 0.9]) : random.of(undefined, [0.1, 0.2, 0.7], [0.7, 0.2, 0.1], [0, 0, 1]), namespace: random.of(undefined, undefined, ['pricing', 0, 0.6]),
  });
  const changed = (r, variations = random.chance(0.1) ? 2 : 3) => ({ ...r, ...aim(variations), variations: r.variations.slice(0, variations), meta: r.meta?.slice(0, variations), bucketVersion: random.chance(0.7) ? r.bucketVersion : random.of(0, 1, 2, 3), minBucketVersion: random.chance(0.7) ? r.minBucketVersion : random.below(4) });
  const first = Object.fromEntries(random.list(count, (i) => [`f${i}`, { defaultValue: 'default', rules: random.list(1 + random.below(3), (r) => rule(i, r)) }]));
  const second = Object.fromEntries(Object.entries(first).map(([name, feature]) => [name, { ...feature, rules: feature.rules.map((r) => changed(r)) }]));
  return [{ features: structuredClone(first) }, { features: structuredClone(second) }].map((p) => JSON.parse(JSON.stringify(p)));
}

export const users = (random, count) => random.list(count, (i) => JSON.parse(JSON.stringify({ id: random.chance(0.95) ? `u${i}` : undefined, email: `${i}@x.com`, country: random.of('SE', 'NO', 'DK') })));

/** Every user's answers, and the sticky buckets that the client had before it gave them. */
export async function asked(payload, people, memory = new Memory()) {
  const client = new GrowthBookClient({ log: () => {} });
  client.initSync({ payload });
  const before = structuredClone([...memory.docs.values()]);
  const answers = [];
  for (const attributes of people) {
    const context = await client.applyStickyBuckets({ attributes }, memory);
    answers.push(Object.fromEntries(Object.keys(payload.features).map((name) => [name, client.evalFeature(name, context).value])));
  }
  return { answers, before, memory };
}

/** The client's documents as the records of our state's rules. Of a variation that is gone there is none, as nothing is kept there. */
export function records(state, documents) {
  const kept = new Map();
  for (const flag of state.flags) {
    for (const rule of flag.rules ?? []) {
      if (!rule.materialization?.read) continue;
      const variants = new Map(rule.assignment.assignments.map((a) => [a.id, a.variant]));
      kept.set(rule.materialization.read, (variation) => variants.has(variation) && { [`${flag.name}/${rule.name}`]: variants.get(variation) });
    }
  }
  return (attributes) => documents
    .filter((d) => attributes[d.attributeName] === d.attributeValue)
    .flatMap((d) => Object.entries(d.assignments).map(([bucket, variation]) => ({ unit: d.attributeValue, materialization: bucket, member: true, variants: kept.has(bucket) ? kept.get(bucket)(variation) : {} })))
    .filter((r) => r.variants);
}
