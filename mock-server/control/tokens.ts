// /revoke and /expire: tokens and sessions that stop working now, named by label, by value, by session, user or device.
import type { ServerApp } from '../app.ts';
import type { Desk } from '../desk.ts';
import { endFamily, expireAccess, killAccess, killAccessOf } from '../endings.ts';
import type { AccessToken, Family, RefreshToken } from '../store.ts';
import { ControlError } from './errors.ts';
import { ISSUER_ABOUT, NAME, PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { END_REASONS } from './sessions.ts';
import { listOf, needed, optional, record, text, word } from './shape.ts';

const TARGET = {
  token: optional(text(), 'One token: its label (AT-2, RT-1) or its value. A refresh token stands for its session (RFC 7009 2.1).'),
  session: optional(NAME, 'One session: the name of its family, f1.'),
  user: optional(NAME, 'Every session of the user.'),
  device: optional(PLACE, 'Every session of the device; together with `user`, those of both.'),
  issuer: optional(text(), ISSUER_ABOUT),
};
const ENDED = record({
  sessions: needed(listOf(text()), 'Sessions that ended.'),
  tokens: needed(listOf(text()), 'Labels of access tokens that ended.'),
});

interface Target {
  token?: string;
  session?: string;
  user?: string;
  device?: string;
  issuer?: string;
}

export const TOKEN_ROWS: readonly ControlRow[] = [
  row({
    method: 'POST',
    path: '/revoke',
    name: 'revoke',
    summary: 'Revoke a token, a session, or all sessions of a user or a device.',
    answer: ENDED.schema,
    body: {
      ...TARGET,
      except: optional(NAME, 'Not this session: all others of the user or the device.'),
      what: optional(
        word(['session', 'access-token']),
        'session (default): the refresh tokens, and access tokens as the policy says. access-token: only what is accepted now.',
      ),
      reason: optional(word(END_REASONS), 'Why; the app may see the difference in its list of sessions. Default admin.'),
    },
    act({ app, body }) {
      const { what = 'session', reason = 'admin', except } = body;
      if (except !== undefined && body.user === undefined && body.device === undefined)
        throw new ControlError(400, 'except', '"except" leaves a session out of many', 'name a user or a device');
      return watched(app, () => {
        for (const { desk, family, access } of targets(app, body)) {
          if (except !== undefined && family?.id === except) continue;
          if (access !== undefined) killAccess(desk, access);
          else if (family !== undefined && what === 'access-token') killAccessOf(desk, family);
          else if (family !== undefined) endFamily(desk, family, reason, desk.policy.revocation.refreshKillsAccess);
        }
      });
    },
  }),
  row({
    method: 'POST',
    path: '/expire',
    name: 'expire',
    answer: ENDED.schema,
    summary:
      'End the life of access tokens now, without moving the clock: the API answers as if they had run out, though the client was told another time.',
    body: {
      ...TARGET,
      what: optional(
        word(['access-token', 'session']),
        'access-token (default), or session: its refresh tokens reach their absolute limit.',
      ),
    },
    act({ app, body }) {
      return watched(app, () => {
        for (const { desk, family, access, refresh } of targets(app, body)) {
          if (access !== undefined) expireAccess(desk, access);
          else if (family !== undefined && (body.what === 'session' || refresh !== undefined)) endFamily(desk, family, 'absolute', false);
          else for (const token of family?.access ?? []) expireAccess(desk, token);
        }
      });
    },
  }),
];

interface Hit {
  desk: Desk;
  family: Family | undefined;
  access: AccessToken | undefined;
  refresh: RefreshToken | undefined;
}

/** What a target names; a ControlError when it names nothing, or nothing that exists. */
function targets(app: ServerApp, target: Target): Hit[] {
  const { token, session, user, device, issuer } = target;
  const given = [token, session, user ?? device].filter((one) => one !== undefined).length;
  if (given === 0) throw new ControlError(400, '', 'nothing is named', 'name a token, a session, a user or a device');
  if (given > 1)
    throw new ControlError(
      400,
      token === undefined ? 'session' : 'token',
      'more than one thing is named',
      'name a token, or a session, or a user and device',
    );
  const desks = app.site.issuers
    .filter((one) => issuer === undefined || one.issuer === issuer || one.issuer.endsWith(issuer))
    .map(({ desk }) => desk);
  const hits = desks.flatMap((desk) => (token === undefined ? familiesOf(desk, target) : tokensOf(desk, token)));
  if (hits.length > 0) return hits;
  const field = token !== undefined ? 'token' : session !== undefined ? 'session' : user !== undefined ? 'user' : 'device';
  throw new ControlError(
    404,
    field,
    token !== undefined ? 'there is no such token' : `there is no session of ${field} "${target[field] ?? ''}"`,
    '`tokenwarp ctl sessions` lists what there is',
  );
}

function tokensOf(desk: Desk, name: string): Hit[] {
  const { store } = desk;
  const access = store.access.get(name) ?? (name.startsWith('AT-') ? labelled(store.access, name) : undefined);
  if (access !== undefined) return [{ desk, family: access.family, access, refresh: undefined }];
  const refresh = store.refresh.get(name) ?? (name.startsWith('RT-') ? labelled(store.refresh, name) : undefined);
  return refresh === undefined ? [] : [{ desk, family: refresh.family, access: undefined, refresh }];
}

function labelled<T extends { label: string }>(tokens: ReadonlyMap<string, T>, label: string): T | undefined {
  for (const token of tokens.values()) if (token.label === label) return token;
  return undefined;
}

function familiesOf(desk: Desk, { session, user, device }: Target): Hit[] {
  const families = user === undefined ? desk.store.families : (desk.store.familiesOf.get(user) ?? []);
  return families
    .filter((family) => (session === undefined || family.id === session) && (device === undefined || family.device === device))
    .map((family) => ({ desk, family, access: undefined, refresh: undefined }));
}

/** What the journal says of an action. */
function watched({ journal }: ServerApp, act: () => void): { sessions: string[]; tokens: string[] } {
  const sessions: string[] = [];
  const tokens: string[] = [];
  const end = journal.subscribe((entry) => {
    if (entry.type === 'family.dead') sessions.push(entry.family);
    if (entry.type === 'access.dead') tokens.push(entry.at);
  });
  try {
    act();
  } finally {
    end();
  }
  return { sessions, tokens };
}
