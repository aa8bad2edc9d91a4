// A command line tool whose processes share one session: however many run at once, one of them refreshes and all go on. The user stays
// signed in from one command to the next.
import { createEngine } from 'tokenwarp/engine';
import { engineFetch } from 'tokenwarp/engine/fetch';
import { createNodeHost } from 'tokenwarp/engine/node';
import type { HostConfig, TokenResponse } from 'tokenwarp';

export interface Tool {
  /** After a sign-in of any kind (device flow, browser): the answer of the token endpoint as it came. */
  signIn(tokens: TokenResponse): Promise<void>;
  whoami(): Promise<string>;
  signOut(): Promise<void>;
  /** Before the process ends: whatever has to reach the disk does. */
  end(): Promise<void>;
}

export async function openTool(config: HostConfig, folder?: string): Promise<Tool> {
  const host = createNodeHost({
    app: 'my-tool',
    config,
    ...(folder === undefined ? {} : { folder }),
    warn: ({ message, hint }) => console.error(`${message}\n  ${hint}`),
  });
  const engine = createEngine(host);
  const api = engineFetch(engine, config);
  await engine.start();
  return {
    signIn: (tokens) => engine.signIn(tokens),
    whoami: async () => {
      if (engine.state() !== 'active') return 'nobody is signed in';
      const response = await api('/me');
      return response.ok ? 'you are signed in' : `the server says ${response.status}`;
    },
    signOut: () => engine.signOut(),
    end: () => engine.stop(),
  };
}
