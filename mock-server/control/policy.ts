// /policy: what the server does differently from now on.
import { POLICY } from './policy-shape.ts';
import { ISSUER_ABOUT, issuerOf, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { optional, text } from './shape.ts';

export const POLICY_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/policy',
    name: 'getPolicy',
    summary: 'The policy of now; durations in ms.',
    answer: POLICY.schema,
    query: { issuer: optional(text(), ISSUER_ABOUT) },
    act: ({ app, query }) => issuerOf(app, query.issuer).server.policy,
  }),
  row({
    method: 'PATCH',
    path: '/policy',
    name: 'patchPolicy',
    answer: POLICY.schema,
    summary: 'Change members of the policy. Takes effect for what is issued or checked from now on; what is not named stays.',
    query: { issuer: optional(text(), ISSUER_ABOUT) },
    body: POLICY.members,
    act({ app, query, body }) {
      const { server } = issuerOf(app, query.issuer);
      server.setPolicy(POLICY.patch(body));
      return server.policy;
    },
  }),
];
