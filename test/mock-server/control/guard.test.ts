// Who may control a server: this machine's own programs on loopback, whoever holds the key elsewhere, and no web page but our own.
import { describe, expect, test } from 'vitest';
import { createControl } from '../../../mock-server/control/control.ts';
import { Desk } from './kit.ts';

const status = (desk: Desk, headers: Record<string, string>) => desk.call('GET', '/clock', undefined, headers).status;

describe('on loopback, without a key', () => {
  const desk = new Desk({}, { port: () => 8080 });
  test.each(['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080', '127.8.9.10:8080'])('Host %s is this machine', (host) => {
    expect(status(desk, { host })).toBe(200);
  });
  test.each([
    'evil.example:8080',
    'evil.example',
    'localhost.evil.example:8080',
    '127.0.0.1.evil.example:8080',
    '127.0.0.1:8081',
    '127.0.0.1',
    'evil.example:80@127.0.0.1:8080',
    '10.0.0.5:8080',
    '0.0.0.0:8080',
    '',
  ])('Host %j is refused: a name that resolves to us is not us', (host) => {
    const { status: refused, json } = desk.call('GET', '/clock', undefined, { host });
    expect([refused, json['field']]).toEqual([403, 'host']);
  });
  test.each(['http://evil.example', 'http://127.0.0.1:9999', 'https://localhost:8080', 'null', 'http://127.0.0.1:8080.evil.example'])(
    'Origin %s is refused, whatever the method',
    (origin) => {
      for (const method of ['GET', 'POST']) {
        const { status: refused, json } = desk.call(method, method === 'GET' ? '/clock' : '/clock/freeze', undefined, {
          host: '127.0.0.1:8080',
          origin,
        });
        expect([refused, json['field']]).toEqual([403, 'origin']);
      }
    },
  );
  test('our own origin may', () => {
    expect(status(desk, { origin: 'http://127.0.0.1:8080' })).toBe(200);
  });
  test('a page elsewhere cannot even make the browser ask: Fetch Metadata says where it comes from', () => {
    expect(status(desk, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(status(desk, { 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(status(desk, { 'sec-fetch-site': 'none' })).toBe(200);
  });
  test('no answer may be read by another origin, and a preflight gets no leave', () => {
    const { response } = desk.call('GET', '/clock');
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const preflight = desk.call('OPTIONS', '/clock', undefined, { origin: 'http://evil.example', 'access-control-request-method': 'POST' });
    expect(preflight.status).toBe(403);
    expect(Object.keys(preflight.response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('with a key', () => {
  const KEY = 'k3y-'.repeat(8);
  const desk = new Desk({}, { key: KEY });
  test('nothing works without it, and the answer says how to send it', () => {
    const { status: refused, json, response } = desk.call('POST', '/reset');
    expect([refused, json['field']]).toEqual([401, 'authorization']);
    expect(response.headers['www-authenticate']).toContain('Bearer');
    expect(JSON.stringify(json)).not.toContain(KEY);
  });
  test.each(['', 'Bearer', 'Bearer ', `Bearer ${KEY}x`, `Bearer ${KEY.slice(0, -1)}`, `Bearer ${KEY.toUpperCase()}`, `Basic ${KEY}`, KEY])(
    '%j is not it',
    (authorization) => {
      expect(status(desk, { authorization })).toBe(401);
    },
  );
  test('any Host will do with it, but still no foreign Origin', () => {
    expect(status(desk, { authorization: `Bearer ${KEY}`, host: '192.168.1.7:8080' })).toBe(200);
    expect(status(desk, { authorization: `Bearer ${KEY}`, host: '192.168.1.7:8080', origin: 'http://evil.example' })).toBe(403);
  });
});

test('without the route, nothing answers below the prefix', () => {
  const route = createControl();
  expect(route(new Desk().app, { method: 'GET', url: 'http://127.0.0.1:8080/token', headers: {}, body: '' })).toBeUndefined();
  expect(route(new Desk().app, { method: 'GET', url: 'http://127.0.0.1:8080/__tokenwarpx/clock', headers: {}, body: '' })).toBeUndefined();
});
