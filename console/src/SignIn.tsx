import { useState } from 'react';
import { signIn } from './session';

export function SignIn() {
  const [key, setKey] = useState('');
  return (
    <div className="sign-in">
      <h1>Sign in to Busker</h1>
      <p className="lead">Paste an API key. <code>./busker up</code> prints one for the demo tenant. The key stays in this tab.</p>
      <form className="row" onSubmit={(e) => { e.preventDefault(); signIn(key); location.hash = '/'; }}>
        <label style={{ flex: 1 }}>API key<input autoFocus value={key} onChange={(e) => setKey(e.target.value)} autoComplete="off" spellCheck={false} /></label>
        <button className="primary" disabled={key.trim().length === 0}>Sign in</button>
      </form>
    </div>
  );
}
