// The door to the server over sockets for programs: sockets and certificates are loaded when one is started, not before.
import type { MockServerOptions, RunningMockServer } from './http.ts';

/**
 * Starts the authorization server and the protected API on a real socket of this machine: `await using server = await startMockServer()`.
 * Its base URL `server.url` is the issuer; the API is below `/api`. Port 0 (the default) is any free one.
 * Rejects with `TW_LISTEN` (UsageError) when the address cannot be listened on, with `TW_TLS_FOLDER` when no certificate can be kept there.
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<RunningMockServer> {
  const http = await import('./http.ts');
  return http.startMockServer(options);
}
