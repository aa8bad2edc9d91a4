// The worker every app under test has: refreshes its tokens at the mock server, over HTTP through `adb reverse`. It keeps what it is
// given; an answer that comes after a stop is thrown away with the worker, as WorkManager does.
import { ask } from './phone-http.ts';
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
      const { status, body } = await ask(app, session.port, {
        method: 'POST',
        path: '/token',
        form: { grant_type: 'refresh_token', refresh_token: session.refreshToken, client_id: 'app' },
        headers: { 'x-tokenwarp-from': 'phone/app' },
      });
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
