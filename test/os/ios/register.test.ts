// Registration: which identifiers are permitted, what is answered, and which mistakes crash the app (facts 1.2, R1 to R6).
import { describe, expect, it, test } from 'vitest';
import { judgeRegister, permits, type RegisterFacts } from '../../../src/os/ios/register.ts';
import { Bench, CLEANUP, HOUR, INFO, refresh, REFRESH } from './bench.ts';

const FINE: RegisterFacts = {
  extension: false,
  permitted: true,
  late: false,
  duplicate: false,
  lateRegistration: 'throw',
  onDemand: false,
};

describe('the table of register', () => {
  test.each<[string, Partial<RegisterFacts>, string, string?]>([
    ['R1: in time', {}, 'registered'],
    ['R2: an identifier that is not permitted', { permitted: false }, 'false', 'BGTaskSchedulerPermittedIdentifiers'],
    ['R3: too late', { late: true }, 'exception', 'late-registration'],
    ['R3: too late, where that is accepted', { late: true, lateRegistration: 'accept' }, 'registered'],
    ['R3: on demand, for continued processing', { late: true, onDemand: true }, 'registered'],
    ['R4: for the second time', { duplicate: true }, 'exception', 'duplicate-registration'],
    ['1.7: in an app extension', { extension: true, late: true, duplicate: true }, 'false', 'app extension'],
  ])('%s', (_rule, facts, answer, why) => {
    expect(judgeRegister({ ...FINE, ...facts })).toEqual(why === undefined ? { answer } : { answer, why });
  });
});

describe('a permitted identifier', () => {
  const info = { ...INFO, BGTaskSchedulerPermittedIdentifiers: [REFRESH, 'com.example.app.export.*', 'org.other.*', 'x'.repeat(129)] };
  const how = (identifier: string, version = 26): string => permits(info, identifier, version, 128);

  it('is listed exactly: case matters (R2)', () => {
    expect([how(REFRESH), how(REFRESH.toUpperCase()), how('com.example.app')]).toEqual(['exact', 'no', 'no']);
  });
  it('of more than 128 characters is as good as not listed (R2)', () => {
    expect(how('x'.repeat(129))).toBe('no');
    expect(permits({ ...INFO, BGTaskSchedulerPermittedIdentifiers: ['x'.repeat(128)] }, 'x'.repeat(128), 26, 128)).toBe('exact');
  });
  it('may match a wildcard below the bundle identifier from iOS 26 on (1.1, 1.8)', () => {
    expect([how('com.example.app.export.42'), how('com.example.app.export.42', 18), how('com.example.app.export.')]).toEqual([
      'wildcard',
      'no',
      'no',
    ]);
    expect(how('org.other.thing')).toBe('no');
  });
});

describe('an app', () => {
  it('learns nothing but false of an identifier that is missing from its Info.plist, and submit says 3', () => {
    const bench = new Bench({ info: { ...INFO, BGTaskSchedulerPermittedIdentifiers: [CLEANUP] } });
    expect(bench.do({ type: 'open' })).toContainEqual({
      type: 'register.answered',
      identifier: REFRESH,
      registered: false,
      why: 'BGTaskSchedulerPermittedIdentifiers',
    });
    expect(bench.do({ type: 'submit', process: 'app', request: refresh() })).toMatchObject([{ code: 3, why: 'Unrecognized Identifier' }]);
  });

  it('that registers after it has launched crashes (R3)', () => {
    const bench = new Bench({}, { registers: [CLEANUP] });
    bench.do({ type: 'open' });
    expect(bench.do({ type: 'register', process: 'app', identifier: REFRESH })).toMatchObject([
      { type: 'process.crashed', exception: 'NSInternalInconsistencyException', why: 'late-registration' },
    ]);
  });

  it('whose two libraries register the same identifier crashes (R4)', () => {
    const bench = new Bench({}, { registers: [REFRESH, REFRESH] });
    expect(bench.do({ type: 'open' })).toContainEqual(
      expect.objectContaining({ type: 'process.crashed', why: 'duplicate-registration', identifier: REFRESH }),
    );
    expect(bench.model.processState()).toBe('not running');
  });

  it('may register late from iOS 26 on where that is chosen, and nowhere before', () => {
    const bench = new Bench({ version: 26, rules: { lateRegistration: 'accept' } }, { registers: [] });
    bench.do({ type: 'open' });
    expect(bench.do({ type: 'register', process: 'app', identifier: REFRESH })).toMatchObject([{ registered: true }]);
    expect(() => new Bench({ version: 18, rules: { lateRegistration: 'accept' } })).toThrow(/iOS 18 throws/);
  });

  it('registers again in every process: handlers do not outlive it (R1)', () => {
    const bench = new Bench();
    bench.do({ type: 'open' }, { type: 'terminated', by: 'jetsam' }, { type: 'open' });
    expect(bench.all('register.answered').map(({ registered }) => registered)).toEqual([true, true, true, true]);
  });

  it('that dropped a handler in an update crashes when the old request is delivered, in the background where nobody sees it (R6)', () => {
    const bench = new Bench();
    bench.submitAndLeave(refresh());
    bench.do({ type: 'update', info: INFO });
    bench.app = { ...bench.app, registers: [CLEANUP] };
    const decisions = bench.pass(HOUR);
    expect(decisions).toEqual(
      expect.arrayContaining([
        { type: 'process.launched', why: 'task' },
        { type: 'process.crashed', exception: 'NSInternalInconsistencyException', why: 'no-launch-handler', identifier: REFRESH },
        { type: 'task.lost', identifier: REFRESH, why: 'no-launch-handler' },
      ]),
    );
    expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'executed' });
  });
});
