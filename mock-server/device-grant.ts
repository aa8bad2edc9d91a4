// Device authorization grant (RFC 8628): codes begun, decided by a user, polled for. Records only; requests are read elsewhere.
import type { Ask, Granted, Plan } from './ask.ts';
import type { Desk } from './desk.ts';
import { openSession } from './mint.ts';
import { badRequest, invalidGrant } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import type { DeviceCode } from './store.ts';

/** 6.1: consonants alone, so that no word appears, and nothing that looks like another letter. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const USER_CODE_LENGTH = 8;
const DEVICE_CODE_LENGTH = 43;
/** 3.5: what slow_down adds, for good. */
const SLOWER = 5_000;
/** Ms by which a timer of the client may fire early without being called impatient. */
const TIMER_ERROR = 10;

/** A fresh device authorization, pending. */
export function beginDevice(desk: Desk, asked: { clientId: string; scope: string; device: string }): DeviceCode {
  const { devices, userCodes } = desk.store;
  const { lifetime, interval } = desk.policy.device;
  const plain = freshUserCode(desk);
  const code: DeviceCode = {
    id: `d${devices.size + 1}`,
    value: desk.context.ids.text(DEVICE_CODE_LENGTH),
    userCode: `${plain.slice(0, 4)}-${plain.slice(4)}`,
    ...asked,
    expiresAt: desk.now() + lifetime,
    interval,
    polledAt: undefined,
    slowGap: undefined,
    state: 'pending',
    user: undefined,
    decidedAt: undefined,
  };
  devices.set(code.value, code);
  userCodes.set(plain, code);
  desk.record('as', { type: 'device.asked', d: code.id, device: code.device, interval, lifetime });
  return code;
}

/** 20^8 codes: a second draw is rare, a tenth will not happen. */
function freshUserCode(desk: Desk): string {
  let text = '';
  for (let draw = 0; draw < 10; draw++) {
    text = Array.from({ length: USER_CODE_LENGTH }, () => LETTERS[desk.context.ids.integer(0, LETTERS.length - 1)] ?? '').join('');
    if (!desk.store.userCodes.has(text)) break;
  }
  return text;
}

/** The authorization a user code names, read as people type: case, dashes and spaces do not matter (D9, 6.1). */
export function findUserCode(desk: Desk, typed: string): DeviceCode | undefined {
  return desk.store.userCodes.get(typed.toUpperCase().replace(/[^A-Z0-9]/g, ''));
}

/** What came of a user's decision: done, or why it could not be taken. */
export type DeviceDecision = 'done' | 'unknown' | 'expired' | 'decided-before';

/** Approves or denies what a user code names. A decision is final. */
export function decideDevice(desk: Desk, typed: string, user: string, allowed: boolean): DeviceDecision {
  const code = findUserCode(desk, typed);
  if (code === undefined) return 'unknown';
  if (code.state !== 'pending') return 'decided-before';
  if (desk.now() >= code.expiresAt) return 'expired';
  code.state = allowed ? 'approved' : 'denied';
  code.user = user;
  code.decidedAt = desk.now();
  desk.record('as', { type: 'device.decided', d: code.id, user, allowed });
  return 'done';
}

/** The device_code grant at the token endpoint (3.4, 3.5). */
export function checkDevice(desk: Desk, ask: Ask): Refusal | Plan {
  const value = ask.form.get('device_code');
  if (value === undefined) return badRequest('device_code is missing');
  const code = desk.store.devices.get(value);
  if (code === undefined) return invalidGrant('unknown');
  if (code.clientId !== ask.client.id) return invalidGrant('other-client');
  if (code.state === 'redeemed') return invalidGrant('code-used', () => notePoll(desk, code, 'invalid_grant'));
  return waiting(desk, code) ?? (() => redeem(desk, ask, code));
}

/** D3 to D6 in the order that tells most: an end first, then impatience, then patience. */
function waiting(desk: Desk, code: DeviceCode): Refusal | undefined {
  const say = (error: string, reason: Refusal['reason'], description: string): Refusal => ({
    status: 400,
    error,
    description,
    reason,
    effect: () => notePoll(desk, code, error),
  });
  if (code.state === 'denied') return say('access_denied', 'device-denied', 'the user refused');
  if (desk.now() >= code.expiresAt) return say('expired_token', 'device-expired', 'the device code is over');
  if (isEarly(desk, code)) return say('slow_down', 'device-slow-down', 'wait 5 seconds longer between polls from now on');
  return code.state === 'pending' ? say('authorization_pending', 'device-pending', 'the user has not decided yet') : undefined;
}

function isEarly(desk: Desk, { polledAt, interval }: DeviceCode): boolean {
  return polledAt !== undefined && desk.now() + TIMER_ERROR < polledAt + interval;
}

/**
 * D4: every slow_down adds 5 s, unless the client just added them. Without that a client that missed one slow_down (its answer was
 * lost) would be 5 s short at every poll, told so every time, and never let in however well it obeys.
 */
function notePoll(desk: Desk, code: DeviceCode, outcome: string): void {
  const gap = desk.now() - (code.polledAt ?? 0);
  const slow = outcome === 'slow_down';
  const obeys = code.slowGap !== undefined && gap + TIMER_ERROR >= code.slowGap + SLOWER;
  if (slow && !obeys) code.interval += SLOWER;
  code.slowGap = slow ? gap : undefined;
  code.polledAt = desk.now();
  desk.record('as', { type: 'device.polled', d: code.id, outcome, interval: code.interval });
}

function redeem(desk: Desk, ask: Ask, code: DeviceCode): Granted {
  const { user = '', device, clientId, scope, decidedAt } = code;
  code.state = 'redeemed';
  notePoll(desk, code, 'granted');
  const bound = ask.client.secret === undefined;
  const session = openSession(desk, { user, device, clientId, scope, grant: 'device_code', authTime: decidedAt, jkt: ask.jkt, bound });
  return { access: session.access, refresh: session.refresh, asked: scope, signIn: { nonce: undefined } };
}
