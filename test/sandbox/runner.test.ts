// Clients nobody vouches for: whatever they do, the run ends with a finding that names them, and the next scenario goes on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openClientRunner, type ClientRunner, type ClientRunnerOptions } from '../../src/sandbox/runner.ts';
import { runScenario } from '../../src/scenario/run.ts';
import createEngineLike from '../clients/correct/reactive-class.ts';
import { planOf } from '../kit/world.ts';

const CLIENTS = fileURLToPath(new URL('../clients', import.meta.url));
/** `name (file:line)` of the line that holds `text`. */
function at(name: string, file: string, text: string): string {
  const lines = readFileSync(join(CLIENTS, 'faulty', file), 'utf8').split('\n');
  return `${name} (${file}:${lines.findIndex((line) => line.includes(text)) + 1})`;
}

const ONE_REQUEST = planOf('steps: [{ request: /feed }]');
const runners: ClientRunner[] = [];

async function open(file: string, options: Partial<ClientRunnerOptions> = {}): Promise<ClientRunner> {
  const runner = await openClientRunner(file, { cwd: CLIENTS, ...options });
  runners.push(runner);
  return runner;
}

afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close()));
});

describe('a module that is no client', () => {
  it.each([
    ['faulty/no-such-file.ts', 'TW_CLIENT_MISSING', 'there is no file faulty/no-such-file.ts'],
    ['faulty/throws-on-import.ts', 'TW_CLIENT_LOAD', 'no configuration found'],
    ['faulty/no-default-export.ts', 'TW_CLIENT_EXPORT', 'no default export'],
  ])('%s is refused when opened', async (file, code, message) => {
    await expect(open(file)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
      hint: expect.any(String) as string,
    });
  });

  it('without the required methods is refused at its first run, with their names', async () => {
    const runner = await open('faulty/missing-method.ts');
    await expect(runner.run(ONE_REQUEST, 1)).rejects.toMatchObject({
      code: 'TW_CLIENT_METHOD',
      message: 'the client has no signIn(), request()',
    });
  });
});

describe('a client that never gives control back', () => {
  it.each([
    ['faulty/endless-loop.ts', at('waitForEver', 'endless-loop.ts', 'for (;;)')],
    ['faulty/microtask-loop.ts', at('pollForEver', 'microtask-loop.ts', 'await null')],
    ['faulty/next-tick-loop.ts', at('tickAgain', 'next-tick-loop.ts', 'nextTick(tickAgain)')],
  ])('%s is ended and named as %s, and the next scenario runs', async (file, where) => {
    const runner = await open(file);
    const result = await runner.run(ONE_REQUEST, 1);
    expect(result.outcome).toBe('failed');
    expect(result.clientErrors).toMatchObject([{ kind: 'stuck', where }]);
    const next = await runner.run(planOf('steps: [{ advance: 1s }]'), 1);
    expect(next.outcome).toBe('passed');
  });

  it('because its factory never settles is reported by name', async () => {
    const runner = await open('faulty/never-settles.ts', { limits: { external: 200 } });
    const result = await runner.run(ONE_REQUEST, 1);
    expect(result).toMatchObject({
      outcome: 'failed',
      clientErrors: [{ kind: 'stuck', message: expect.stringContaining('factory of the client in phone/app') as string }],
    });
  });

  it('because it ended its thread is reported too', async () => {
    const runner = await open('faulty/ends-the-process.ts');
    expect(await runner.run(ONE_REQUEST, 1)).toMatchObject({
      outcome: 'failed',
      clientErrors: [{ kind: 'stuck', message: 'it ended its thread' }],
    });
  });
});

describe('a client with a fault of its own', () => {
  it('that throws in its factory is reported with its message and place', async () => {
    const runner = await open('faulty/throws-in-factory.ts');
    const result = await runner.run(ONE_REQUEST, 1);
    const [first] = result.clientErrors;
    expect(result).toMatchObject({ outcome: 'failed', expectations: [], virtualMs: 0 });
    expect(first).toMatchObject({
      kind: 'threw',
      message: 'RangeError: cannot build a client',
      where: at('default', 'throws-in-factory.ts', 'throw new'),
    });
  });

  it('that leaves a timer behind is told where it was set', async () => {
    const runner = await open('faulty/leaks-timer.ts');
    expect((await runner.run(ONE_REQUEST, 1)).clientErrors).toMatchObject([
      { kind: 'leaked-timer', where: at('scheduleRefresh', 'leaks-timer.ts', 'host.clock.setTimeout') },
    ]);
  });

  it.each(['turn', 'drain'] as const)('that throws in an abort listener ends nothing, settling by %s', async (settle) => {
    const runner = await open('faulty/throws-in-abort-listener.ts', { settle });
    const result = await runner.run(planOf('steps: [{ request: { path: /feed, abortAfter: 10ms, expect: aborted } }]'), 1);
    expect(result.clientErrors).toMatchObject([
      {
        kind: 'uncaught-exception',
        message: 'Error: cleanup failed',
        where: expect.stringContaining(at('onAbort', 'throws-in-abort-listener.ts', 'throw new')) as string,
      },
    ]);
    expect(result.expectations).toEqual([]);
  });

  it('that reaches past its host is told what to use instead, and its log is searched for tokens', async () => {
    const runner = await open('faulty/reaches-past-host.ts');
    const result = await runner.run(ONE_REQUEST, 1);
    const apis = result.clientErrors.map(({ message }) => /uses (\S+)/.exec(message)?.[1]);
    expect(apis).toEqual(['Math.random', 'Date.now', 'setTimeout']);
    expect(result.verdict.findings.map(({ invariant }) => invariant)).toContain('no-token-leak');
    expect(JSON.stringify(result)).not.toMatch(/eyJ/);
  });
});

describe('a launched process', () => {
  it('gets a module instance of its own: state does not survive a kill', async () => {
    const runner = await open('faulty/keeps-module-state.ts');
    const result = await runner.run(planOf('steps: [{ app: relaunch }, { request: { path: /feed, expect: 200 } }]'), 1);
    expect(result.expectations).toEqual([]);
  });

  it('in the worker gives the same history as in process, both ways of settling', async () => {
    const plan = planOf(
      'devices: { phone: { session: stale } }\nsteps: [{ request: { path: /feed, count: 5, expect: ok } }, { advance: past-expiry }, { request: /feed }]',
    );
    const inProcess = await runScenario(plan, { client: { name: 'correct/reactive-class.ts', factory: createEngineLike }, seed: 5 });
    const runner = await open('correct/reactive-class.ts');
    const digests = [await runner.run(plan, 5), await runner.run(plan, 5, { settle: 'drain' })].map(({ digest }) => digest);
    expect(digests).toEqual([inProcess.digest, inProcess.digest]);
  });
});
