// The mock server as a run on a device needs it: its journal to wait on, and what the scenario makes it do, as data, so that a run can be
// recorded and played back without a server. The app signs in without a browser at one extra address.
import type { Fact, HistoryEvent } from '../core/events.ts';
import { pathOf, ruleOf, type FaultSpec } from '../core/fault.ts';
import type { HttpResponse } from '../core/http.ts';
import type { MarkWord } from '../core/server-words.ts';
import { createStreams } from '../core/streams.ts';
import type { AppRequest, ServerApp } from '../../mock-server/app.ts';
import type { RunningMockServer } from '../../mock-server/http.ts';
import { looksSecret } from '../../mock-server/secretive.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { startMockServer } from '../../mock-server/start.ts';
import type { HoldPoint } from './needs.ts';

export interface Look {
  /** Virtual ms since the server started. */
  readonly now: number;
  /** The journal so far. */
  readonly entries: readonly HistoryEvent[];
  /** Requests that wait at a hold. */
  readonly waiting: number;
}

export type ServerAct =
  | { readonly do: 'advance'; readonly by: number }
  | { readonly do: 'fault'; readonly fault: FaultSpec & { readonly for?: number } }
  | { readonly do: 'latency'; readonly ms: number }
  /** The device has no network: answers that are under way do not arrive. */
  | { readonly do: 'offline'; readonly on: boolean }
  | { readonly do: 'heal' }
  | { readonly do: 'policy'; readonly patch: PolicyPatch }
  | {
      readonly do: 'revoke';
      readonly what: 'access-token' | 'refresh-token' | 'family' | 'user';
      readonly target: { readonly device?: string; readonly user?: string };
      readonly reason: 'user' | 'password' | 'admin';
    }
  | { readonly do: 'mark'; readonly what: MarkWord; readonly device: string; readonly by?: number; readonly note?: string }
  | { readonly do: 'note'; readonly actor: string; readonly fact: Fact }
  | { readonly do: 'hold'; readonly at: HoldPoint }
  | { readonly do: 'release' };

export interface LiveServer {
  readonly port: number;
  look(): Look;
  /** After the next entry, or after `atMost` real ms. */
  next(atMost: number): Promise<Look>;
  act(act: ServerAct): void;
  /** The text with labels in the place of tokens. */
  redact(text: string): string;
  /** Stops it; answers which of its own laws it broke. */
  stop(): Promise<readonly string[]>;
}

export interface ServerOptions {
  readonly policy: PolicyPatch;
  readonly seed: number;
  /** As the app writes it. */
  readonly issuer: string;
  /** 0 = any free one. */
  readonly port: number;
}

export type OpenServer = (options: ServerOptions) => Promise<LiveServer>;

/** Where the hook of an app signs in: `user` and `device` as a form; the answer is a token response. */
export const SIGN_IN_PATH = '/debug/session';
const HOLD = 'live';

/** Starts one on a loopback address. */
export async function openLiveServer({ policy, seed, issuer, port }: ServerOptions): Promise<LiveServer> {
  const server = await startMockServer({ policy, seed, issuer, port, control: false, routes: [signInRoute] });
  return new RunningLiveServer(server);
}

class RunningLiveServer implements LiveServer {
  readonly port: number;
  readonly #server: RunningMockServer;
  readonly #app: ServerApp;
  readonly #faults: (() => void)[] = [];
  #latency = 0;
  #removeLatency: (() => void) | undefined;
  #removeOffline: (() => void) | undefined;
  #hold: (() => void) | undefined;

  constructor(server: RunningMockServer) {
    this.#server = server;
    this.#app = server.app;
    this.port = server.port;
  }

  look(): Look {
    const { clock, journal, holds } = this.#app;
    const waiting = holds.list().find(({ name }) => name === HOLD)?.waiting ?? 0;
    return { now: clock.now(), entries: [...journal.entries], waiting };
  }

  async next(atMost: number): Promise<Look> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = this.#app.journal.subscribe(() => resolve());
    const cancel = this.#app.clock.real.after(atMost, resolve);
    await promise;
    end();
    cancel();
    return this.look();
  }

  act(act: ServerAct): void {
    const { clock, journal, site } = this.#app;
    const main = site.issuers[0]?.server;
    switch (act.do) {
      case 'advance':
        return clock.advance(act.by);
      case 'fault':
        this.#faults.push(this.#install(onTheWire(act.fault)));
        return this.#delay();
      case 'latency':
        this.#latency = act.ms;
        return this.#delay();
      case 'offline':
        this.#removeOffline?.();
        this.#removeOffline = act.on ? this.#install(OFFLINE) : undefined;
        return undefined;
      case 'heal':
        for (const remove of this.#faults.splice(0)) remove();
        return undefined;
      case 'policy':
        return main?.setPolicy(act.patch);
      case 'revoke':
        return main?.revoke(act.what, act.target, act.reason);
      case 'mark': {
        const { do: _do, ...mark } = act;
        return void journal.append('world', { type: 'mark', ...mark });
      }
      case 'note':
        return void journal.append(act.actor, act.fact);
      case 'hold':
        this.#hold?.();
        this.#hold = this.#install(holdRule(act.at));
        return undefined;
      case 'release':
        this.#hold?.();
        this.#app.holds.release(HOLD);
        return undefined;
    }
  }

  redact(text: string): string {
    return this.#app.site.labels.redact(text);
  }

  async stop(): Promise<readonly string[]> {
    const broken = this.#app.site.issuers.flatMap(({ server }) => server.selfCheck());
    await this.#server.stop();
    return broken;
  }

  /** Behind all others, since the first rule that does not pass decides. */
  #delay(): void {
    this.#removeLatency?.();
    this.#removeLatency = this.#latency === 0 ? undefined : this.#install(latencyRule(this.#latency));
  }

  #install({ for: lasts, ...spec }: FaultSpec & { for?: number }): () => void {
    const { rules, clock, options } = this.#app;
    const full = lasts === undefined ? spec : { ...spec, until: clock.now() + lasts };
    return rules.install(ruleOf(full, createStreams(options.seed).stream('faults')));
  }
}

/** In a scenario the API has an origin of its own, on a socket it lies below the issuer's; and who asks is the one app there is. */
function onTheWire({ from: _from, ...fault }: FaultSpec & { for?: number }): FaultSpec & { for?: number } {
  return fault.path === undefined || fault.endpoint !== 'resource' ? fault : { ...fault, path: `/api${fault.path}` };
}

/** Neither airplane mode nor `adb reverse` cuts a connection that is there. */
const OFFLINE: FaultSpec = { text: 'offline', endpoint: 'any', point: 'response', verdict: { kind: 'drop', how: 'reset' } };

function latencyRule(ms: number): FaultSpec {
  return { text: 'latency', endpoint: 'any', point: 'request', verdict: { kind: 'delay', ms } };
}

/** The next refresh alone: a second one meanwhile is what some scenarios are about. */
function holdRule(at: HoldPoint): FaultSpec {
  return { text: `hold the next token request at ${at}`, endpoint: 'token', point: at, verdict: { kind: 'hold', name: HOLD }, times: 1 };
}

/** `POST /debug/session`, from this machine or through the cable alone: the server listens to nobody else. */
function signInRoute({ site }: ServerApp, { method, url, body }: AppRequest): HttpResponse | undefined {
  const [main] = site.issuers;
  if (method !== 'POST' || pathOf(url) !== SIGN_IN_PATH || main === undefined) return undefined;
  const form = new URLSearchParams(body);
  const [user, device] = [form.get('user') ?? '', form.get('device') ?? 'phone'];
  const wrong = [user, device].find((name) => !/^[\w.@-]{1,40}$/.test(name) || looksSecret(name));
  if (wrong !== undefined) return json(400, { error: 'invalid_request' });
  return json(200, main.server.grantSession(user, device).response);
}

function json(status: number, body: object): HttpResponse {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(body) };
}
