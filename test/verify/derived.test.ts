import { describe, expect, test } from 'vitest';
import {
  ahead,
  alive,
  endingRefusal,
  generation,
  inFlight,
  inHand,
  inHandOfDevice,
  isRetry,
  near,
  needed,
  outcome,
  refusedAt,
  remaining,
} from '../../src/verify/derived.ts';
import type { Exchange } from '../../src/verify/records.ts';
import { HistoryView } from '../../src/verify/view.ts';
import { history } from '../kit/trace.ts';

const APP = 'phone/app';
const viewOf = (trace: string): HistoryView => new HistoryView(history(trace));
const exchange = (view: HistoryView, x: string): Exchange => view.exchange(x) as Exchange;
/** `seq` right behind the last event. */
const END = 10_000;

describe('in flight', () => {
  const trace = '0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n';
  const flying = (rest: string): boolean => {
    const view = viewOf(trace + rest);
    return inFlight(exchange(view, 'x1'), END);
  };
  test('until the answer is delivered, and not at its sending', () => {
    const view = viewOf(`${trace}20 <T x1 500`);
    const { sent, end } = exchange(view, 'x1');
    expect([sent.seq, sent.seq + 1, end?.seq, END].map((seq) => inFlight(exchange(view, 'x1'), seq as number))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
  test('for ever when the message vanished and nobody was told', () => expect(flying('20 vanish x1')).toBe(true));
  test('until an error, an end of patience or the death of the process', () => {
    expect([flying('20 lost x1'), flying('20 abandon x1'), flying('20 kill'), flying('20 stop')]).toEqual([false, false, false, false]);
  });
  test('also when the server has committed but the client has heard nothing', () => expect(flying('20 commit x1 AT-2 RT-2')).toBe(true));
});

describe('outcome', () => {
  const of = (answer: string): string => {
    const result = outcome(exchange(viewOf(`0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n20 ${answer}`), 'x1'));
    return result.kind === 'refused' ? `refused ${result.code}` : result.kind;
  };
  test.each([
    ['<T x1 AT-2 RT-2', 'granted'],
    ['<T x1 400 invalid_grant', 'refused invalid_grant'],
    ['<T x1 401 invalid_client', 'refused invalid_client'],
    ['<T x1 500', 'unknown'],
    ['<T x1 502', 'unknown'],
    ['<T x1 200', 'unknown'],
    ['<T x1 403', 'unknown'],
    ['lost x1', 'unknown'],
    ['abandon x1', 'unknown'],
    ['<T x1 429 retry=1000', 'deferred'],
    ['<T x1 503 retry=1000', 'deferred'],
    ['<T x1 429', 'unknown'],
  ])('%s is %s', (answer, expected) => expect(of(answer)).toBe(expected));
});

describe('in hand', () => {
  const pair = (view: HistoryView, process = APP, seq = END): unknown => {
    const hand = inHand(view, process, seq);
    return hand === undefined ? undefined : [hand.at, hand.rt];
  };
  test('what the sign-in gave, then what was delivered', () => {
    const view = viewOf('0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n20 <T x1 AT-2 RT-2');
    const delivered = exchange(view, 'x1').delivered?.seq as number;
    expect(pair(view, APP, delivered)).toEqual(['AT-1', 'RT-1']);
    expect(pair(view, APP, delivered + 1)).toEqual(['AT-2', 'RT-2']);
  });
  test('the presented refresh token where the answer has none', () => {
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n20 <T x1 AT-2'))).toEqual(['AT-2', 'RT-1']);
  });
  test('nothing after a kill, until the store is read', () => {
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 kill\n20 launch'))).toBeUndefined();
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 kill\n20 launch\n21 get AT-1 RT-1'))).toEqual(['AT-1', 'RT-1']);
  });
  test('nothing after the sign-out, whatever comes late', () => {
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n15 signOut\n20 <T x1 AT-2 RT-2'))).toBeUndefined();
  });
  test('the pair of the new user, whatever the old one is still sent', () => {
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n15 signIn bob AT-5 RT-5 family=f2\n20 <T x1 AT-2 RT-2'))).toEqual([
      'AT-5',
      'RT-5',
    ]);
  });
  test('what a sibling wrote belongs to the device at the end of its write, and to the process once it has read it', () => {
    const trace = '0 signIn ada AT-1 RT-1\n1 @phone/widget get AT-1 RT-1\n10 >T x1 RT-1\n20 <T x1 AT-2 RT-2\n21 begin w AT-2 RT-2\n';
    expect(inHandOfDevice(viewOf(trace), 'phone/widget', END)?.at).toBe('AT-1');
    const written = viewOf(`${trace}22 end w`);
    expect(inHandOfDevice(written, 'phone/widget', END)).toMatchObject({ at: 'AT-2', writer: APP });
    expect(pair(written, 'phone/widget')).toEqual(['AT-1', 'RT-1']);
    expect(pair(viewOf(`${trace}22 end w\n23 @phone/widget get AT-2 RT-2`), 'phone/widget')).toEqual(['AT-2', 'RT-2']);
  });
  test('an older pair read late does not replace a younger one', () => {
    expect(pair(viewOf('0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n20 <T x1 AT-2 RT-2\n21 get AT-1 RT-1'))).toEqual(['AT-2', 'RT-2']);
  });
});

describe('refused, near, needed', () => {
  test('a 401 counts for the token its sending carried, a 403 for none', () => {
    const view = viewOf('0 signIn ada AT-1 RT-1\n5 >R n1 AT-1\n6 >R n2 AT-2\n9 <R n1 401\n10 <R n2 403');
    expect([refusedAt(view, 'AT-1', END), refusedAt(view, 'AT-2', END), refusedAt(view, 'AT-1', 5)]).toEqual([true, false, false]);
  });
  test('the time ahead is the declared one, five minutes where none is, half of the original lifetime at most', () => {
    expect(ahead(viewOf('0 declare refresh-ahead ahead=60000\n0 signIn ada AT-1 RT-1'), 'AT-1')).toBe(60_000);
    expect(ahead(viewOf('0 signIn ada AT-1 RT-1'), 'AT-1')).toBe(300_000);
    expect(ahead(viewOf('0 signIn ada AT-1 RT-1 life=120000'), 'AT-1')).toBe(60_000);
  });
  test('near means that much life or less is left, with two seconds of margin', () => {
    const view = viewOf('0 signIn ada AT-1 RT-1');
    const at = (t: number): boolean => near(view, 'AT-1', 'phone', { seq: END, t });
    expect([3_297_999, 3_298_000, 3_300_000, 4_000_000].map(at)).toEqual([false, true, true, true]);
    expect(remaining(view, 'AT-1', { seq: END, t: 3_000_000 })).toBe(600_000);
  });
  test('needed without a token, with a refused one, or near its end', () => {
    const view = viewOf('0 signIn ada AT-1 RT-1\n5 >R n1 AT-1\n9 <R n1 401');
    expect(needed(view, APP, undefined, { seq: END, t: 0 })).toBe(true);
    expect(needed(view, APP, 'AT-1', { seq: 3, t: 0 })).toBe(false);
    expect(needed(view, APP, 'AT-1', { seq: END, t: 0 })).toBe(true);
  });
  test('a retry is what follows an end that was no grant', () => {
    const view = viewOf(
      '0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n20 <T x1 500\n30 >T x2 RT-1\n31 >T x3 RT-1\n40 <T x3 AT-2 RT-1\n50 >T x4 RT-1',
    );
    expect(['x1', 'x2', 'x3', 'x4'].map((x) => isRetry(exchange(view, x)))).toEqual([false, true, false, false]);
  });
});

describe('sessions', () => {
  test('a generation begins at every sign-in and sign-out', () => {
    const view = viewOf('0 step none\n0 signIn ada AT-1 RT-1 store=no\n10 signOut\n20 signIn bob AT-2 RT-2 family=f2');
    expect([1, 3, 5, END].map((seq) => generation(view, 'phone', seq))).toEqual([0, 1, 2, 3]);
  });
  test('a family is alive until it is dead, and one nobody knows is', () => {
    const view = viewOf('0 signIn ada AT-1 RT-1\n10 dead f1');
    expect([alive(view, 'f1', 2), alive(view, 'f1', END), alive(view, 'f9', END), alive(view, undefined, END)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
  test('a refusal ends the session of the token that was current, and no other', () => {
    const ending = (trace: string): string | undefined => {
      const view = viewOf(trace);
      return endingRefusal(view, 'phone', view.session('phone', END), END)?.x;
    };
    const sent = '0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n';
    expect(ending(`${sent}20 <T x1 400 invalid_grant`)).toBe('x1');
    expect(ending(`${sent}20 <T x1 400 invalid_scope`)).toBeUndefined();
    expect(ending(`${sent}15 signIn bob AT-5 RT-5 family=f2\n20 <T x1 400 invalid_grant`)).toBeUndefined();
    expect(
      ending(`${sent}15 @phone/widget set AT-1 RT-1\n20 <T x1 AT-2 RT-2\n21 set AT-2 RT-2\n30 >T x2 RT-1\n40 <T x2 400 invalid_grant`),
    ).toBeUndefined();
    expect(ending(`${sent}20 <T x1 400 invalid_grant\n30 >T x2 RT-1\n40 <T x2 AT-2 RT-2`)).toBeUndefined();
  });
});
