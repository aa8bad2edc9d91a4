// The OpenAPI document is what the routes are: checked in, complete, and true of the answers that the routes really give.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONTROL_ROWS } from '../../../mock-server/control/control.ts';
import { openApiDocument } from '../../../mock-server/control/openapi.ts';
import { CONTROL_PREFIX } from '../../../mock-server/control/prefix.ts';
import { personas } from './personas.ts';
import { Desk } from './kit.ts';
import type { Json } from './kit.ts';

const document = openApiDocument(CONTROL_ROWS) as Json;

test('docs/control-api.openapi.json is what the routes say: npm run docs', () => {
  const file = readFileSync(new URL('../../../docs/control-api.openapi.json', import.meta.url), 'utf8');
  expect(file).toBe(`${JSON.stringify(document, undefined, 2)}\n`);
  expect(new Desk().ok('GET', '/openapi.json')).toEqual(document);
  expect(new Desk().ok('GET', '')).toEqual(document);
});

describe('the table of routes', () => {
  test('has one row per method and path, and one name per row', () => {
    const places = CONTROL_ROWS.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(new Set(places).size).toBe(places.length);
    expect(new Set(CONTROL_ROWS.map(({ name }) => name)).size).toBe(CONTROL_ROWS.length);
  });
  test('says something of every operation, parameter and member', () => {
    const silent: string[] = [];
    for (const { name, summary, query, body } of CONTROL_ROWS) {
      if (summary === '') silent.push(name);
      for (const [member, { about }] of Object.entries({ ...query, ...body })) if (about === '') silent.push(`${name}.${member}`);
    }
    expect(silent).toEqual([]);
  });
  test('is covered by the document, method by method', () => {
    const told = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
      Object.keys(methods as Json).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.sort()).toEqual(CONTROL_ROWS.map(({ method, path }) => `${method} ${CONTROL_PREFIX}${path}`).sort());
  });
  test.each(CONTROL_ROWS.map(({ method, path }) => [method, path] as const))(
    '%s %s answers a wrong method, a wrong query and a wrong body with an error that names the place',
    (method, path) => {
      const desk = new Desk();
      const real = path.replaceAll(/\{\w+\}/g, 'x1');
      const wrong = desk.call('TRACE', real);
      expect([wrong.status, wrong.json.field, wrong.response.headers['allow']]).toEqual([405, 'method', expect.stringContaining(method)]);
      expect(desk.call(method, `${real}?no-such-thing=1`)).toMatchObject({
        status: 400,
        json: { error: 'invalid_request', field: 'no-such-thing' },
      });
      expect(desk.call(method, real, { 'no-such-thing': 1 })).toMatchObject({ status: 400, json: { field: 'no-such-thing' } });
      expect(desk.call(method, real, '{')).toMatchObject({ status: 400, json: { message: 'the body is not JSON' } });
    },
  );
  test('a path that is not there is 404, with a guess', () => {
    expect(new Desk().call('GET', '/sesions')).toMatchObject({
      status: 404,
      json: { error: 'not_found', hint: 'did you mean "/sessions"?' },
    });
    expect(new Desk().call('GET', '/a/b/c/d').status).toBe(404);
    expect(new Desk().call('GET', '/snapshots/%E0%A4%A/restore').status).toBe(400);
  });
});

/** A minimal judge of JSON schemas: the words our shapes write. */
function fits(value: Json, schema: Json): boolean {
  if (schema.oneOf !== undefined) return (schema.oneOf as Json[]).some((one) => fits(value, one));
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.const !== undefined) return value === schema.const;
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      if ((schema.required ?? []).some((name: string) => !(name in value))) return false;
      return Object.entries(value).every(([name, member]) => {
        const own =
          schema.properties?.[name] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
        return own === undefined ? schema.additionalProperties !== false : fits(member, own);
      });
    }
    case 'array':
      return Array.isArray(value) && value.every((one) => fits(one, schema.items));
    case 'string':
      return typeof value === 'string' && (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value));
    case 'integer':
      return Number.isSafeInteger(value) && value >= (schema.minimum ?? -Infinity);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return true;
  }
}

describe('answers', () => {
  const answerOf = (method: string, path: string): Json =>
    document.paths[`${CONTROL_PREFIX}${path}`][method.toLowerCase()].responses[200].content['application/json'].schema;
  test('are what the document promises', () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    desk.signIn('bob', 'tablet');
    desk.ok('POST', '/clock/advance', { by: '1h' });
    desk.tokens(rt);
    desk.tokens(rt);
    const calls: readonly [string, string, string, object?][] = [
      ['GET', '/clock', '/clock'],
      ['POST', '/clock/advance', '/clock/advance', { by: 1 }],
      ['POST', '/clock/set', '/clock/set', { to: '2h' }],
      ['POST', '/clock/freeze', '/clock/freeze'],
      ['PUT', '/clock/devices/{device}', '/clock/devices/phone', { offset: '-5m' }],
      ['POST', '/clock/resume', '/clock/resume'],
      ['POST', '/sessions', '/sessions', { user: 'eve', device: 'web' }],
      ['PATCH', '/sessions/{id}/policy', '/sessions/f2/policy', { codeLifetime: '1m' }],
      ['GET', '/sessions', '/sessions?all=true'],
      ['POST', '/expire', '/expire', { session: 'f3' }],
      ['POST', '/revoke', '/revoke', { user: 'bob' }],
      ['DELETE', '/sessions/{id}', '/sessions/f3'],
      ['POST', '/password', '/password', { user: 'ada' }],
      ['DELETE', '/sessions/{id}/policy', '/sessions/f2/policy'],
      ['GET', '/keys', '/keys'],
      ['POST', '/keys/rotate', '/keys/rotate', {}],
      ['GET', '/policy', '/policy'],
      ['PATCH', '/policy', '/policy', { sessionsPerUser: 3 }],
      ['POST', '/faults', '/faults', { delay: '1s' }],
      ['GET', '/faults', '/faults'],
      ['DELETE', '/faults/{id}', '/faults/fault-1'],
      ['DELETE', '/faults', '/faults'],
      ['POST', '/holds', '/holds', { name: 'h' }],
      ['GET', '/holds', '/holds'],
      ['POST', '/holds/{name}/release', '/holds/h/release'],
      ['DELETE', '/holds', '/holds'],
      ['GET', '/journal', '/journal'],
      ['GET', '/journal/count', '/journal/count'],
      ['POST', '/marks', '/marks', { what: 'clock-moved', device: 'phone', by: '-1h' }],
      ['POST', '/verify', '/verify', {}],
      ['POST', '/snapshots', '/snapshots', { name: 's' }],
      ['GET', '/snapshots', '/snapshots'],
      ['POST', '/snapshots/{name}/restore', '/snapshots/s/restore'],
      ['DELETE', '/snapshots/{name}', '/snapshots/s'],
      ['POST', '/reset', '/reset'],
    ];
    const wrong = calls
      .filter(([method, path, real, body]) => !fits(desk.ok(method, real, body), answerOf(method, path)))
      .map(([method, path]) => `${method} ${path}`);
    expect(wrong).toEqual([]);
    const covered = new Set(calls.map(([method, path]) => `${method} ${path}`));
    expect(CONTROL_ROWS.filter(({ method, path }) => !covered.has(`${method} ${path}`)).map(({ name }) => name)).toEqual([
      'describe',
      'waitForJournal',
      'followJournal',
    ]);
  });
  test('and the judge of this test does refuse', () => {
    expect(fits({ now: -1, time: 'x', frozen: true, devices: {} }, answerOf('GET', '/clock'))).toBe(false);
    expect(fits({ now: 1, time: 'x', frozen: true }, answerOf('GET', '/clock'))).toBe(false);
    expect(fits({ now: 1, time: 'x', frozen: true, devices: {}, more: 1 }, answerOf('GET', '/clock'))).toBe(false);
  });
});

test.each(personas())('the policy of persona %s is one that can be told and set', (_name, policy) => {
  const desk = new Desk({ policy });
  const told = desk.ok('GET', '/policy');
  expect(desk.ok('PATCH', '/policy', told)).toEqual(told);
});
