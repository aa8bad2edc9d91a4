// The authorization servers of a world, each with its API: one, or a second that an app can be pointed at. What is at an address, and
// whether a token is for whoever is there. All record into one history: labels and names of families are unique over all of them.
import type { HostConfig } from '../core/contract.ts';
import type { Fact, ServerFact, TokenLabel } from '../core/events.ts';
import { originOf, pathOf, type Endpoint } from '../core/fault.ts';
import type { HttpRequest } from '../core/http.ts';
import type { Streams } from '../core/streams.ts';
import type { MockServer } from '../../mock-server/contract.ts';
import type { ServerPolicy } from '../../mock-server/policy.ts';
import { createMockServer } from '../../mock-server/server.ts';
import { createSigner } from '../../mock-server/signer.ts';
import { EPOCH, type Device } from './device.ts';
import type { Kernel } from './kernel.ts';
import type { Recorder } from './recorder.ts';

type Endpoints = Pick<HostConfig, 'issuer' | 'clientId' | 'tokenEndpoint' | 'revocationEndpoint' | 'resourceBaseUrl'>;

/** An authorization server and its API. */
export interface Provider {
  readonly server: MockServer;
  /** As its clients are told. */
  readonly endpoints: Endpoints;
}

export interface ProviderParts {
  kernel: Kernel;
  recorder: Recorder;
  streams: Streams;
  /** Hears of every fact of a server once it is recorded. */
  heard(fact: ServerFact, provider: Provider): void;
}

export class Providers {
  /** The one that every device begins with. */
  readonly main: Provider;
  readonly all: readonly Provider[];
  readonly #parts: ProviderParts;
  readonly #byOrigin = new Map<string, Provider>();
  readonly #issuers = new Map<TokenLabel, Provider>();
  #families = 0;

  constructor(parts: ProviderParts, policy: ServerPolicy, other?: ServerPolicy) {
    this.#parts = parts;
    const isOne = other === undefined;
    this.main = this.#open(policy, 'as.example', 'api.example', isOne);
    this.all = isOne ? [this.main] : [this.main, this.#open(other, 'as.other.example', 'api.other.example', isOne)];
  }

  /** The one that the device is pointed at. */
  of({ isElsewhere }: Device): Provider {
    return (isElsewhere ? this.all[1] : undefined) ?? this.main;
  }

  /** The one at this address. */
  at(url: string): Provider | undefined {
    return this.#byOrigin.get(originOf(url));
  }

  endpointOf({ url }: HttpRequest): Endpoint {
    const origin = originOf(url);
    const endpoints = this.#byOrigin.get(origin)?.endpoints;
    if (endpoints === undefined) return 'other';
    if (origin === endpoints.resourceBaseUrl) return 'resource';
    const bare = origin + pathOf(url);
    if (bare === endpoints.tokenEndpoint) return 'token';
    return bare === endpoints.revocationEndpoint ? 'revocation' : 'other';
  }

  /** Whether this origin has no business with the token: it is no server's, or that of another than its issuer. */
  isForeign(origin: string, token: TokenLabel): boolean {
    const there = this.#byOrigin.get(origin);
    return there === undefined || (this.#issuers.get(token) ?? there) !== there;
  }

  #open(policy: ServerPolicy, issuerHost: string, apiHost: string, isOne: boolean): Provider {
    const { kernel, recorder, streams } = this.#parts;
    const issuer = `https://${issuerHost}`;
    const resourceBaseUrl = `https://${apiHost}`;
    const endpoints = {
      issuer,
      clientId: 'app',
      tokenEndpoint: `${issuer}/token`,
      revocationEndpoint: `${issuer}/revoke`,
      resourceBaseUrl,
    };
    const server = createMockServer(
      {
        issuer,
        resourceOrigin: resourceBaseUrl,
        now: () => kernel.now,
        epoch: EPOCH,
        ids: streams.stream(this.#byOrigin.size === 0 ? 'server/ids' : 'other-server/ids'),
        signer: createSigner(),
        labels: recorder.labels,
        record: (actor, fact) => {
          recorder.follow(actor, isOne ? fact : this.#told(fact, provider));
          this.#parts.heard(fact, provider);
        },
        ...(isOne ? {} : { nextFamily: () => `f${++this.#families}` }),
      },
      policy,
    );
    const provider: Provider = { server, endpoints };
    this.#byOrigin.set(issuer, provider).set(resourceBaseUrl, provider);
    return provider;
  }

  /** The fact, with what nobody needs to be told where there is one server; keeps in mind who issued what. */
  #told(fact: ServerFact, provider: Provider): Fact {
    for (const member of MINTED) {
      const label: unknown = (fact as Partial<Record<string, unknown>>)[member];
      if (MINTING.has(fact.type) && typeof label === 'string') this.#issuers.set(label, provider);
    }
    return fact.type === 'session.granted' ? { ...fact, issuer: provider.endpoints.issuer } : fact;
  }
}

/** Facts that tokens have come into being, and the members that name them. */
const MINTING: ReadonlySet<ServerFact['type']> = new Set(['session.granted', 'token.committed', 'access.offered']);
const MINTED = ['at', 'rt', 'newAt', 'newRt'] as const;
