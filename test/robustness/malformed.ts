// Requests that are wrong by construction, as bytes: broken HTTP, broken forms, strangers, wrong types, all endpoints. None of them is
// ever worth a 2xx. Strings hold one byte per character.
import fc from 'fast-check';
import { CONTROL_ROWS } from '../../mock-server/control/control.ts';

export interface Malformed {
  /** What is wrong with it, for the report of a failure. */
  what: string;
  bytes: string;
  /** The client ends its half of the connection after the bytes. */
  ends: boolean;
  /** Answers due: one per request that is whole; at least one for what is not HTTP. */
  answers: number;
}

/** The server asked, and things of it that a client may hold. */
export interface Aim {
  host: string;
  /** Live tokens: shown where they do not belong. */
  tokens: readonly string[];
}

/** Limits of the server that is fuzzed: small, so that too much is cheap to send. */
export const SMALL_LIMITS = { headerBytes: 4_096, bodyBytes: 8_192 };

export function malformed(aim: Aim): fc.Arbitrary<Malformed> {
  const whole = fc.oneof(
    forms(aim),
    strangers(aim),
    grants(aim),
    authorizations(aim),
    bearers(aim),
    documents(aim),
    nowhere(aim),
    controls(aim),
    intruders(aim),
    pages(aim),
  );
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 1, arbitrary: lines(aim) },
    { weight: 1, arbitrary: headers(aim) },
    { weight: 1, arbitrary: bodies(aim) },
    { weight: 1, arbitrary: pipelines(whole) },
  );
}

const FORM = 'application/x-www-form-urlencoded';
const FORM_PATHS = ['/token', '/revoke', '/introspect', '/device_authorization', '/par'] as const;
const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'] as const;
const PARAMETERS = [
  'grant_type',
  'refresh_token',
  'code',
  'code_verifier',
  'redirect_uri',
  'scope',
  'token',
  'token_type_hint',
  'device_code',
  'resource',
  'response_type',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'request',
  'request_uri',
  'claims',
  '__proto__',
  'constructor',
  'toString',
  '',
] as const;

/** Any text: empty, long, control characters, beyond the basic plane. */
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 200 }),
  fc.constantFrom('', ' ', '\0', '%', '%zz', '%c3%28', '\u202e', '😀', 'null', '[object Object]', '{}', '-1', '1e999'),
);
const word = fc.stringMatching(/^[a-z0-9-]{1,20}$/);

function textOr(aim: Aim): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: junk }, { weight: 1, arbitrary: fc.constantFrom(...aim.tokens) });
}

function parameters(aim: Aim): fc.Arbitrary<string[]> {
  const pair = fc.tuple(fc.oneof(fc.constantFrom(...PARAMETERS), word), textOr(aim), fc.boolean());
  return fc
    .array(pair, { maxLength: 5 })
    .map((pairs) =>
      pairs.map(([name, value, raw]) => `${encodeURIComponent(name)}=${raw ? value.replaceAll('&', '') : encodeURIComponent(value)}`),
    );
}

interface Parts {
  method?: string;
  path: string;
  headers?: readonly string[];
  body?: string;
  type?: string | undefined;
}

/** One whole request with an honest length; the connection ends with it. */
function whole(aim: Aim, what: string, { method = 'POST', path, headers: more = [], body = '', type = FORM }: Parts): Malformed {
  const bytes = Buffer.from(body).toString('latin1');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${aim.host}`,
    'connection: close',
    ...(type === '' ? [] : [`content-type: ${type}`]),
    `content-length: ${bytes.length}`,
    ...more,
  ];
  return { what, bytes: `${lines.join('\r\n')}\r\n\r\n${bytes}`, ends: false, answers: 1 };
}

/** Forms that are no forms: another type, another method, a parameter twice. */
function forms(aim: Aim): fc.Arbitrary<Malformed> {
  const path = fc.constantFrom(...FORM_PATHS);
  return fc.oneof(
    fc
      .tuple(
        path,
        fc.constantFrom('', 'application/json', 'text/plain', 'multipart/form-data; boundary=a', 'application/x-www-form-urlencode', '*/*'),
        parameters(aim),
      )
      .map(([to, type, sent]) => whole(aim, 'content type', { path: to, type, body: ['client_id=app', ...sent].join('&') })),
    fc
      .tuple(path, fc.constantFrom(...METHODS), parameters(aim))
      .map(([to, method, sent]) => whole(aim, 'method', { method, path: to, body: ['client_id=app', ...sent].join('&') })),
    fc.tuple(path, parameters(aim), fc.constantFrom('client_id', 'grant_type', 'scope'), textOr(aim)).map(([to, sent, name, value]) =>
      whole(aim, 'parameter twice', {
        path: to,
        body: ['client_id=app', ...sent, `${name}=a`, `${name}=${encodeURIComponent(value)}`].join('&'),
      }),
    ),
    fc.tuple(path, fc.json()).map(([to, json]) => whole(aim, 'JSON in a form', { path: to, body: json.replaceAll('=', '') })),
  );
}

/** Nobody we know, or somebody who cannot prove it. */
function strangers(aim: Aim): fc.Arbitrary<Malformed> {
  const path = fc.constantFrom(...FORM_PATHS);
  const header = fc.oneof(
    fc.string({ maxLength: 40 }).map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
    fc.constantFrom(
      'Basic',
      'Basic !!!',
      'Basic Og==',
      'Basic c2VydmljZTp3cm9uZw==',
      'Digest a="b"',
      'Negotiate YQ==',
      'Bearer',
      'basic  ',
    ),
    fc.constantFrom(...aim.tokens).map((token) => `Bearer ${token}`),
  );
  return fc.oneof(
    fc.tuple(path, parameters(aim), textOr(aim)).map(([to, sent, secret]) =>
      whole(aim, 'wrong secret', {
        path: to,
        body: ['client_id=service', `client_secret=${encodeURIComponent(`x${secret}`)}`, ...sent].join('&'),
      }),
    ),
    fc
      .tuple(path, parameters(aim), textOr(aim))
      .map(([to, sent, id]) =>
        whole(aim, 'unknown client', { path: to, body: [`client_id=${encodeURIComponent(`nobody${id}`)}`, ...sent].join('&') }),
      ),
    fc
      .tuple(path, parameters(aim), header)
      .map(([to, sent, authorization]) =>
        whole(aim, 'bad credentials', { path: to, headers: [`authorization: ${authorization}`], body: sent.join('&') }),
      ),
  );
}

/** A client we know asks for what nobody gets. */
function grants(aim: Aim): fc.Arbitrary<Malformed> {
  const sent = (what: string, type: fc.Arbitrary<string>, more: (value: string) => string): fc.Arbitrary<Malformed> =>
    fc.tuple(type, junk).map(([grant, value]) =>
      whole(aim, what, {
        path: '/token',
        body: `client_id=app&grant_type=${encodeURIComponent(grant)}&${more(encodeURIComponent(`x${value}`))}`,
      }),
    );
  return fc.oneof(
    sent(
      'unknown grant',
      junk.map((text) => `x${text}`),
      (value) => `refresh_token=${value}`,
    ),
    sent('unknown refresh token', fc.constant('refresh_token'), (value) => `refresh_token=${value}`),
    sent('unknown code', fc.constant('authorization_code'), (value) => `code=${value}&redirect_uri=${value}&code_verifier=${value}`),
    sent('unknown device code', fc.constant('urn:ietf:params:oauth:grant-type:device_code'), (value) => `device_code=${value}`),
    sent('grant of others', fc.constant('client_credentials'), (value) => `scope=${value}`),
    sent('bad proof', fc.constant('refresh_token'), (value) => `refresh_token=${value}`).chain((request) =>
      word.map((proof) => ({ ...request, bytes: request.bytes.replace('\r\n\r\n', `\r\ndpop: ${proof}.e30.a\r\n\r\n`) })),
    ),
  );
}

/** The authorization endpoint tells the browser's user, never the address of a stranger (RFC 6749 4.1.2.1). */
function authorizations(aim: Aim): fc.Arbitrary<Malformed> {
  const query = fc
    .tuple(parameters(aim), junk, fc.boolean())
    .map(([sent, value, knows]) =>
      [
        knows
          ? `client_id=app&redirect_uri=${encodeURIComponent(`https://evil.example/${value}`)}`
          : `client_id=${encodeURIComponent(`x${value}`)}`,
        ...sent.filter((pair) => !/^(?:client_id|redirect_uri|request_uri)=/.test(pair)),
      ].join('&'),
    );
  return fc.tuple(query, fc.constantFrom('GET', 'POST', 'DELETE')).map(([text, method]) => {
    const encoded = text.replaceAll(/[^\x21-\x7e]/g, encodeByte);
    return method === 'POST'
      ? whole(aim, 'authorization', { path: '/authorize', body: text })
      : whole(aim, 'authorization', { method, path: `/authorize?${encoded}` });
  });
}

function encodeByte(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** The API and userinfo with something that is no token of ours, or one in a wrong place. */
function bearers(aim: Aim): fc.Arbitrary<Malformed> {
  const part = fc.json({ maxDepth: 1 }).map((json) => Buffer.from(json).toString('base64url'));
  const shown = fc.oneof(
    fc.tuple(part, part, part).map((parts) => `Bearer ${parts.join('.')}`),
    fc.constantFrom(...aim.tokens).map((token) => `Bearer ${token}x`),
    fc.constantFrom(...aim.tokens).map((token) => `DPoP ${token}`),
    fc.constantFrom('Bearer', 'Bearer ', 'Bearer a b', 'bearer\t', 'Token a', 'Basic YTpi', 'Bearer =', 'Bearer ..'),
    word.map((text) => `Bearer ${text}`),
  );
  const path = fc.oneof(
    fc.constantFrom('/userinfo', '/api', '/api/feed', '/api/profile', '/api/sessions', '/api/large'),
    word.map((text) => `/api/${text}`),
  );
  return fc.oneof(
    fc
      .tuple(path, fc.constantFrom('GET', 'POST'), shown)
      .map(([to, method, authorization]) => whole(aim, 'bearer', { method, path: to, headers: [`authorization: ${authorization}`] })),
    fc
      .tuple(path, fc.constantFrom(...aim.tokens))
      .map(([to, token]) => whole(aim, 'token in the query', { method: 'GET', path: `${to}?access_token=${token}`, type: '' })),
  );
}

function documents(aim: Aim): fc.Arbitrary<Malformed> {
  const path = fc.constantFrom('/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/jwks');
  return fc
    .tuple(path, fc.constantFrom('POST', 'PUT', 'DELETE', 'PATCH'), junk)
    .map(([to, method, body]) => whole(aim, 'document', { method, path: to, body }));
}

function nowhere(aim: Aim): fc.Arbitrary<Malformed> {
  const path = fc.oneof(
    junk.map((text) => `/zz${text.replaceAll(/[^\x21-\x7e]/g, encodeByte)}`),
    fc.constantFrom('/zz/../token', '/zz%', '//zz', '/zz?=', '/zz#', '/token/', '/tokens', '/TOKEN', '/.well-known/', '/__tokenwarpx'),
    fc.constantFrom(...aim.tokens).map((token) => `/zz/${token}`),
  );
  const header = fc.oneof(
    fc.constantFrom(...aim.tokens).map((token) => `x-tokenwarp-from: ${token}`),
    fc.constantFrom(...aim.tokens).map((token) => `x-request-id: ${token}`),
    fc.constant('x-plain: 1'),
  );
  return fc
    .tuple(path, fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'PROPFIND'), header)
    .map(([to, method, more]) => whole(aim, 'no such place', { method, path: to, headers: [more] }));
}

/** Every operation of the control API with a body that is none, a member nobody knows, or a path or method that is not there. */
function controls(aim: Aim): fc.Arbitrary<Malformed> {
  const json = 'application/json';
  const body = fc.oneof(
    fc.constantFrom('{', '[]', '1', '"a"', 'null', '{"a":}', '\u0000'),
    word.map((name) => JSON.stringify({ [`unknown-${name}`]: 1 })),
    fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1 }).map((value) => JSON.stringify(value)),
  );
  const row = fc.constantFrom(...CONTROL_ROWS);
  const place = (path: string, id: string): string => `/__tokenwarp${path.replaceAll(/\{\w+\}/g, id)}`;
  return fc.oneof(
    fc
      .tuple(
        row.filter(({ method }) => method !== 'GET'),
        body,
        word,
      )
      .map(([{ method, path }, sent, id]) =>
        whole(aim, `control body of ${path}`, { method, path: place(path, id), body: sent, type: json }),
      ),
    fc
      .tuple(row, word)
      .map(([{ method, path }, id]) =>
        whole(aim, `control query of ${path}`, { method, path: `${place(path, id)}?unknown-${id}=1`, type: '' }),
      ),
    fc
      .tuple(word, fc.constantFrom('GET', 'POST', 'DELETE'))
      .map(([id, method]) => whole(aim, 'control path', { method, path: `/__tokenwarp/zz${id}`, type: '' })),
    row.map(({ path }) => whole(aim, `control method of ${path}`, { method: 'PROPFIND', path: place(path, 'a'), type: '' })),
  );
}

/** Good requests of the control API from where none may come: another name of this machine, another site. */
function intruders(aim: Aim): fc.Arbitrary<Malformed> {
  const row = fc.constantFrom(...CONTROL_ROWS);
  const host = fc.oneof(
    word.map((name) => `${name}.example`),
    fc.constantFrom('127.0.0.1.nip.io', 'localhost.evil.example', '169.254.169.254', `evil@${aim.host}`, '[::1].evil', '0x7f000001', ''),
  );
  return fc.oneof(
    fc
      .tuple(row, host)
      .map(([{ method, path }, name]) => whole({ ...aim, host: name }, 'foreign Host', { method, path: `/__tokenwarp${path}`, type: '' })),
    fc
      .tuple(row, fc.constantFrom('null', 'https://evil.example', 'http://localhost', `https://${aim.host}.evil.example`))
      .map(([{ method, path }, origin]) =>
        whole(aim, 'foreign Origin', { method, path: `/__tokenwarp${path}`, type: '', headers: [`origin: ${origin}`] }),
      ),
  );
}

/** Pages are for who came from our own page: an unknown form, an unknown code. */
function pages(aim: Aim): fc.Arbitrary<Malformed> {
  return fc
    .tuple(
      fc.constantFrom('/interaction', '/interaction?id=zz', '/device', '/logout'),
      fc.constantFrom('PUT', 'DELETE', 'PATCH'),
      parameters(aim),
    )
    .map(([path, method, sent]) => whole(aim, 'page', { method, path, body: sent.join('&') }));
}

/** What is no request line, with headers behind it. */
function lines(aim: Aim): fc.Arbitrary<Malformed> {
  const line = fc.oneof(
    fc.constantFrom(
      'GET',
      'GET /token',
      'GET /token HTTP',
      'GET /token HTTP/',
      'GET /token HTTP/1',
      'GET /token HTTP/1.1.1',
      'GET /token HTTP/2.0',
      'GET /token HTTP/9.9',
      'GET /token http/1.1',
      'GET  HTTP/1.1',
      '/token GET HTTP/1.1',
      'PRI * HTTP/2.0',
      'BREW /token HTTP/1.1',
      'get /token HTTP/1.1',
      'GET token HTTP/1.1',
      'GET /to ken HTTP/1.1',
      'GET /\0 HTTP/1.1',
      'CONNECT a:1 HTTP/1.1',
      'CONNECT /token HTTP/1.1',
      'GET ftp://a/ HTTP/1.1',
      'GET http:// HTTP/1.1',
      '\x16\x03\x01\x02\x00',
      'SSH-2.0-a',
    ),
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 80 }).map((text) => `\x01${text.replaceAll(/[\r\n]/g, '')}`),
    fc.uint8Array({ minLength: 1, maxLength: 80 }).map(
      (bytes) =>
        `\x80${Buffer.from(bytes)
          .toString('latin1')
          .replaceAll(/[\r\n]/g, '')}`,
    ),
    fc.constant(`GET /zz${'a'.repeat(SMALL_LIMITS.headerBytes)} HTTP/1.1`),
  );
  return line.map((first) => ({
    what: 'request line',
    bytes: `${first}\r\nhost: ${aim.host}\r\nconnection: close\r\n\r\n`,
    ends: false,
    answers: 1,
  }));
}

/** A request for nothing, with one line among its headers that must not be there. */
function headers(aim: Aim): fc.Arbitrary<Malformed> {
  const line = fc.oneof(
    fc.constantFrom(
      'no colon',
      ': no name',
      'na me: v',
      'name : v',
      'x: a\0b',
      'x: a\x7fb',
      'x: a\rb',
      'content-length: -1',
      'content-length: 1e3',
      'content-length: 0x10',
      'content-length: 5, 6',
      'content-length: 99999999999999999999',
      'content-length: 7',
      'transfer-encoding: chunked',
      'transfer-encoding: gzip',
      'transfer-encoding: chunked, identity',
      'expect: nonsense',
      'upgrade: websocket',
      'host: other.example',
      'connection: upgrade',
      'x:\r\n\x01folded',
      'authorization: Basic YTpi\r\nauthorization: Basic YTpi',
      'content-type: text/plain',
      'te: trailers',
      'x-forwarded-host: evil.example',
    ),
    fc.integer({ min: 1, max: 4 }).map((times) => `x: ${'a'.repeat(times * SMALL_LIMITS.headerBytes)}`),
    fc.integer({ min: 400, max: 900 }).map((times) => 'x-many: a\r\n'.repeat(times).slice(0, -2)),
    fc.tuple(word, fc.uint8Array({ maxLength: 40 })).map(
      ([name, bytes]) =>
        `x-${name}: ${Buffer.from(bytes)
          .toString('latin1')
          .replaceAll(/[\r\n]/g, '')}`,
    ),
  );
  return fc.oneof(
    line.map((extra) => ({
      what: `header ${extra.slice(0, 30)}`,
      bytes: `POST /token HTTP/1.1\r\nhost: ${aim.host}\r\nconnection: close\r\ncontent-type: ${FORM}\r\n${extra}\r\n\r\n`,
      ends: true,
      answers: 1,
    })),
    fc.constant({ what: 'no Host', bytes: 'GET /jwks HTTP/1.1\r\nconnection: close\r\n\r\n', ends: false, answers: 1 }),
    fc.constant({
      what: 'two Hosts',
      bytes: `GET /jwks HTTP/1.1\r\nhost: ${aim.host}\r\nhost: ${aim.host}\r\nconnection: close\r\n\r\n`,
      ends: false,
      answers: 1,
    }),
  );
}

/** Bodies that break off, that are larger than they may be, or whose chunks are none. */
function bodies(aim: Aim): fc.Arbitrary<Malformed> {
  const head = `POST /token HTTP/1.1\r\nhost: ${aim.host}\r\nconnection: close\r\ncontent-type: ${FORM}\r\n`;
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
  const good = 'grant_type=refresh_token&client_id=app&refresh_token=zz';
  return fc.oneof(
    fc.integer({ min: 0, max: good.length - 1 }).map((kept) => ({
      what: 'body breaks off',
      bytes: `${head}content-length: ${good.length}\r\n\r\n${good.slice(0, kept)}`,
      ends: true,
      answers: 1,
    })),
    fc
      .constantFrom(
        'zz\r\n',
        '5\r\nabc',
        '-1\r\n',
        '5;\0\r\nabcde\r\n0\r\n\r\n',
        '5\r\nabcdefg\r\n0\r\n\r\n',
        'fffffffffffffffff\r\n',
        '\r\n',
      )
      .map((rest) => ({ what: `chunk ${JSON.stringify(rest)}`, bytes: `${chunked}${rest}`, ends: true, answers: 1 })),
    fc.integer({ min: 1, max: 2 ** 40 }).map((more) => ({
      what: 'body too large, as told',
      bytes: `${head}content-length: ${SMALL_LIMITS.bodyBytes + more}\r\n\r\n`,
      ends: false,
      answers: 1,
    })),
    fc.integer({ min: 1, max: 3 }).map((more) => ({
      what: 'body too large, by chunks',
      bytes: `${chunked}${`1000\r\n${'a'.repeat(4_096)}\r\n`.repeat(2 + more)}0\r\n\r\n`,
      ends: false,
      answers: 1,
    })),
  );
}

/** Several whole requests at once on a connection that is kept until the last. */
function pipelines(one: fc.Arbitrary<Malformed>): fc.Arbitrary<Malformed> {
  const kept = (request: Malformed): string => request.bytes.replace('connection: close\r\n', '');
  return fc.array(one, { minLength: 2, maxLength: 5 }).map((requests) => ({
    what: `pipeline of ${requests.map(({ what }) => what).join(', ')}`,
    bytes: requests.map((request, at) => (at === requests.length - 1 ? request.bytes : kept(request))).join(''),
    ends: false,
    answers: requests.length,
  }));
}
