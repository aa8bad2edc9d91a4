// The worker every app under test has: refreshes its tokens at the mock server, over HTTP through `adb reverse`. It keeps what it is
// given; an answer that comes after a stop is thrown away with the worker, as WorkManager does.
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { App } from './app.ts';
import type { Outcome, Worker } from './work-manager.ts';

export interface Session {
  refreshToken: string;
  /** Port of the phone at which the app expects its server. */
  port: number;
  /** Status of each answer of the token endpoint that the worker saw. */
  answers: number[];
}

export function refreshWorker(session: Session): Worker {
  return async ({ app, signal }): Promise<Outcome> => {
    try {
      const { status, body } = await post(
        app,
        session.port,
        new URLSearchParams({ grant_type: 'refresh_token', refresh_token: session.refreshToken, client_id: 'app' }),
      );
      if (signal.aborted) return 'RETRY';
      session.answers.push(status);
      if (status !== 200) return status >= 500 ? 'RETRY' : 'FAILURE';
      const { refresh_token: next } = JSON.parse(body) as { refresh_token?: string };
      session.refreshToken = next ?? session.refreshToken;
      return 'SUCCESS';
    } catch {
      return 'RETRY';
    }
  };
}

async function post(app: App, port: number, form: URLSearchParams): Promise<{ status: number; body: string }> {
  const socket = (await app.phone.connect(port)) as Duplex;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        method: 'POST',
        host: 'localhost',
        port,
        path: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close', 'x-tokenwarp-from': 'phone/app' },
        createConnection: () => socket,
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body })).on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(form.toString());
  });
}
