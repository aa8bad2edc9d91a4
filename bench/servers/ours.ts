// tokenwarp's server as programs start it: rotation, reuse bookkeeping, journal, EdDSA. The first argument is how many sessions are
// alive before the first request; each holds two live tokens. Two per connection are handed out.
import { startMockServer } from '../../mock-server/http.ts';
import { report } from './report.ts';

const [sessions = '32'] = process.argv.slice(2);
const server = await startMockServer({ seed: 1 });
const [main] = server.app.site.issuers;
if (main === undefined) throw new Error('a server has an issuer');
const tokens: string[] = [];
for (let i = 0; i < Number(sessions); i++) {
  const { response } = main.server.grantSession(`user-${i}`, 'phone');
  if (tokens.length < 32) tokens.push(response.refresh_token ?? '');
}
report({ url: server.url, tokens });
