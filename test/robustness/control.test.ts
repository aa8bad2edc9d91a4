// The control API is for whoever started the server: no wrong key, no other name of this machine (DNS rebinding), no other site (CSRF)
// gets through at any operation, and nothing of what they asked for happens.
import { describe, expect, test } from 'vitest';
import { CONTROL_ROWS, createControl } from '../../mock-server/control/control.ts';
import type { ControlRow } from '../../mock-server/control/route.ts';
import { mainServer, serve } from '../kit/served.ts';
import type { Served } from '../kit/served.ts';
import { exchange } from './wire.ts';

const KEY = 'right-key-right-key-right-key-0123';

/** The operation as its owner would ask, with bodies that would change something. */
const BODIES: Readonly<Record<string, object>> = {
  '/clock/advance': { by: '1h' },
  '/clock/set': { t: 3_600_000 },
  '/sessions': { user: 'eve', device: 'phone' },
  '/revoke': { what: 'user', user: 'ada' },
  '/expire': { user: 'ada' },
  '/policy': { accessToken: { lifetime: 1 } },
  '/snapshots': { name: 'a' },
  '/marks': { mark: 'sign-out' },
};

function asked({ method, path }: ControlRow, headers: readonly string[]): { bytes: string; ends: boolean } {
  const body = method === 'GET' ? '' : JSON.stringify(BODIES[path] ?? {});
  const lines = [
    `${method} /__tokenwarp${path.replaceAll(/\{\w+\}/g, 'f1')} HTTP/1.1`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${body.length}`,
    ...headers,
  ];
  return { bytes: `${lines.join('\r\n')}\r\n\r\n${body}`, ends: false };
}

/** All that the control API could have changed. */
function stateOf({ server }: Served): unknown {
  const { app } = server;
  return [
    app.clock.now(),
    app.clock.frozen,
    app.rules.size,
    app.holds.list(),
    app.journal.entries,
    mainServer(server).policy,
    app.site.issuers[0]?.keys.records(),
  ];
}

async function expectRefusedEverywhere(served: Served, headers: (port: number) => readonly string[], status: number): Promise<void> {
  const { access } = served.signIn();
  const before = structuredClone(stateOf(served));
  for (const row of CONTROL_ROWS) {
    const { statuses, said } = await exchange(served.server.port, asked(row, headers(served.server.port)));
    expect(statuses, `${row.method} ${row.path}`).toEqual([status]);
    expect(said).not.toMatch(/access-control-allow/i);
  }
  expect(stateOf(served)).toEqual(before);
  expect((await served.api('/feed', access)).status).toBe(200);
}

describe('a wrong key', () => {
  test.each([
    ['none', []],
    ['an empty one', ['authorization: Bearer ']],
    ['another', ['authorization: Bearer wrong']],
    ['the right one but for its end', [`authorization: Bearer ${KEY}x`]],
    ['the right one but for its case', [`authorization: Bearer ${KEY.toUpperCase()}`]],
    ['the right one in another scheme', [`authorization: Basic ${KEY}`]],
    ['two at once', [`authorization: Bearer ${KEY}`, 'authorization: Bearer wrong']],
    ['the right one in a header of its own', [`x-api-key: ${KEY}`]],
  ])('%s: 401 at every operation', async (_name, headers) => {
    const served = await serve({ frozen: true, control: false, routes: [createControl({ key: KEY })] });
    await expectRefusedEverywhere(served, (port) => [`host: 127.0.0.1:${port}`, ...headers], 401);
  });

  test('the right key opens it', async () => {
    const { server } = await serve({ control: false, routes: [createControl({ key: KEY })] });
    expect((await fetch(`${server.url}/__tokenwarp/clock`, { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(200);
  });
});

describe('on this machine, without a key', () => {
  test.each([
    ['a name that was made to resolve here', () => ['host: evil.example']],
    ['such a name with our port', (port: number) => [`host: evil.example:${port}`]],
    ['a name that begins like ours', (port: number) => [`host: 127.0.0.1.evil.example:${port}`]],
    ['a name that ends like ours', (port: number) => [`host: evil.localhost:${port}`]],
    ['another port of this machine', () => ['host: 127.0.0.1:1']],
    ['an empty Host', () => ['host:']],
  ] as const)('%s: 403 at every operation', async (_name, headers) => {
    await expectRefusedEverywhere(await serve({ frozen: true }), headers, 403);
  });

  test.each([
    ['a page of another site', ['origin: https://evil.example']],
    ['a page from a file or a sandbox', ['origin: null']],
    ['a page of another port of this machine', ['origin: http://127.0.0.1:1']],
    ['a browser that says so', ['sec-fetch-site: cross-site']],
    ['a page of another port, said by the browser', ['sec-fetch-site: same-site']],
  ])('%s: 403 at every operation', async (_name, headers) => {
    await expectRefusedEverywhere(await serve({ frozen: true }), (port) => [`host: 127.0.0.1:${port}`, ...headers], 403);
  });

  test('a preflight of another site is given no leave', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/__tokenwarp/clock/advance`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST'])('by %s it is open', async (name) => {
    const { server } = await serve();
    const { statuses } = await exchange(server.port, {
      bytes: `GET /__tokenwarp/clock HTTP/1.1\r\nhost: ${name}:${server.port}\r\nconnection: close\r\n\r\n`,
      ends: false,
    });
    expect(statuses).toEqual([200]);
  });
});
