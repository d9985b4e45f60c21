// Unleash's server over the PostgreSQL whose URL is given, with as many flags as asked; prints its port when it can answer.
import * as unleash from 'unleash-server';

const [databaseUrl, count] = [process.argv[2], Number(process.argv[3])];
const admin = '*:*.bench-admin', frontend = 'default:development.bench-frontend';
const token = (tokenName, type, secret, project, environment) => ({ tokenName, type, secret, environment, projects: [project] });
const server = await unleash.start({
  databaseUrl, db: { ssl: false }, server: { port: 0, host: '127.0.0.1' }, logLevel: 'fatal', versionCheck: { enable: false }, telemetry: false,
  authentication: { type: 'none', initApiTokens: [token('a', 'admin', admin, '*', '*'), token('f', 'frontend', frontend, 'default', 'development')] },
});
const url = `http://127.0.0.1:${server.server.address().port}`;
const post = async (path, body) => {
  const response = await fetch(`${url}/api/admin/projects/default/features${path}`, { method: 'POST', headers: { authorization: admin, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
};

// The flag the others have: a targeted country, then half of the users.
for (let i = 0; i < count; i++) {
  const name = `flag-${i}`;
  await post('', { name, type: 'release' });
  await post(`/${name}/environments/development/strategies`, {
    name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'userId', groupId: name },
    constraints: [{ contextName: 'country', operator: 'IN', values: ['SE', 'NO'], inverted: false, caseInsensitive: false }],
  });
  await post(`/${name}/environments/development/on`, {});
}

const ask = () => fetch(`${url}/api/frontend?userId=u1&properties[country]=SE`, { headers: { authorization: frontend } }).then((r) => r.json());
while (!(await ask()).toggles?.length) await new Promise((done) => setTimeout(done, 500)); // its cache of flags follows the database
console.log(`ready ${url} ${frontend}`);
