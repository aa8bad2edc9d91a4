// The issuers of one server and which of them a request belongs to, by path. No sockets, no ambient time.
import { pathOf } from '../src/core/fault.ts';
import type { Endpoint } from '../src/core/fault.ts';
import { TokenLabels } from '../src/core/labels.ts';
import type { Streams } from '../src/core/streams.ts';
import type { AppAnswer, AppRequest } from './app.ts';
import type { ArrivalMeta, MockServer } from './contract.ts';
import type { Journal } from './journal.ts';
import type { ServerPolicy } from './policy.ts';
import { createMockServer } from './server.ts';
import { createSigner } from './signer.ts';

/** One issuer: its server, and where it lives. */
export interface SiteIssuer {
  /** As in `iss` and in its metadata, no slash at the end. */
  readonly issuer: string;
  /** Base of its protected API, `{issuer}/api`. */
  readonly resourceBase: string;
  readonly server: MockServer;
}

export interface Site {
  /** Never empty; the first is the main issuer. */
  readonly issuers: readonly SiteIssuer[];
  /** Labels of all tokens of all issuers: `AT-2` names one token of the whole server. */
  readonly labels: TokenLabels;
  /** The issuer a path belongs to: the longest that begins it, else the main one. */
  find(url: string): SiteIssuer;
  /** The endpoint a url leads to, known before anything is received: what a rule at the point `request` is asked about. */
  endpointOf(url: string): Endpoint;
  receive(request: AppRequest, meta: ArrivalMeta): AppAnswer;
}

export interface SiteOptions {
  issuer: string;
  policy?: ServerPolicy;
  epoch: number;
  now(): number;
  journal: Journal;
  ids: Streams;
}

/** A site of one issuer with empty stores. */
export function createSite(options: SiteOptions): Site {
  const labels = new TokenLabels();
  const issuers = [openIssuer(options, options.issuer, labels)];
  const find = (url: string): SiteIssuer => findIssuer(issuers, url);
  return { issuers, labels, find, endpointOf: (url) => endpointOf(find(url), url), receive: (request, meta) => find(request.url).server.receive(request, meta) };
}

function openIssuer({ policy, epoch, now, journal, ids }: SiteOptions, issuer: string, labels: TokenLabels): SiteIssuer {
  const resourceBase = `${issuer}/api`;
  const server = createMockServer(
    {
      issuer, resourceOrigin: resourceBase, now, epoch, ids: ids.stream(`ids ${issuer}`), signer: createSigner(), labels,
      record: (actor, fact) => void journal.append(actor, fact),
    },
    policy,
  );
  return { issuer, resourceBase, server };
}

function endpointOf({ issuer, resourceBase }: SiteIssuer, url: string): Endpoint {
  const bare = url.split(/[?#]/, 1)[0] ?? '';
  if (bare === `${issuer}/token`) return 'token';
  if (bare === `${issuer}/revoke`) return 'revocation';
  return bare === resourceBase || bare.startsWith(`${resourceBase}/`) ? 'resource' : 'other';
}

function findIssuer(issuers: readonly SiteIssuer[], url: string): SiteIssuer {
  const path = pathOf(url);
  const under = issuers.filter(({ issuer }) => {
    const base = pathOf(issuer).replace(/\/$/, '');
    return path === base || path.startsWith(`${base}/`);
  });
  return under.reduce((best, one) => (one.issuer.length > best.issuer.length ? one : best), issuers[0] as SiteIssuer);
}
