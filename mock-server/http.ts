// Where the server listens: sockets, limits, time-outs, graceful stop. Real time and a seed for ids are read here and lent to the rest.
// Knows nothing of OAuth, and nothing of what a request means.
/// <reference lib="esnext.disposable" preserve="true" />
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Server as TcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { OwnBugError, UsageError } from '../src/core/errors.ts';
import { originOf } from '../src/core/fault.ts';
import type { RequestRecord } from '../src/core/request-record.ts';
import { createApp } from './app.ts';
import type { AppOptions, AppRoute, ServerApp } from './app.ts';
import { lazyControl } from './control/lazy.ts';
import { CONTROL_PREFIX } from './control/prefix.ts';
import type { ControlOptions } from './control/route.ts';
import { Front } from './http-front.ts';
import { DEFAULT_POLICY, patchPolicy } from './policy.ts';
import type { PolicyPatch } from './policy.ts';
import type { IssuerOptions } from './site.ts';
import type { TlsMode } from './tls-mode.ts';
import type { RealTime } from './wire-clock.ts';

/** How a server over sockets is started. Everything has a default. */
export interface MockServerOptions extends Partial<Omit<AppOptions, 'origin' | 'policy' | 'time'>> {
  /** 0 (default) = any free port. */
  port?: number;
  /** Address to listen on; 127.0.0.1 by default: nothing outside this machine can reach it. */
  host?: string;
  policy?: PolicyPatch;
  /** Further issuers; one that begins with a slash lies on the server's own origin. */
  moreIssuers?: readonly IssuerOptions[];
  /** https instead of http: a certificate and private key (PEM), or the folder of a local authority that is made when it is not there. */
  tls?: { cert: string; key: string } | { folder: string; mode?: TlsMode };
  /** The control API under /__tokenwarp/: on by default, with a key unless only this machine can reach it. `verify` lends it the invariants. */
  control?: false | Pick<ControlOptions, 'verify'>;
  limits?: Partial<WireLimits>;
  /** Called with every request once it is over. */
  onRequest?: (record: RequestRecord) => void;
  /** Called with faults of ours; by default the next `stop` rejects with the first. */
  onBug?: (error: unknown) => void;
  /** Further routes, asked before the issuers; they may need the app. */
  routes?: readonly AppRoute[];
}

/** Limits of the wire: bytes and real ms. */
export interface WireLimits {
  headerBytes: number;
  bodyBytes: number;
  /** From the first byte of a request to the end of its headers. */
  headersTimeout: number;
  /** From the first byte of a request to its last. */
  requestTimeout: number;
  /** How long an idle connection is kept. */
  keepAlive: number;
  /** How long a stop waits for answers under way. */
  grace: number;
}

export const DEFAULT_LIMITS: WireLimits = {
  headerBytes: 16_384,
  bodyBytes: 1_048_576,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAlive: 30_000,
  grace: 10_000,
};

/** A server that listens; `await using` stops it at the end of the block. */
export interface RunningMockServer extends AsyncDisposable {
  /** Base URL that reaches it from this machine, no slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly app: ServerApp;
  /** Where it is controlled; `key` is the bearer key that every call must show, absent on loopback. */
  readonly control?: { readonly url: string; readonly key?: string };
  /** File with the certificate to trust, where a local authority signed for it. */
  readonly caFile?: string;
  /** Calls `listener` with every request once it is over; returns its end. */
  onRequest(listener: (record: RequestRecord) => void): () => void;
  /** Stops listening, finishes the answers under way, closes every connection. Rejects with the first fault of ours, if there was one. */
  stop(): Promise<void>;
}

/**
 * Starts the authorization server and the protected API on a real socket.
 * Rejects with `TW_LISTEN` (UsageError) when the address cannot be listened on, with `TW_TLS_FOLDER` when no certificate can be kept there.
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<RunningMockServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const bugs: unknown[] = [];
  const raws = new Map<string, Socket>();
  const tls = await certificates(options);
  const server = openServer(tls, limits);
  const address = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  const url = `${tls === undefined ? 'http' : 'https'}://${reachable(address)}:${address.port}`;
  const key = isLoopback(address.address) ? undefined : randomKey();
  const app = createApp(appOptions(options, url, controlRoutes(options, key, address.port)));
  const wire = {
    raw: (socket: Socket) => raws.get(keyOf(socket)) ?? socket,
    after: REAL_TIME.after,
    endOfTurn: (fn: () => void) => void setImmediate(fn),
  };
  const front = new Front({ app, bodyLimit: limits.bodyBytes, wire, onBug: options.onBug ?? ((error) => bugs.push(error)) });
  if (options.onRequest !== undefined) front.onRequest(options.onRequest);
  keepRawSockets(server, raws);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => front.nameConnection(socket));
  server.on('request', (req, res) => front.serve(req, res));
  const stopOnce = once(() => stop(server, front, { app, grace: limits.grace, raws }));
  const stopAndTell = async (): Promise<void> => {
    await stopOnce();
    if (bugs.length > 0) throw new OwnBugError('a request met a fault of the server', { cause: bugs[0] });
  };
  return {
    url,
    port: address.port,
    app,
    ...(tls?.caFile === undefined ? {} : { caFile: tls.caFile }),
    ...(options.control === false ? {} : { control: { url: `${url}${CONTROL_PREFIX}`, ...(key === undefined ? {} : { key }) } }),
    onRequest: (listener) => front.onRequest(listener),
    stop: stopAndTell,
    [Symbol.asyncDispose]: stopAndTell,
  };
}

interface Certificates {
  cert: string;
  key: string;
  caFile?: string;
}

async function certificates({ tls, host }: MockServerOptions): Promise<Certificates | undefined> {
  if (tls === undefined || 'cert' in tls) return tls;
  const { openLocalTls } = await import('./tls.ts');
  return openLocalTls({ ...tls, now: Date.now(), hosts: host === undefined ? [] : [host] });
}

/** Asked before everything else. */
function controlRoutes({ control, routes = [] }: MockServerOptions, key: string | undefined, port: number): readonly AppRoute[] {
  return control === false ? routes : [lazyControl({ ...control, port: () => port, ...(key === undefined ? {} : { key }) }), ...routes];
}

/** Reached from this machine alone. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function randomKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');
}

function appOptions(
  { issuer = '', policy, moreIssuers = [], control: _control, ...rest }: MockServerOptions,
  url: string,
  routes: readonly AppRoute[],
): AppOptions {
  const base = issuer === '' ? url : issuer;
  const origin = originOf(base);
  return {
    ...rest,
    routes,
    origin,
    issuer: base,
    moreIssuers: moreIssuers.map((one) => (one.issuer.startsWith('/') ? { ...one, issuer: origin + one.issuer } : one)),
    policy: patchPolicy(DEFAULT_POLICY, policy ?? {}),
    seed: rest.seed ?? randomSeed(),
    epoch: rest.epoch ?? Date.now(),
    time: REAL_TIME,
  };
}

/** Two servers must not hand out the same tokens unless they are told to. */
function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 20) * 2 ** 32 + low;
}

const REAL_TIME: RealTime = {
  now: () => performance.now(),
  after(ms, fn) {
    // A wait keeps no process alive: the sockets do.
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};

function openServer(tls: Certificates | undefined, limits: WireLimits): Server {
  const common = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout),
    // Two Authorization headers are two methods at once (RFC 6750 2): joined, they are refused instead of one being dropped.
    joinDuplicateHeaders: true,
  };
  const server = tls === undefined ? createServer(common) : createTlsServer({ ...common, cert: tls.cert, key: tls.key });
  server.on('clientError', onClientError);
  // Without a listener Node drops the connection without a word.
  server.on('connect', (_req, socket) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nallow: GET, HEAD, POST\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
  );
  return server;
}

/** What Node's parser refuses before there is a request (RFC 9110 15.5.9, RFC 6585 5). */
function onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        error.code === 'EADDRINUSE'
          ? 'another process listens there: choose another --port, or 0 for a free one'
          : 'choose another --host or --port';
      reject(new UsageError('TW_LISTEN', `cannot listen on ${host} port ${port}: ${error.code ?? error.message}`, { hint, cause: error }));
    });
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Listening everywhere means here too. */
function reachable({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return family === 'IPv6' ? `[${address}]` : address;
}

/** Only the socket below TLS can be reset; the connection's two ends find it again. */
function keepRawSockets(server: Server, raws: Map<string, Socket>): void {
  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    raws.set(key, socket);
    socket.once('close', () => raws.delete(key));
  });
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? 0}`;
}

interface Stopping {
  app: ServerApp;
  grace: number;
  raws: ReadonlyMap<string, Socket>;
}

/** Kept connections may have a request in the kernel that nobody has read yet; it is answered before they are closed, ms. */
const LINGER = 100;

/**
 * Answers under way are finished; whoever still asks is answered with `Connection: close`; held and silenced requests end now.
 * Node's own close() would reset idle connections at once, and a request that is just arriving on one with it.
 */
async function stop(server: Server, front: Front, { app, grace, raws }: Stopping): Promise<void> {
  // Who was accepted by the kernel but not yet by us is in the middle of connecting: a turn or two lets them in.
  await pause(0);
  await pause(0);
  // Not before: who is told to close comes back with a new connection.
  front.closing = true;
  const closed = new Promise<void>((resolve) => void TcpServer.prototype.close.call(server, () => resolve()));
  app.holds.release();
  await pause(raws.size === 0 ? 0 : LINGER);
  server.closeIdleConnections();
  // Opened ahead by a client's pool and never used: Node does not count them as idle.
  for (const socket of raws.values()) if (socket.bytesRead === 0) socket.destroy();
  front.endOpenAnswers();
  const deadline = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(deadline);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}
