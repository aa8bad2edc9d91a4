// One request as one line, whatever became of it.
import { expect, test } from 'vitest';
import type { RequestRecord } from '../../src/core/request-record.ts';
import { requestLine } from '../../src/report/request-line.ts';

const BASE: RequestRecord = {
  seq: 1,
  t: 1_204,
  wall: Date.UTC(2026, 0, 1, 12, 0, 1, 204),
  ms: 3,
  method: 'POST',
  path: '/token',
  endpoint: 'token',
  status: 200,
  ending: 'sent',
  from: 'phone',
  connection: 'c1',
};
const REFRESH: RequestRecord = {
  ...BASE,
  grant: 'refresh_token',
  presented: 'RT-1',
  access: 'AT-2',
  refresh: 'RT-2',
  family: 'f1',
  user: 'ada',
  device: 'phone',
  x: 'x1',
};

test.each<[string, RequestRecord, string]>([
  ['a rotation', REFRESH, 'POST /token refresh_token RT-1→RT-2 200 family f1 phone'],
  ['a refresh without rotation', without(REFRESH, 'refresh'), 'POST /token refresh_token RT-1→AT-2 200 family f1 phone'],
  [
    'a session that begins',
    { ...without(REFRESH, 'presented'), grant: 'authorization_code', access: 'AT-1', refresh: 'RT-1' },
    'POST /token authorization_code →AT-1 RT-1 200 family f1 phone',
  ],
  [
    'a refusal with its true reason',
    { ...without(REFRESH, 'access'), status: 400, error: 'invalid_grant', reason: 'reused' },
    'POST /token refresh_token RT-1 400 invalid_grant (reused) family f1 phone',
  ],
  [
    'an answer lost after the commit',
    { ...without(REFRESH, 'status'), ending: 'dropped', fault: 'drop the next token response' },
    'POST /token refresh_token RT-1→RT-2 no answer, committed family f1 phone · drop the next token response',
  ],
  [
    'a body cut short',
    { ...REFRESH, ending: 'cut', fault: 'truncate' },
    'POST /token refresh_token RT-1→RT-2 200 cut short family f1 phone · truncate',
  ],
  [
    'a client that went away',
    { ...without(REFRESH, 'status'), ending: 'gone' },
    'POST /token refresh_token RT-1→RT-2 gone before the answer, committed family f1 phone',
  ],
  [
    'a resend by the transport',
    { ...REFRESH, repeats: { of: 'x1', by: 'transport', gap: 4 } },
    'POST /token refresh_token RT-1→RT-2 200 family f1 phone · sent again by the transport (x1, 4 ms after it broke)',
  ],
  ['a process of the device', { ...REFRESH, from: 'phone/widget' }, 'POST /token refresh_token RT-1→RT-2 200 family f1 phone/widget'],
  [
    'an API call',
    { ...BASE, method: 'GET', path: '/api/feed', endpoint: 'resource', presented: 'AT-2', family: 'f1', device: 'phone' },
    'GET /api/feed AT-2 200 family f1 phone',
  ],
  [
    'an API call without a token',
    { ...BASE, method: 'GET', path: '/api/feed', endpoint: 'resource', presented: 'none', status: 401, from: 'c1' },
    'GET /api/feed 401',
  ],
  [
    'a control call',
    { ...BASE, path: '/__tokenwarp/clock/advance', endpoint: 'control', from: 'c1' },
    'POST /__tokenwarp/clock/advance 200',
  ],
])('%s', (_name, record, line) => {
  expect(requestLine(record, (_style, text) => text)).toBe(`12:00:01.204 ${line}`);
});

function without<K extends keyof RequestRecord>(record: RequestRecord, key: K): RequestRecord {
  const { [key]: _gone, ...rest } = record;
  return rest as RequestRecord;
}
