import { useState } from 'react';
import { Catalog } from '../gen/busker/catalog/v1/catalog_pb';
import { Offer_Availability, type Document } from '../gen/busker/catalog/v1/document_pb';
import { client } from '../session';
import { Badge, Card, Empty, Live, Loaded, Page } from '../ui/Parts';
import { useLoad, useStream } from '../ui/useLoad';
import { cell, lineage, offerIn, priceText, widest } from './words';

const catalog = client(Catalog);

/** What every plan contains in a market, from the version in force; redrawn when another takes effect. */
export function CatalogPage() {
  const [revision, setRevision] = useState(0n);
  const [market, setMarket] = useState('');
  const [filter, setFilter] = useState('');
  const stream = useStream((signal) => catalog.watchCatalog({}, { signal }), (state) => setRevision(state.revision), []);
  const [load, retry] = useLoad((signal) => catalog.getVersion({}, { signal }), [revision]);
  const markets = load.state === 'ready' ? load.value.document?.markets ?? [] : [];
  const chosen = market || (load.state === 'ready' && load.value.document ? widest(load.value.document) : '');

  return (
    <Page title="Catalog" lead="What every free, mid-tier and premium plan contains, market by market. Values a market changes are marked."
      actions={<><Live on={stream.live} />
        <label>Market <select value={chosen} onChange={(e) => setMarket(e.target.value)}>{markets.map((m) => <option key={m.code} value={m.code}>{m.code} · {m.name}</option>)}</select></label>
        <input data-filter placeholder="Feature ( / )" aria-label="Filter features" value={filter} onChange={(e) => setFilter(e.target.value)} /></>}>
      <Loaded load={load} retry={retry} none={<Card><Empty title="No catalog is published yet">Make a draft and publish it: <code>Catalog/CreateDraft</code>, <code>Catalog/PublishDraft</code>.</Empty></Card>}>{(version) => (
        <Card title={`Version ${version.number}`} aside={<span>{version.note} <code>{version.hash.slice(0, 8)}</code></span>}>
          {version.document ? <Matrix document={version.document} market={chosen} filter={filter} /> : <Empty title="This version has no document" />}
        </Card>)}</Loaded>
    </Page>
  );
}

function Matrix({ document, market, filter }: { document: Document; market: string; filter: string }) {
  const line = lineage(document, market);
  const plans = document.plans.map((plan) => ({ plan, offer: offerIn(plan, line) })).filter((p) => p.offer);
  const features = document.features.filter((f) => `${f.key} ${f.name}`.toLowerCase().includes(filter.toLowerCase()));
  if (plans.length === 0) return <Empty title={`Nothing is sold in ${market}`}>Choose another market.</Empty>;
  if (features.length === 0) return <Empty title="No feature by that name">Change or clear the filter.</Empty>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Feature matrix"><table>
      <thead><tr><th>Feature</th>{plans.map(({ plan, offer }) => (
        <th key={plan.key}>{plan.name}
          <small>{offer!.price ? priceText(offer!.price) : 'free'}</small>
          {offer!.availability === Offer_Availability.CLOSED_TO_NEW && <Badge tone="mute">closed to new</Badge>}
        </th>))}</tr></thead>
      <tbody>{features.map((feature) => (
        <tr key={feature.key}>
          <th title={feature.description}>{feature.name}<small>{feature.key}</small></th>
          {plans.map(({ plan }) => {
            const { text, from } = cell(document, plan, feature.key, line);
            return <td key={plan.key} title={from === 'offer' ? `set for this market` : from === 'plan' ? 'set by the plan' : 'the plan says nothing'}>
              {from === 'offer' ? <Badge tone="warn">{text}</Badge> : from === 'plan' ? text : <span style={{ color: 'var(--soft)' }}>{text}</span>}
            </td>;
          })}
        </tr>))}</tbody>
    </table></div>
  );
}
