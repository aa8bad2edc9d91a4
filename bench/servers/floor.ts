// The floors: bare node:http with a constant token answer that looks at nothing; and the least a token endpoint can do, which is to
// read the form and to make one EdDSA signature over the claims of a new token.
import { createPrivateKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TEST_ONLY_SIGNING_KEY } from '../../fixtures/keys.ts';
import { report } from './report.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' };
const key = createPrivateKey({ key: TEST_ONLY_SIGNING_KEY, format: 'jwk' });
const header = Buffer.from('{"typ":"at+jwt","alg":"EdDSA","kid":"test-only"}').toString('base64url');
const state = { jti: 0 };

function tokenAnswer(): string {
  const claims = {
    iss: 'http://127.0.0.1:7357',
    exp: 1_800_003_600,
    aud: 'http://127.0.0.1:7357/api',
    sub: 'ada',
    client_id: 'app',
    iat: 1_800_000_000,
    jti: `jti-of-22-characters-${state.jti++}`,
    scope: 'openid profile offline_access',
  };
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const jwt = `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
  return JSON.stringify({
    access_token: jwt,
    token_type: 'Bearer',
    expires_in: 3_600,
    refresh_token: 'a'.repeat(43),
    scope: 'openid profile offline_access',
  });
}

function send(res: ServerResponse, body: string): void {
  res.writeHead(200, { ...HEADERS, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

const constant = tokenAnswer();
const constantly: RequestListener = (_req, res) => send(res, constant);
const signing: RequestListener = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    if (!new URLSearchParams(Buffer.concat(chunks).toString()).has('grant_type')) throw new Error('not a token request');
    send(res, tokenAnswer());
  });
};
const server = createServer(process.argv[2] === 'signing' ? signing : constantly);
server.listen(0, '127.0.0.1', () => report({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
