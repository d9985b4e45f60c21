import { useEffect, useRef, useState } from 'react';
import type { Place } from '../places';

export interface Command { name: string; run: () => void }

/** Type to find, arrows to choose, Enter to go, Escape to leave. */
export function Palette({ places, commands, close }: { places: Place[]; commands: Command[]; close: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => { dialog.current?.showModal(); }, []);

  const all: (Command & { hint?: string })[] = [
    ...places.map((p) => ({ name: `Go to ${p.name}`, hint: `g ${p.letter}`, run: () => { location.hash = p.path; } })),
    ...commands,
  ];
  const found = all.filter((c) => c.name.toLowerCase().includes(text.toLowerCase()));
  const run = (command?: Command): void => { close(); command?.run(); };

  return (
    <dialog ref={dialog} className="palette" aria-label="Commands" onClose={close} onClick={(e) => e.target === dialog.current && close()}>
      <input autoFocus placeholder="Where to, or what to do?" aria-label="Command" value={text}
        onChange={(e) => { setText(e.target.value); setChosen(0); }}
        onKeyDown={(e) => {
          if (e.key === 'ArrowDown') { e.preventDefault(); setChosen((n) => Math.min(n + 1, found.length - 1)); }
          else if (e.key === 'ArrowUp') { e.preventDefault(); setChosen((n) => Math.max(n - 1, 0)); }
          else if (e.key === 'Enter') run(found[chosen]);
        }} />
      <ul role="listbox" aria-label="Found commands">
        {found.map((c, i) => (
          <li key={c.name} role="option" aria-selected={i === chosen} onClick={() => run(c)} onMouseMove={() => setChosen(i)}>
            {c.name}{c.hint && <kbd>{c.hint}</kbd>}
          </li>
        ))}
        {found.length === 0 && <li className="none">Nothing by that name</li>}
      </ul>
    </dialog>
  );
}
