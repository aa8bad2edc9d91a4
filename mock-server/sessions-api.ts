// The JSON API behind an app's own "Sessions" screen: list, end one, end all others, change the password.
// A user's access token is all it takes; a client's own token has no sessions.
import type { Desk } from './desk.ts';
import type { ResourceAnswer, ResourceCall, ResourceRow } from './resource-row.ts';
import { changePassword, listSessions, terminateSession, terminateSessions } from './sessions.ts';
import type { SessionRecord } from './sessions.ts';

const BELOW = '/sessions/';

/** `/sessions/others` stands before `/sessions/`: the first row that fits counts. */
export const SESSION_ROWS: readonly ResourceRow[] = [
  { method: 'GET', path: '/sessions', act: forUser((desk, call) => ({ body: { sessions: sessionsOf(desk, call) } })) },
  {
    method: 'DELETE',
    path: '/sessions/others',
    act: forUser((desk, call) => ({ body: { ended: terminateSessions(desk, call.access.sub, 'user', currentId(call)) } })),
  },
  { method: 'DELETE', path: BELOW, act: forUser(endOne) },
  {
    method: 'POST',
    path: '/password',
    act: forUser((desk, call) => ({ body: { ended: changePassword(desk, call.access.sub, currentId(call)) } })),
  },
];

type Act = ResourceRow['act'];

function forUser(act: Act): Act {
  return (desk, call) => (call.access.sub === call.access.clientId ? { status: 403, body: { error: 'no_user' } } : act(desk, call));
}

function endOne(desk: Desk, call: ResourceCall): ResourceAnswer {
  const ended = terminateSession(desk, call.path.slice(BELOW.length), 'user', call.access.sub);
  return ended ? { status: 204 } : { status: 404, body: { error: 'not_found' } };
}

function sessionsOf(desk: Desk, call: ResourceCall): object[] {
  const current = currentId(call);
  return listSessions(desk, { user: call.access.sub }).map((session) => told(session, current));
}

function told({ id, device, clientId, grantedAt, lastActive }: SessionRecord, current: string | undefined): object {
  const at = (ms: number): string => new Date(ms).toISOString();
  return { id, device, client_id: clientId, created_at: at(grantedAt), last_active: at(lastActive), current: id === current };
}

function currentId({ access }: ResourceCall): string | undefined {
  return access.token?.family?.id;
}
