// What the virtual world promises to a client and to a judge: seen in histories of small scenarios.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import { eventsOf, naiveClient, planOf, play } from '../kit/world.ts';
import { runPlan } from '../../src/sim/world.ts';

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };

/** A client whose one request runs `fn` with its host. */
const doing =
  (fn: (host: Host) => Promise<unknown>, more: Partial<Client> = {}) =>
  (host: Host): Client => ({
    ...idle,
    request: async () => {
      await fn(host);
      return { status: 200 };
    },
    ...more,
  });

describe('requests on the wire', () => {
  it('of several callers of one path are told apart, also when the client drops x-request-id', async () => {
    const record = await play(
      'devices: { phone: { session: stale } }\nsteps: [{ request: { path: /feed, count: 3 } }]',
      (host): Client => ({
        ...idle,
        async request(path) {
          const url = host.config.resourceBaseUrl + path;
          await host.fetch(url);
          return { status: (await host.fetch(url)).status };
        },
      }),
    );
    expect(eventsOf(record, 'api.sent').map(({ n, k }) => `${n}.${k}`)).toEqual(['n1.1', 'n2.1', 'n3.1', 'n1.2', 'n2.2', 'n3.2']);
  });

  it('without x-request-id belong to the caller whose body they carry', async () => {
    const record = await play(
      `steps:
        - parallel:
            - { request: { path: /notes, method: POST, body: one } }
            - { request: { path: /notes, method: POST, body: two } }`,
      (host): Client => {
        const bodies: string[] = [];
        return {
          ...idle,
          async request(path, init) {
            bodies.push(String(init?.body ?? ''));
            await host.clock.sleep(10);
            const body = bodies.pop();
            return {
              status: (await host.fetch(host.config.resourceBaseUrl + path, { method: 'POST', ...(body === undefined ? {} : { body }) }))
                .status,
            };
          },
        };
      },
    );
    const called = eventsOf(record, 'request.called').map(({ n, bodyDigest }) => [n, bodyDigest]);
    expect(
      eventsOf(record, 'api.sent')
        .map(({ n, bodyDigest }) => [n, bodyDigest])
        .toSorted(),
    ).toEqual(called);
  });
});

describe('a refresh on the wire', () => {
  it('passes five phases as items of their own and comes back with the next pair', async () => {
    const record = await play('devices: { phone: { session: stale } }\nsteps: [{ request: { path: /feed, expect: ok } }]', naiveClient);
    const types = record.history.events.filter((event) => 'x' in event).map((event) => event.type);
    expect(types).toEqual(['token.sent', 'token.received', 'token.committed', 'token.responded', 'token.delivered']);
    expect(record.expectations).toEqual([]);
    const [sent, received, committed] = record.history.events.filter((event) => 'x' in event);
    expect([received?.cause, committed?.cause]).toEqual([sent?.seq, received?.seq]);
  });

  it.each([
    ['received', 'before-commit', 0],
    ['validated', 'before-commit', 0],
    ['committed', 'after-commit', 1],
    ['serialised', 'after-commit', 1],
    ['flushed', 'after-commit', 1],
  ] as const)('cut after %s is lost %s', async (phase, where, commits) => {
    const record = await play(
      `devices: { phone: { session: stale } }\nsteps: [{ fault: { cut: ${phase}, of: token, times: 1 } }, { request: /feed }]`,
      naiveClient,
    );
    expect(eventsOf(record, 'token.lost')).toMatchObject([{ phase: where, told: true, actor: 'phone/app' }]);
    expect(eventsOf(record, 'token.committed')).toHaveLength(commits);
  });

  it('resent by the transport arrives twice and reaches the client once', async () => {
    const record = await play(
      'devices: { phone: { session: stale } }\nsteps: [{ fault: { duplicate: received, of: token, times: 1 } }, { request: /feed }]',
      naiveClient,
    );
    expect(eventsOf(record, 'token.received').map((event) => event.arrival)).toEqual([1, 2]);
    expect(eventsOf(record, 'token.sent')).toHaveLength(1);
    expect(eventsOf(record, 'token.delivered')).toHaveLength(1);
  });

  it('is resent once per sending, also by a rule that never runs out', async () => {
    const record = await play(
      'devices: { phone: { session: stale } }\nsteps: [{ fault: { duplicate: received, of: token } }, { request: /feed }]',
      naiveClient,
    );
    expect(eventsOf(record, 'token.received').map((event) => event.arrival)).toEqual([1, 2]);
  });

  it('silenced leaves the client waiting: lost but not told, and the deadline passes', async () => {
    const record = await play(
      'devices: { phone: { session: stale } }\nsteps: [{ fault: { drop: response, of: token, how: silence } }, { request: { path: /feed, deadline: 30s, expect: pending } }]',
      naiveClient,
    );
    expect(eventsOf(record, 'token.lost')).toMatchObject([{ told: false, actor: 'world' }]);
    expect(record.history.events.at(-1)).toMatchObject({ type: 'run.end', ending: 'deadlock', open: ['n1 GET /feed on phone/app'] });
  });
});

describe('what a rule says of an answer, and whom it falls on', () => {
  const told: string[] = [];
  const telling = doing(async (host) => {
    const { status, headers } = await host.fetch(`${host.config.resourceBaseUrl}/x`, { headers: { authorization: 'Bearer none' } });
    told.push(`${status} ${headers.get('content-type')} ${headers.get('date')} ${headers.get('retry-after')}`);
  });

  it('headers, Date and a Retry-After that counts down, the same as on the wire', async () => {
    told.length = 0;
    await play(
      `network: { latency: 1s }
steps:
  - fault: { header: { content-type: text/x, www-authenticate: ~ }, of: resource, times: 1 }
  - request: /a
  - fault: { reply: 503, of: resource, for: 90s, retryAfter: end }
  - request: /b
  - advance: 60s
  - request: /c
  - advance: 60s
  - fault: { skew: -1h, of: resource }
  - request: /d`,
      telling,
    );
    const [header = '', first = '', later = '', skewed = ''] = told;
    expect(header).toMatch(/^401 text\/x /);
    const retry = [first, later].map((text) => Number(text.split(' ').at(-1)));
    expect([first.slice(0, 3), later.slice(0, 3)]).toEqual(['503', '503']);
    expect((retry[0] ?? 0) - (retry[1] ?? 0)).toBeGreaterThanOrEqual(60);
    const hour = (text: string): number => Number(/ (\d\d):\d\d:\d\d /.exec(text)?.[1]);
    expect((hour(header) - hour(skewed) + 24) % 24).toBe(1);
  });

  it('a generation of a session is refused and no other; a chance is the same for the same seed', async () => {
    const refreshes = async (fault: string, seed: number): Promise<string> => {
      const factory = doing(async (host) => {
        let token = JSON.parse((await host.store.get('t')) ?? '{}') as { refresh_token?: string };
        let out = '';
        for (let i = 0; i < 12; i++) {
          const answer = await host.fetch(host.config.tokenEndpoint, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `grant_type=refresh_token&client_id=app&refresh_token=${token.refresh_token ?? ''}`,
          });
          out += answer.ok ? '.' : 'x';
          if (answer.ok) token = (await answer.json()) as typeof token;
        }
        results.push(out);
      });
      const results: string[] = [];
      const signingIn = (host: Host): Client => ({
        ...(factory(host) as Client),
        signIn: (granted) => host.store.set('t', JSON.stringify(granted)),
      });
      await play(`steps: [{ fault: ${fault} }, { request: /x }]`, signingIn, { seed });
      return results[0] ?? '';
    };
    expect(await refreshes('{ reply: 503, generation: 3, times: 2 }', 1)).toBe('..xx........');
    expect(await refreshes('{ reply: 503, user: nobody }', 1)).toBe('............');
    const byChance = await refreshes('{ reply: 503, chance: 40 }', 5);
    expect(byChance).toMatch(/x/);
    expect(await refreshes('{ reply: 503, chance: 40 }', 5)).toBe(byChance);
    expect(await refreshes('{ reply: 503, chance: 40 }', 6)).not.toBe(byChance);
    expect(await refreshes('{ reply: 503, chance: 40, seed: 1 }', 6)).toBe(await refreshes('{ reply: 503, chance: 40, seed: 1 }', 7));
  });
});

describe('processes', () => {
  it('a kill ends every promise and timer, calls nothing, and keeps the store', async () => {
    const calls: string[] = [];
    const factory = (host: Host): Client => ({
      ...idle,
      start: async () => void calls.push(`start finds ${await host.store.get('k')}`),
      signIn: async () => host.store.set('k', 'kept'),
      request: async () => {
        host.clock.setTimeout(() => calls.push('timer of the dead'), 100);
        await host.clock.sleep(50);
        calls.push('never');
        return { status: 200 };
      },
      stop: async () => void calls.push('stop'),
    });
    const record = await play(
      'steps: [{ request: /x, wait: false }, { after: 10ms, app: kill }, { advance: 5m }, { app: launch }]',
      factory,
    );
    expect(calls).toEqual(['start finds undefined', 'start finds kept', 'stop']);
    expect(eventsOf(record, 'request.settled')).toEqual([]);
  });

  it('a suspended process does nothing; what fell due happens in order when it resumes', async () => {
    const seen: string[] = [];
    const factory = doing(async (host) => {
      host.clock.setTimeout(() => seen.push(`b@${host.clock.monotonic() >= 3_600_000}`), 20);
      host.clock.setTimeout(() => seen.push(`a@${host.clock.monotonic() >= 3_600_000}`), 10);
    });
    await play('steps: [{ request: /x }, { app: suspend }, { advance: 1h }, { app: resume }, { advance: 1s }]', factory);
    expect(seen).toEqual(['a@true', 'b@true']);
  });

  it('share the store of their device and exclude each other by lock; a kill frees the lock', async () => {
    const order: string[] = [];
    const factory = (host: Host): Client => ({
      ...idle,
      request: async () => {
        await host.lock('refresh', async () => {
          order.push(`${host.name} in`);
          await host.clock.sleep(1_000);
          order.push(`${host.name} out`);
        });
        return { status: 200 };
      },
    });
    const record = await play(
      `devices: { phone: { processes: [app, widget] } }
steps:
  - { on: phone/app, request: { path: /x }, wait: false }
  - { on: phone/widget, after: 10ms, request: { path: /x }, wait: false }
  - { on: phone/app, after: 200ms, app: kill }
  - advance: 5s`,
      factory,
    );
    expect(order).toEqual(['phone/app in', 'phone/widget in', 'phone/widget out']);
    expect(eventsOf(record, 'lock.freed').map((event) => event.by)).toEqual(['kill', undefined]);
  });

  it('a lock that is not free in time rejects with lock-timeout', async () => {
    const codes: unknown[] = [];
    const factory = doing((host) =>
      host.lock('l', async () => {
        await host.lock('l', async () => undefined, { timeout: 500 }).catch((error: { code?: string }) => codes.push(error.code));
      }),
    );
    await play('steps: [{ request: /x }]', factory);
    expect(codes).toEqual(['lock-timeout']);
  });
});

describe('a device', () => {
  it('has a wall clock that jumps and a monotonic clock that does not', async () => {
    const seen: [number, number][] = [];
    const factory = doing(async (host) => void seen.push([host.clock.now() - host.clock.monotonic(), host.clock.monotonic()]));
    await play('devices: { phone: { clockSkew: 10m } }\nsteps: [{ request: /a }, { clock: -2h }, { request: /b }]', factory);
    const [first, second] = seen;
    expect((second?.[0] ?? 0) - (first?.[0] ?? 0)).toBe(-7_200_000);
    expect((second?.[1] ?? 0) - (first?.[1] ?? 0)).toBeLessThan(10);
  });

  it('offline fails what is sent and what is on its way, and tells its listeners', async () => {
    const seen: string[] = [];
    const factory = (host: Host): Client => {
      host.connectivity.subscribe((online) => seen.push(online ? 'online' : 'offline'));
      return {
        ...idle,
        request: async (path) => {
          await host.fetch(host.config.resourceBaseUrl + path).catch((error: Error) => seen.push(`${path} ${error.name}`));
          return { status: 200 };
        },
      };
    };
    await play(
      `steps:
  - { request: { path: /on-its-way, latency: 1s }, wait: false }
  - { after: 100ms, network: offline }
  - { request: /while-offline }
  - network: online
  - request: /after`,
      factory,
    );
    expect(seen).toEqual(['/on-its-way TypeError', 'offline', '/while-offline TypeError', 'online']);
  });

  it('rejects every store operation with store-locked while it is locked', async () => {
    const codes: unknown[] = [];
    const note = (error: { code?: string }): void => void codes.push(error.code);
    await play(
      'steps: [{ store: lock }, { request: /x }, { store: unlock }, { request: /y }]',
      doing(async (host) => {
        await host.store.set('k', 'v').catch(note);
        await host.store.get('k').catch(note);
        await host.store.delete('k').catch(note);
      }),
    );
    expect(codes).toEqual(['store-locked', 'store-locked', 'store-locked']);
  });
});

describe('redirects', () => {
  it('are followed without the Authorization header when they leave the origin', async () => {
    const record = await play(
      'steps: [{ fault: { reply: 302, location: "https://api.example:8443/elsewhere", path: /feed } }, { request: /feed }]',
      naiveClient,
    );
    expect(eventsOf(record, 'api.sent')).toMatchObject([
      { at: 'AT-1', k: 1 },
      { at: 'none', k: 2, origin: 'https://api.example:8443', foreign: true, redirect: true },
    ]);
  });

  it('are the business of a client that asks for `manual`', async () => {
    const statuses: number[] = [];
    const factory = doing(
      async (host) => void statuses.push((await host.fetch(`${host.config.resourceBaseUrl}/feed`, { redirect: 'manual' })).status),
    );
    await play('steps: [{ fault: { reply: 302, location: "https://elsewhere.example/", path: /feed } }, { request: /feed }]', factory);
    expect(statuses).toEqual([302]);
  });
});

describe('a faulty client', () => {
  it('that lacks a method is refused with the names of what is missing', async () => {
    await expect(play('steps: [{ request: /x }]', () => ({ start: async () => undefined }) as unknown as Client)).rejects.toMatchObject({
      code: 'TW_CLIENT_METHOD',
      message: 'the client has no signIn(), request()',
    });
  });

  it('that throws, rejects unheard or leaves a timer behind is reported, and the run goes on', async () => {
    const factory = (host: Host): Client => ({
      ...idle,
      stop: async () => undefined,
      request: async (path) => {
        if (path === '/reject') void Promise.reject(new Error('nobody listens'));
        if (path === '/leak') host.clock.setTimeout(() => undefined, 86_400_000);
        if (path === '/throw') throw new Error('thrown');
        return { status: 200 };
      },
      foreground: () => {
        throw new RangeError('in foreground');
      },
    });
    const record = await play(
      'steps: [{ request: /reject }, { request: { path: /throw } }, { app: foreground }, { request: { path: /leak, expect: ok } }]',
      factory,
      { traceTimers: true },
    );
    expect(record.clientFaults.map(({ kind }) => kind)).toEqual(['unhandled-rejection', 'threw', 'leaked-timer']);
    expect(record.clientFaults.at(-1)).toMatchObject({ where: expect.stringMatching(/world\.test\.ts:\d+/) as string });
    expect(record.expectations).toEqual([]);
    expect(JSON.stringify(record.history.events)).not.toContain('nobody listens');
  });

  it('whose factory waits for something outside virtual time that never comes ends the run, named', async () => {
    const record = await play('steps: [{ request: /x }]', () => new Promise<Client>(() => undefined), { limits: { external: 30 } });
    expect(record.ending).toBe('stuck');
    expect(record.clientFaults[0]?.message).toContain('the factory of the client in phone/app');
  });

  it('whose factory sets timers is launched at once, not when they are over', async () => {
    const record = await play('steps: [{ request: { path: /x, expect: ok } }]', async (host) => {
      host.clock.setTimeout(() => undefined, 3_600_000);
      const again = (): void => void host.clock.setTimeout(again, 60_000);
      again();
      return idle;
    });
    expect(record.ending).toBe('finished');
    expect(eventsOf(record, 'start.called').map(({ t }) => t)).toEqual([0]);
  });

  it('whose factory waits for the store works, because that is virtual work of its own', async () => {
    const record = await play('steps: [{ request: { path: /x, expect: ok } }]', async (host) => {
      await host.store.get('k');
      return idle;
    });
    expect(record.expectations).toEqual([]);
  });

  it('that claims less than the scenario needs makes it not applicable, with the reason', async () => {
    const record = await play('needs: [offline-queue]\nsteps: [{ request: /x }]', () => idle);
    expect(record.notApplicable).toBe('the client does not claim offline-queue');
  });
});

describe('determinism', () => {
  const busy = `devices: { phone: { session: stale, processes: [app, widget] }, tablet: { platform: android } }
network: { latency: 5ms..90ms }
steps:
  - parallel:
      - { on: [phone/app, phone/widget, tablet/app], request: { path: /feed, count: 5 } }
      - { after: 30ms, on: phone/app, app: kill }
  - { on: phone/app, app: launch }
  - { on: phone/app, request: { path: /feed, count: 3 } }`;

  it('gives the same bytes for both ways of settling and twice in one process, and other bytes for another seed', async () => {
    const digest = async (seed: number, settle: 'turn' | 'drain'): Promise<string> =>
      (await runPlan(planOf(busy), { seed, settle, factory: naiveClient })).history.digest();
    const first = await digest(1, 'turn');
    expect(await digest(1, 'drain')).toBe(first);
    expect(await digest(1, 'turn')).toBe(first);
    expect(await digest(2, 'drain')).not.toBe(first);
  });

  it('holds when two worlds run side by side in one thread', async () => {
    const alone = (await runPlan(planOf(busy), { seed: 3, factory: naiveClient })).history.digest();
    const both = await Promise.all([3, 3, 4].map((seed) => runPlan(planOf(busy), { seed, factory: naiveClient })));
    expect(both.slice(0, 2).map(({ history }) => history.digest())).toEqual([alone, alone]);
  });
});
