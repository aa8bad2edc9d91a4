// The issuers of one server and which of them a request belongs to, by path. No sockets, no ambient time.
import { originOf, pathOf } from '../src/core/fault.ts';
import type { Endpoint } from '../src/core/fault.ts';
import { TokenLabels } from '../src/core/labels.ts';
import type { Streams } from '../src/core/streams.ts';
import type { AppAnswer, AppRequest } from './app.ts';
import type { RegisteredClient } from './clients.ts';
import type { ArrivalMeta, MockServer, ServerContext } from './contract.ts';
import { Desk } from './desk.ts';
import { documentAnswer } from './documents.ts';
import { findEndpoint } from './endpoints.ts';
import type { Journal } from './journal.ts';
import { createKeyRing } from './keys.ts';
import type { KeyRecord, KeyRing, Rotation } from './keys.ts';
import { documentPaths } from './metadata.ts';
import type { Document } from './metadata.ts';
import { DEFAULT_PEOPLE } from './people.ts';
import type { Person } from './people.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { ServerPolicy } from './policy.ts';
import { SERVE_ENDPOINTS } from './serve-endpoints.ts';
import { serverOf } from './server.ts';
import { createSigner } from './signer.ts';

/** What one issuer is: its own stores, keys and policy; clock, journal and labels are the site's. */
export interface IssuerOptions {
  /** A URL without query and fragment (RFC 8414 2), told byte by byte as it stands here. */
  issuer: string;
  policy?: ServerPolicy;
  /** Those of `clients.ts` when absent. */
  clients?: readonly RegisteredClient[];
  /** Those of `fixtures/people.ts` when absent. */
  people?: readonly Person[];
}

export interface SiteOptions extends IssuerOptions {
  /** Further issuers, each below a path of its own on the same host. */
  moreIssuers?: readonly IssuerOptions[];
  epoch: number;
  now(): number;
  journal: Journal;
  ids: Streams;
  pause?: ServerContext['pause'];
}

/** How long the halves of a rotation lie apart, and how long an old key stays listed; ms. */
export interface RotationTimes {
  lead?: number;
  overlap?: number;
}

/** One issuer: its server, and where it lives. */
export interface SiteIssuer {
  /** As in `iss` and in its metadata. */
  readonly issuer: string;
  /** Base of its protected API, `{issuer}/api`. */
  readonly resourceBase: string;
  readonly server: MockServer;
  /** Its stores, clients and policy. */
  readonly desk: Desk;
  readonly keys: KeyRing;
  /**
   * The next key of the policy's algorithm takes over (M4), well (`overlap`) or badly. `lead` is 5 min and `overlap` the life of an
   * access token unless said otherwise. Journalled.
   */
  rotateKeys(rotation?: Rotation, times?: RotationTimes): KeyRecord;
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

/** A site with empty stores. */
export function createSite(options: SiteOptions): Site {
  const labels = new TokenLabels();
  const issuers: SiteIssuer[] = [];
  // One journal, one list of names: `f3` is one session of the whole server.
  const nextFamily = (): string => `f${issuers.reduce((sum, { desk }) => sum + desk.store.families.length, 1)}`;
  for (const one of [options, ...(options.moreIssuers ?? [])])
    issuers.push(openIssuer(options, one, { labels, nextFamily, main: issuers.length === 0 }));
  const documents = new Map(
    issuers.flatMap((one) => [...documentPaths(one.issuer)].map(([path, document]) => [path, { one, document }] as const)),
  );
  const byLength = [...issuers].sort((a, b) => b.desk.base.length - a.desk.base.length);
  const lookUp = (url: string): Place => {
    const path = pathOf(url);
    const { one, document } = documents.get(path) ?? {};
    const issuer = one ?? byLength.find((other) => isUnder(path, other)) ?? (issuers[0] as SiteIssuer);
    return { one: issuer, document, url: onIssuer(issuer.desk, url) };
  };
  const places = new Map<string, Place>();
  const placeOf = (url: string): Place => {
    const known = places.get(url);
    if (known !== undefined) return known;
    if (places.size >= PLACES) places.clear();
    const place = lookUp(url);
    places.set(url, place);
    return place;
  };
  return {
    issuers,
    labels,
    find: (url) => placeOf(url).one,
    endpointOf: (url) => endpointOf(placeOf(url)),
    receive: (request, meta) => receive(placeOf(request.url), request, meta),
  };
}

/** Where a url leads, which never changes. */
interface Place {
  one: SiteIssuer;
  document: Document | undefined;
  /** The same address on the issuer's own origin. */
  url: string;
}

/** Places remembered: most requests go to a few addresses. */
const PLACES = 100;

const FIVE_MINUTES = 300_000;

interface Shared {
  labels: TokenLabels;
  nextFamily: () => string;
  main: boolean;
}

function openIssuer(site: SiteOptions, options: IssuerOptions, { labels, nextFamily, main }: Shared): SiteIssuer {
  const { epoch, now, journal, ids, pause } = site;
  const { issuer, policy = DEFAULT_POLICY, clients, people = DEFAULT_PEOPLE } = options;
  // By path and not by address: a server on another port gives out the same values.
  const path = pathOf(issuer);
  const keys = createKeyRing({ now, seed: ids.stream(`keys ${path}`).text(43), fixtures: main });
  const resourceBase = `${issuer.replace(/\/$/, '')}/api`;
  const desk = new Desk(
    {
      issuer,
      resourceOrigin: resourceBase,
      now,
      epoch,
      ids: ids.stream(`ids ${path}`),
      signer: createSigner(),
      labels,
      nextFamily,
      keys,
      people,
      endpoints: SERVE_ENDPOINTS,
      record: (actor, fact) => void journal.append(actor, fact),
      ...(clients === undefined ? {} : { clients }),
      ...(pause === undefined ? {} : { pause }),
    },
    policy,
  );
  return {
    issuer,
    resourceBase,
    desk,
    keys,
    server: serverOf(desk),
    rotateKeys: (rotation, times) => rotate(desk, keys, { rotation, times }),
  };
}

function rotate(
  desk: Desk,
  keys: KeyRing,
  { rotation = 'overlap', times = {} }: { rotation: Rotation | undefined; times: RotationTimes | undefined },
): KeyRecord {
  const { lead = FIVE_MINUTES, overlap = desk.policy.accessToken.lifetime } = times;
  const record = keys.rotate(desk.policy.signing.alg, rotation, { lead, overlap });
  const { alg, kid, listedFrom, signsFrom } = record;
  desk.record('as', { type: 'key.rotated', rotation, alg, kid, listedFrom, signsFrom });
  return record;
}

function endpointOf({ one: { desk, resourceBase }, document, url }: Place): Endpoint {
  if (document !== undefined) return 'other';
  const bare = url.split(/[?#]/, 1)[0] ?? '';
  const row = findEndpoint(desk, bare);
  if (row !== undefined) return row.endpoint ?? 'other';
  return bare === resourceBase || bare.startsWith(`${resourceBase}/`) ? 'resource' : 'other';
}

function isUnder(path: string, { desk }: SiteIssuer): boolean {
  const base = pathOf(desk.base).replace(/\/$/, '');
  return path === base || path.startsWith(`${base}/`);
}

/** Clients may come through a tunnel or by another name of the host. */
function onIssuer({ base }: Desk, url: string): string {
  return url.startsWith(base) ? url : `${originOf(base)}${url.slice(originOf(url).length)}`;
}

function receive({ one, document, url }: Place, request: AppRequest, meta: ArrivalMeta): AppAnswer {
  if (document !== undefined && request.method !== 'OPTIONS') return documentAnswer(one.desk, document, request.method);
  return one.server.receive(url === request.url ? request : { ...request, url }, meta);
}
