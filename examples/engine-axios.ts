// axios over the engine: no interceptors. axios sends by `fetch`, and the fetch it is given is the engine's: it brings the token, waits for a
// refresh where one is needed, and sends again after a 401.
import axios, { type AxiosInstance } from 'axios';
import type { HostConfig } from 'tokenwarp';
import { engineFetch, type Requester } from 'tokenwarp/engine/fetch';

export function createApi(engine: Requester, config: HostConfig): AxiosInstance {
  return axios.create({
    baseURL: config.resourceBaseUrl,
    adapter: 'fetch',
    env: { fetch: engineFetch(engine, config) },
  });
}

/** Whether an error of axios means that the user has to sign in again. */
export function needsSignIn(error: unknown): boolean {
  const { cause } = error as { cause?: { reason?: string } };
  return cause?.reason === 'reauthentication-required' || cause?.reason === 'signed-out';
}
