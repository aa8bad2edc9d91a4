// The most used mock of an authorization server on npm, as its own documentation starts it, with an EdDSA key.
import { OAuth2Server } from 'oauth2-mock-server';
import { report } from './report.ts';

const server = new OAuth2Server();
await server.issuer.keys.generate('EdDSA');
await server.start(0, '127.0.0.1');
const { port } = server.address();
report({ url: `http://127.0.0.1:${port}`, tokens: Array.from({ length: 32 }, (_, i) => `invented-${i}`) });
