import { useEffect, useSyncExternalStore } from 'react';
import { AccessPage } from './access/AccessPage';
import { CapsPage } from './caps/CapsPage';
import { CatalogPage } from './catalog/CatalogPage';
import { FactsPage } from './facts/FactsPage';
import { HealthPage } from './health/HealthPage';
import { OverviewPage } from './overview/OverviewPage';
import type { Place } from './places';
import { currentKey } from './session';
import { SignIn } from './SignIn';
import { Empty } from './ui/Parts';
import { Shell } from './ui/Shell';

const places: Place[] = [
  { path: '/', name: 'Overview', letter: 'o', icon: '◉', page: OverviewPage },
  { path: '/catalog', name: 'Catalog', letter: 'c', icon: '▤', page: CatalogPage },
  { path: '/caps', name: 'Caps', letter: 'l', icon: '◔', page: CapsPage },
  { path: '/facts', name: 'Facts', letter: 'f', icon: '⇥', page: FactsPage },
  { path: '/access', name: 'Access', letter: 'a', icon: '◈', page: AccessPage },
  { path: '/health', name: 'Health', letter: 'h', icon: '♡', page: HealthPage },
];

const subscribe = (changed: () => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

export function App() {
  const path = useSyncExternalStore(subscribe, () => location.hash.slice(1).split('?')[0] || '/');
  const place = places.find((p) => p.path === path);
  useEffect(() => {
    document.title = place ? `${place.name} · Busker` : 'Busker';
    document.getElementById('page-title')?.focus({ preventScroll: true });
  }, [place]);

  if (path === '/sign-in' || currentKey() === null) return <SignIn />;
  const Current = place?.page;
  return (
    <Shell places={places} current={path}>
      {Current ? <Current /> : <Empty title="There is no such page"><a href="#/">Back to the overview</a></Empty>}
    </Shell>
  );
}
