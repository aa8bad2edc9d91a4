// /sessions: who is signed in where, since when, last active; signing in without a browser, and the policy of one session.
import { changePassword, listSessions, terminateSession } from '../sessions.ts';
import type { SessionRecord } from '../sessions.ts';
import { ControlError } from './errors.ts';
import { POLICY } from './policy-shape.ts';
import { ISSUER_ABOUT, issuerOf, issuerOfSession, NAME, PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { flag, json, listOf, mapOf, needed, optional, record, text, whole, word } from './shape.ts';

export const END_REASONS = ['user', 'password', 'admin'] as const;

const SESSION = record({
  id: needed(text(), 'Name of the session: its token family.'),
  issuer: needed(text(), 'Who granted it.'),
  user: needed(text(), 'Whose it is.'),
  device: needed(text(), 'Where.'),
  client: needed(text(), 'client_id.'),
  scope: needed(text(), 'As granted.'),
  since: needed(text(), 'UTC.'),
  lastActive: needed(text(), 'Last sign-in, refresh or API request, UTC.'),
  alive: needed(flag, 'Some token of it still works.'),
  ended: optional(text(), 'Why it ended.'),
  policy: optional(json, 'What the policy says differently for it.'),
});

export const SESSION_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/sessions',
    name: 'listSessions',
    summary: 'Sessions of all users, oldest first.',
    answer: record({ sessions: needed(listOf(SESSION), '') }).schema,
    query: {
      user: optional(NAME, 'Only this user.'),
      device: optional(PLACE, 'Only this device.'),
      all: optional(flag, 'Those that are over, too.'),
      issuer: optional(text(), ISSUER_ABOUT),
    },
    act({ app, query }) {
      const { user, device, all = false } = query;
      const issuers = query.issuer === undefined ? app.site.issuers : [issuerOf(app, query.issuer)];
      const sessions = issuers.flatMap(({ issuer, desk }) =>
        listSessions(desk, { all, ...(user === undefined ? {} : { user }) }).map((session) =>
          told(session, issuer, desk.sessionPolicies.get(session.id)),
        ),
      );
      return { sessions: device === undefined ? sessions : sessions.filter((session) => session.device === device) };
    },
  }),
  row({
    method: 'POST',
    path: '/sessions',
    name: 'grantSession',
    answer: record({ session: needed(text(), 'Its name.'), response: needed(mapOf(json), 'RFC 6749 5.1: the tokens.') }).schema,
    summary: 'Sign a user in without a browser: the token response that a sign-in would have ended with.',
    body: {
      user: needed(NAME, 'Who.'),
      device: needed(PLACE, 'Where.'),
      scope: optional(text(), 'Default: everything the client may have.'),
      client: optional(text(), 'client_id; default: the public client.'),
      issuer: optional(text(), ISSUER_ABOUT),
    },
    act({ app, body }) {
      const { user, device, scope, client, issuer } = body;
      const { server, desk } = issuerOf(app, issuer);
      if (client !== undefined && !desk.clients.some(({ id }) => id === client))
        throw new ControlError(404, 'client', `there is no client "${client}"`, `there is ${desk.clients.map(({ id }) => id).join(', ')}`);
      const granted = server.grantSession(user, device, {
        ...(scope === undefined ? {} : { scope }),
        ...(client === undefined ? {} : { clientId: client }),
      });
      return { session: granted.family, response: granted.response };
    },
  }),
  row({
    method: 'DELETE',
    path: '/sessions/{id}',
    name: 'endSession',
    summary: 'End one session.',
    answer: record({ ended: needed(flag, '') }).schema,
    query: { reason: optional(word(END_REASONS), 'Who ends it. Default admin.'), issuer: optional(text(), ISSUER_ABOUT) },
    act({ app, params, query }) {
      const id = params['id'] ?? '';
      const { desk } = issuerOfSession(app, id, query.issuer);
      if (!terminateSession(desk, id, query.reason ?? 'admin')) throw unknownSession(id);
      return { ended: true };
    },
  }),
  row({
    method: 'PATCH',
    path: '/sessions/{id}/policy',
    name: 'patchSessionPolicy',
    summary: 'Let the policy say something else for one session; what is not named stays as it was.',
    answer: POLICY.schema,
    query: { issuer: optional(text(), ISSUER_ABOUT) },
    body: POLICY.members,
    act({ app, params, query, body }) {
      const id = params['id'] ?? '';
      const { desk } = issuerOfSession(app, id, query.issuer);
      if (!desk.store.familyById.has(id)) throw unknownSession(id);
      const patch = merge(desk.sessionPolicies.get(id), POLICY.patch(body));
      desk.sessionPolicies.set(id, patch);
      return patch;
    },
  }),
  row({
    method: 'DELETE',
    path: '/sessions/{id}/policy',
    name: 'clearSessionPolicy',
    summary: 'The session follows the common policy again.',
    answer: record({ removed: needed(flag, '') }).schema,
    query: { issuer: optional(text(), ISSUER_ABOUT) },
    act({ app, params, query }) {
      const id = params['id'] ?? '';
      return { removed: issuerOfSession(app, id, query.issuer).desk.sessionPolicies.delete(id) };
    },
  }),
  row({
    method: 'POST',
    path: '/password',
    name: 'changePassword',
    summary: 'A user changes the password: sessions end as the policy says (passwordChange), and no browser counts as signed in any more.',
    answer: record({ ended: needed(whole(), 'How many sessions.') }).schema,
    body: {
      user: needed(NAME, 'Whose.'),
      session: optional(NAME, 'The session in which it is changed; it may stay.'),
      issuer: optional(text(), ISSUER_ABOUT),
    },
    act: ({ app, body }) => ({ ended: changePassword(issuerOf(app, body.issuer).desk, body.user, body.session) }),
  }),
];

function told(session: SessionRecord, issuer: string, policy: object | undefined) {
  const { id, user, device, clientId, scope, grantedAt, lastActive, alive, ended } = session;
  return {
    id,
    issuer,
    user,
    device,
    client: clientId,
    scope,
    since: new Date(grantedAt).toISOString(),
    lastActive: new Date(lastActive).toISOString(),
    alive,
    ...(ended === undefined ? {} : { ended }),
    ...(policy === undefined ? {} : { policy }),
  };
}

export function unknownSession(id: string): ControlError {
  return new ControlError(404, 'id', `there is no open session "${id.slice(0, 60)}"`, '`tokenwarp ctl sessions` lists them');
}

type Patch = ReturnType<typeof POLICY.patch>;

function merge(base: Patch | undefined, patch: Patch): Patch {
  return deep(base ?? {}, patch) as Patch;
}

function deep(base: object, patch: object): object {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const old = out[key];
    out[key] = isRecord(old) && isRecord(value) ? deep(old, value) : value;
  }
  return out;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
