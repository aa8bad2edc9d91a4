// The endpoints every server has, as rows. Whoever serves more (serve-endpoints.ts) adds rows; routes and metadata follow.
import type { ArrivalMeta, EndpointRow, Exchange } from './contract.ts';
import type { Desk } from './desk.ts';
import { beginExchange } from './exchange.ts';
import type { Handling } from './exchange.ts';
import { revocationHandling } from './revocation-endpoint.ts';
import { tokenHandling } from './token-endpoint.ts';
import type { HttpRequest } from '../src/core/http.ts';

/** What the virtual world needs of an authorization server. */
export const CORE_ENDPOINTS: readonly EndpointRow[] = [
  { path: '/token', member: 'token_endpoint', endpoint: 'token', begin: beginWith(tokenHandling) },
  { path: '/revoke', member: 'revocation_endpoint', endpoint: 'revocation', begin: beginWith(revocationHandling) },
];

/** Turns what handles a request into what begins its exchange. */
export function beginWith<Checked, Done>(
  handle: (desk: Desk, request: HttpRequest, meta: ArrivalMeta) => Handling<Checked, Done>,
): EndpointRow['begin'] {
  return (desk, request, meta): Exchange => beginExchange(handle(desk, request, meta), meta.arrival);
}

/** The row a request belongs to, by its address without query; undefined for none, or one the policy switches off. */
export function findEndpoint(desk: Desk, url: string): EndpointRow | undefined {
  const { base } = desk;
  if (!url.startsWith(base)) return undefined;
  const path = url.slice(base.length);
  const row = (desk.context.endpoints ?? CORE_ENDPOINTS).find((one) => one.path === path);
  return row?.offered?.(desk) === false ? undefined : row;
}
