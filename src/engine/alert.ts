// What the app is to be told about the session next, and when. Pure.
import type { EngineEvent } from './runtime.ts';
import type { Session } from './session.ts';
import { refreshLifeLeft } from './tokens.ts';

export interface AlertContext {
  mono: number;
  nearExpiry: number;
  sessionAges: readonly number[];
  /** The end of these very tokens has been told. */
  told: boolean;
}
export interface Alert {
  /** Ms from now. */
  after: number;
  event: EngineEvent;
}

export function nextAlert(session: Session, context: AlertContext): Alert | undefined {
  const alerts = [nearExpiry(session, context), nextAge(session, context)].filter((alert) => alert !== undefined);
  return alerts.sort((a, b) => a.after - b.after)[0];
}

/** A session ends with its refresh token; one without ends with its access token. Where nobody told when, nobody is told. */
function nearExpiry(session: Session, { mono, nearExpiry: lead, told }: AlertContext): Alert | undefined {
  const { refreshToken, refreshLife, life } = session.tokens;
  const [whole, left] = refreshToken === undefined ? [life, session.untilDead(mono)] : [refreshLife, refreshLifeLeft(session.tokens, mono)];
  if (told || whole === undefined || left === undefined) return undefined;
  const before = Math.min(left, lead, whole / 2);
  return { after: Math.max(0, left - before), event: { type: 'near-expiry', in: Math.max(0, before) } };
}

function nextAge({ since }: Session, { mono, sessionAges }: AlertContext): Alert | undefined {
  const age = mono - since.mono;
  const next = Math.min(...sessionAges.filter((mark) => mark > age));
  return Number.isFinite(next) ? { after: next - age, event: { type: 'session-age', age: next } } : undefined;
}
