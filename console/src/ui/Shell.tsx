import { useEffect, useState, type ReactNode } from 'react';
import { signOut } from '../session';
import { Palette } from './Palette';
import type { Place } from '../places';

type Theme = 'system' | 'dark' | 'light';

function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem('busker.theme') as Theme | null) ?? 'system');
  useEffect(() => {
    localStorage.setItem('busker.theme', theme);
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return [theme, () => setTheme((t) => (t === 'system' ? 'dark' : t === 'dark' ? 'light' : 'system'))];
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** Keys: `g` then a place's letter goes there; `/` the page's filter; Ctrl-K or `?` the command list. */
function useKeys(places: Place[], openPalette: () => void): void {
  useEffect(() => {
    let leader = 0;
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const now = event.timeStamp;
      const place = now - leader < 1200 ? places.find((p) => p.letter === event.key) : undefined;
      if (place) { leader = 0; location.hash = place.path; }
      else if (event.key === 'g') leader = now;
      else if (event.key === '?') openPalette();
      else if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter]');
        if (filter) { event.preventDefault(); filter.focus(); }
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [places, openPalette]);
}

export function Shell({ places, current, children }: { places: Place[]; current: string; children: ReactNode }) {
  const [theme, nextTheme] = useTheme();
  const [open, setOpen] = useState(false);
  useKeys(places, () => setOpen(true));

  return (
    <div className="shell">
      <a className="skip" href="#page-title" onClick={(e) => { e.preventDefault(); document.getElementById('page-title')?.focus(); }}>Skip to content</a>
      <nav aria-label="Main">
        <a className="brand" href="#/"><span aria-hidden="true">♪</span> Busker</a>
        <ul>
          {places.map((place) => (
            <li key={place.path}>
              <a href={`#${place.path}`} aria-current={place.path === current ? 'page' : undefined}>
                <span className="icon" aria-hidden="true">{place.icon}</span>{place.name}<kbd>g {place.letter}</kbd>
              </a>
            </li>
          ))}
        </ul>
        <div className="nav-foot">
          <button className="quiet" onClick={() => setOpen(true)}>Commands <kbd>Ctrl K</kbd></button>
          <button className="quiet" onClick={nextTheme}>Theme: {theme}</button>
          <a className="quiet button" href="/docs">API reference</a>
          <button className="quiet" onClick={() => { signOut(); location.hash = '/sign-in'; }}>Sign out</button>
        </div>
      </nav>
      <main>{children}</main>
      {open && <Palette places={places} close={() => setOpen(false)} commands={[{ name: 'Change theme', run: nextTheme }]} />}
    </div>
  );
}
