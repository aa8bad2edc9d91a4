// A server on a real socket for one test, and the two kinds of clients it needs: fetch, and a raw socket that may misbehave.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { ruleOf } from '../../src/core/fault.ts';
import type { FaultSpec } from '../../src/core/fault.ts';
import type { RequestRecord } from '../../src/core/request-record.ts';
import { startMockServer } from '../../mock-server/http.ts';
import type { MockServerOptions, RunningMockServer } from '../../mock-server/http.ts';

export interface Served {
  server: RunningMockServer;
  url: string;
  /** Every request that is over. */
  records: RequestRecord[];
  /** Tokens of a new session of `ada` on `phone`. */
  signIn(): { access: string; refresh: string };
  token(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Response>;
  refresh(token: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  api(path: string, token: string, init?: RequestInit): Promise<Response>;
  fault(spec: Omit<FaultSpec, 'text'>): () => void;
}

/** Starts one and stops it when the test ends; a fault of the server itself fails the test. */
export async function serve(options: MockServerOptions = {}): Promise<Served> {
  const records: RequestRecord[] = [];
  const server = await startMockServer({ seed: 7, onRequest: (record) => records.push(record), ...options });
  onTestFinished(() => server.stop());
  const { url } = server;
  const token: Served['token'] = (form, headers = {}) =>
    fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'app', ...form }), headers });
  return {
    server,
    url,
    records,
    token,
    signIn() {
      const { response } = mainServer(server).grantSession('ada', 'phone');
      return { access: response.access_token, refresh: response.refresh_token ?? '' };
    },
    refresh: (refresh_token, headers) => token({ grant_type: 'refresh_token', refresh_token }, headers),
    api: (path, access, init = {}) =>
      fetch(`${url}/api${path}`, { ...init, headers: { authorization: `Bearer ${access}`, ...init.headers } }),
    fault: (spec) => server.app.rules.install(ruleOf({ text: 'a fault', ...spec })),
  };
}

export function mainServer(server: RunningMockServer): RunningMockServer['app']['site']['issuers'][number]['server'] {
  const [main] = server.app.site.issuers;
  if (main === undefined) throw new Error('a site has an issuer');
  return main.server;
}

/** How a fetch that failed failed: the code below it, or its message. */
export async function failureOf(response: Promise<Response>): Promise<string> {
  try {
    await (await response).text();
    return 'none';
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? (error as Error).message;
  }
}

export interface Line {
  socket: Socket;
  /** All that came back until the other side closed. */
  said: Promise<string>;
}

/** A raw connection that has sent `text`; ends with the test. */
export function line(port: number, text: string): Line {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let said = '';
  socket
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      said += chunk;
    })
    .on('error', () => undefined);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('close', () => resolve(said));
  socket.write(text);
  return { socket, said: promise };
}

/** Waits until a condition holds; five seconds at most, or as long as is said. */
export async function until(holds: () => boolean, most = 5_000): Promise<void> {
  for (let i = 0; i < most / 10; i++) {
    if (holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error('it never came true');
}
