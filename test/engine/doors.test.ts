import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Transition } from '../../src/engine/machine.ts';
import type { RequestRejected } from '../../src/engine/rejection.ts';
import { runEngine } from './kit.ts';

const ENGINE = fileURLToPath(new URL('../../src/engine/', import.meta.url));

describe('subscribe', () => {
  test('tells every transition with its reason, until it is taken back', async () => {
    const heard: Transition[] = [];
    const stopped: Transition[] = [];
    const run = await runEngine('steps: [{ revoke: family }, { request: /a }, { signIn: ada }, { signOut: {} }]', {
      seen: (engine) => {
        engine.subscribe((transition) => heard.push(transition));
        engine.subscribe((transition) => stopped.push(transition))();
      },
    });
    expect(heard).toMatchObject([
      { from: 'loading', to: 'signed-out', reason: 'store-empty' },
      { from: 'signed-out', to: 'active', reason: 'signed-in' },
      { from: 'active', to: 'expired', reason: 'invalid-grant' },
      { from: 'expired', to: 'active', reason: 'signed-in' },
      { from: 'active', to: 'signed-out', reason: 'user' },
    ]);
    expect(stopped).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('survives a listener that throws', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { request: /a }]', {
      seen: (engine) =>
        engine.subscribe(() => {
          throw new Error('not yours');
        }),
    });
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
    expect(run.findings).toEqual([]);
  });
});

describe('a rejection', () => {
  test('is an Error with a reason, a code and a hint, and no token or address in it', async () => {
    const errors: RequestRejected[] = [];
    const tokens: string[] = [];
    const keep = (engine: Engine, host: Host): void => {
      const { request, signIn } = engine;
      engine.signIn = (granted) => {
        tokens.push(granted.access_token, granted.refresh_token ?? '');
        return signIn.call(engine, granted);
      };
      engine.request = (path, init) =>
        request.call(engine, path, init).catch((error: RequestRejected) => {
          errors.push(error);
          throw error;
        });
      expect(host.name).toBe('phone/app');
    };
    await runEngine(
      'steps: [{ fault: { drop: response, of: resource, times: 1 } }, { request: /secret-path }, { revoke: family }, { request: /secret-path }]',
      { seen: keep },
    );
    expect(errors.map(({ reason, code }) => [reason, code])).toEqual([
      ['network', 'TW_REQUEST_REJECTED'],
      ['reauthentication-required', 'TW_REQUEST_REJECTED'],
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      expect(error.hint).not.toBe('');
      const text = `${error.message} ${JSON.stringify(error)} ${error.hint ?? ''}`;
      for (const word of [...tokens, 'secret-path', 'https:']) expect(text).not.toContain(word);
    }
  });
});

describe('the request door', () => {
  const lines: { url: string; headers: Record<string, string> | undefined }[] = [];
  const recording = (host: Host): Host => ({
    ...host,
    fetch: (url, init) => {
      lines.push({ url, headers: init?.headers });
      return host.fetch(url, init);
    },
  });

  test("forwards the caller's headers on every sending and lets nobody else set the Authorization", async () => {
    lines.length = 0;
    await runEngine('steps: [{ revoke: access-token }, { request: /a }]', {
      wrap: recording,
      seen: (engine) => {
        const { request } = engine;
        engine.request = (path, init = {}) =>
          request.call(engine, path, { ...init, headers: { ...init.headers, Authorization: 'Basic mine', 'x-mine': '1' } });
      },
    });
    const sendings = lines.filter(({ url }) => url === 'https://api.example/a');
    expect(sendings).toHaveLength(2);
    for (const { headers } of sendings) {
      expect(headers).toMatchObject({ 'x-request-id': 'n1', 'x-mine': '1', authorization: expect.stringMatching(/^Bearer ./) as string });
      expect(headers).not.toHaveProperty('Authorization');
    }
  });

  test.each(['https://evil.example/a', '//evil.example/a', '@evil.example', '.evil.example/a'])(
    'sends %s to the resource server all the same',
    async (path) => {
      lines.length = 0;
      await runEngine('steps: [{ request: /a }]', {
        wrap: recording,
        seen: (engine) => {
          const { request } = engine;
          engine.request = (_path, init) => request.call(engine, path, init);
        },
      });
      expect(lines.map(({ url }) => new URL(url).origin)).toEqual(['https://api.example']);
    },
  );

  test('rejects at once when its signal was aborted before', async () => {
    const seen: unknown[] = [];
    await runEngine('steps: [{ app: stop }]', {
      seen: (engine) => {
        const { start } = engine;
        engine.start = async () => {
          await start.call(engine);
          await engine.request('/a', { signal: AbortSignal.abort() }).catch((error: RequestRejected) => seen.push(error.reason));
        };
      },
    });
    expect(new Set(seen)).toEqual(new Set(['aborted']));
  });
});

describe('the engine as a library', () => {
  const files = readdirSync(ENGINE).filter((name) => name.endsWith('.ts'));

  test.each(files)('%s imports the engine and the core only, and nothing of Node', (file) => {
    const imports = [...readFileSync(ENGINE + file, 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    expect(imports.filter((specifier) => !/^(\.\/[\w-]+|\.\.\/core\/(contract|defined|errors|http))\.ts$/.test(specifier ?? ''))).toEqual(
      [],
    );
  });

  test('bundles for a browser into one chunk without imports', async () => {
    const bundle = await rolldown({ input: `${ENGINE}engine.ts`, platform: 'browser', logLevel: 'silent' });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    expect(output).toHaveLength(1);
    expect(output[0].imports).toEqual([]);
    expect(output[0].code).not.toMatch(/from ['"]|require\(|\bprocess\.[a-z]|\bBuffer\b|(?<![.\w])setTimeout\(/);
  });

  test('makes nothing move before it is started', () => {
    const calls: string[] = [];
    const trap = (name: string) => () => {
      calls.push(name);
      throw new Error(name);
    };
    const host = {
      name: 'x',
      platform: 'web',
      config: {},
      fetch: trap('fetch'),
      random: trap('random'),
      lock: trap('lock'),
      emit: trap('emit'),
      clock: { now: trap('now'), monotonic: trap('monotonic'), setTimeout: trap('setTimeout'), sleep: trap('sleep') },
      store: { get: trap('get'), set: trap('set'), delete: trap('delete') },
      connectivity: { online: trap('online'), subscribe: () => () => {} },
    } as unknown as Host;
    expect(createEngine(host).state()).toBe('loading');
    expect(calls).toEqual([]);
  });
});
