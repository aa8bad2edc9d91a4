// Every endpoint of the server over sockets, as rows: what they are called in the metadata, and what is true because they are there.
import type { EndpointRow } from './contract.ts';
import { authorizationHandling } from './authorization-endpoint.ts';
import { beginWith, CORE_ENDPOINTS } from './endpoints.ts';
import { deviceHandling, VERIFICATION_PATH } from './device-endpoint.ts';
import { verificationHandling } from './device-page.ts';
import { endSessionHandling } from './end-session-endpoint.ts';
import { interactionHandling } from './interaction-endpoint.ts';
import { introspectionHandling } from './introspection-endpoint.ts';
import { authorizationMetadata, introspectionMetadata, pushedRequestMetadata, userinfoMetadata } from './metadata.ts';
import { pushedRequestHandling } from './pushed-request-endpoint.ts';
import { TRAKT_ENDPOINTS } from './trakt.ts';
import { userinfoHandling } from './userinfo-endpoint.ts';

export const SERVE_ENDPOINTS: readonly EndpointRow[] = [
  { path: '/authorize', member: 'authorization_endpoint', metadata: authorizationMetadata, begin: beginWith(authorizationHandling) },
  { path: '/interaction', begin: beginWith(interactionHandling) },
  ...CORE_ENDPOINTS,
  { path: '/introspect', member: 'introspection_endpoint', metadata: introspectionMetadata, begin: beginWith(introspectionHandling) },
  { path: '/device_authorization', member: 'device_authorization_endpoint', begin: beginWith(deviceHandling) },
  { path: VERIFICATION_PATH, begin: beginWith(verificationHandling) },
  {
    path: '/par',
    member: 'pushed_authorization_request_endpoint',
    metadata: pushedRequestMetadata,
    offered: ({ policy }) => policy.authorization.par !== 'off',
    begin: beginWith(pushedRequestHandling),
  },
  { path: '/userinfo', member: 'userinfo_endpoint', endpoint: 'resource', metadata: userinfoMetadata, begin: beginWith(userinfoHandling) },
  ...TRAKT_ENDPOINTS,
  { path: '/logout', member: 'end_session_endpoint', begin: beginWith(endSessionHandling) },
];
