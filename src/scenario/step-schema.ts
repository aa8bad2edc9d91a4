// A step of a scenario: ONE flat object whose verb is a key. Flat, because a union of one shape per verb doubles every
// editor suggestion (SchemaStore #6129); "exactly one verb" is checked by src/scenario/check.ts with a caret instead.
import { z } from 'zod';
import { eventTypes } from '../core/describe.ts';
import type { EventType } from '../core/events.ts';
import { APP_ACTIONS } from '../sim/plan.ts';
import { SESSION } from './words.ts';
import { fault } from './fault-schema.ts';
import { phone, PHONE_TEXT } from './phone-schema.ts';
import { serverPatch } from './server-schema.ts';
import { store } from './store-schema.ts';
import { count, duration, durationRange, jobId, kebab, outcomes, path, place, places, positiveDuration, signedDuration } from './values.ts';

const nothing = z.union([z.literal('all'), z.strictObject({})]);

/** Several requests at once are cheap; more than this is a benchmark, not a scenario. */
const MANY = 1_000;

const answer = z.enum(['ok', 'failed', 'cancelled', 'unavailable', 'locked-out']);
const answers = z.union([answer, z.array(answer).min(1)]);

const APP_TEXT = [
  'Life of a process. kill: nothing is called, only the store survives',
  'prewarm: the system launches it and the user sees nothing of it',
  'relaunch: kill, then launch',
  'suspend: frozen, no timers, no answers, open streams break',
  'hide, show: a tab that nobody looks at, whose timers run once a minute',
  'stop: a clean exit',
  'mount, unmount: the app makes a further client in the same process, or lets go of the newest one, and what they have begun goes on',
  'reinstall: nothing runs, the plain tier is gone, and off iOS the secure one too',
  'update: nothing runs, everything is kept; launch follows either',
  'switch-server: the user points the app at the other of two servers (otherServer); clients that run are told to stop and not waited for, new ones take their place, where none runs the next launch is for it; what is stored stays, signIn follows.',
].join('; ');

const request = z.strictObject({
  path: path.describe('Path on the resource server. `{session:tablet}` stands for the session id of the device tablet.'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().describe('Default: GET, or POST when there is a body.'),
  body: z.string().optional().describe('Request body, as text.'),
  oneShot: z.boolean().optional().describe('The body is a stream that can be read once. Default false.'),
  count: z
    .int()
    .min(1)
    .max(MANY)
    .optional()
    .describe(
      'How many callers ask for it. Default 1. Named ones are called name, name#2, name#3 ...; on several places name@phone/app, name@tablet/app.',
    ),
  every: duration.optional().describe('Time between two of `count`. Default: all at once.'),
  latency: durationRange.optional().describe("One-way latency of this request's own messages, instead of the network's."),
  abortAfter: duration.optional().describe('The caller gives up after this long (AbortSignal).'),
  deadline: positiveDuration.optional().describe('When the request must have settled. Default: `deadline` of the scenario.'),
  expect: outcomes.optional().describe('What it must come to; a list means any of these. Absent: not checked here.'),
});

const sessionExpectation = z.strictObject({
  state: z.enum(SESSION).describe('Session state.'),
  reason: z
    .union([kebab, z.array(kebab).min(1)])
    .optional()
    .describe('Why, as the client emits it with `session-state`; a list means any of these.'),
});

const streamExpectation = z.strictObject({
  state: z.enum(['open', 'closed']).optional().describe('Whether messages can come, as far as the process knows.'),
  messages: count.optional().describe('Messages that came.'),
  gaps: count.optional().describe('Messages that were missed between the first and the last that came.'),
});

const jobsExpectation = z.strictObject({
  runs: count.optional().describe('Runs that began.'),
  renewing: count.optional().describe('Runs in which a refresh was sent.'),
  refused: count.optional().describe('Requests for a job that the system refused.'),
  stopped: count.optional().describe('Runs that the system ended.'),
  cancelled: count.optional().describe('Jobs that the app or the system cancelled.'),
  lost: count.optional().describe('Runs that ended with their process, and jobs that were lost with a force-stop or a reboot.'),
  held: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('Gates that held a job at some time, in the words of the platform: all of these.'),
});

/** What can be expected at the end, or at one point in time. */
export const expectations = z
  .strictObject({
    refreshes: count.optional().describe('Refresh requests sent by all devices since the run began.'),
    prompts: count.optional().describe('Re-authentication prompts shown since the run began.'),
    lost: count
      .optional()
      .describe('Logins lost since the run began: the server ended the session, or the client gave it up. A sign-out is none.'),
    jobs: jobsExpectation.optional().describe('What became of background jobs since the run began, all of them together.'),
    sessions: z
      .record(place, z.union([z.enum(SESSION), sessionExpectation]))
      .optional()
      .describe('Device or process -> session state. A client without state() is not judged by it, nor by a reason that it does not tell.'),
    streams: z
      .record(z.string(), z.union([z.enum(['open', 'closed']), streamExpectation]))
      .optional()
      .describe('Name given with `as` -> what became of the stream.'),
    requests: z.record(z.string(), outcomes).optional().describe('Name given with `as` -> what it came to.'),
  })
  .meta({ id: 'expectations' });

/** One step. Exactly one verb key, plus `on`, `as`, `after`, `wait`. */
export const step = z
  .strictObject({
    on: z
      .union([places, z.array(places).min(1)])
      .optional()
      .describe(
        "Where: a device (phone), a process (phone/app), all of them (phone/*), or a list. Default: the first device's first process, or the first device for network, store, clock, revoke.",
      ),
    as: kebab.optional().describe('request, stream: a name for later expectations.'),
    after: duration.optional().describe('Virtual time to wait before the step begins.'),
    wait: z
      .boolean()
      .optional()
      .describe('request, stream, signIn, signOut, job: false goes on without waiting for the end. Default true.'),

    request: z.union([path, request]).optional().describe('The app asks for something: a path, or an object with more.'),
    stream: z
      .union([
        path,
        z.strictObject({ open: path.describe('Path on the resource server.') }),
        z.strictObject({ close: kebab.describe('Name of a stream.') }),
      ])
      .optional()
      .describe(
        'The app listens to an event stream, which the client keeps open over every renewal of the token; { close: name } ends it.',
      ),
    get parallel() {
      return z.array(step).min(1).optional().describe('Steps that begin at the same instant; ends when all have ended.');
    },
    get repeat() {
      return z
        .strictObject({
          times: z.int().min(1).max(MANY).describe('How often.'),
          steps: z.array(step).min(1).describe('What is repeated, in order.'),
        })
        .optional()
        .describe('Steps in order, several times.');
    },
    advance: z
      .union([
        z.enum(['past-expiry', 'before-expiry', 'to-idle']),
        positiveDuration,
        z.strictObject({
          to: z.enum(['past-expiry', 'before-expiry', 'idle']).describe('Where to.'),
          margin: positiveDuration.optional().describe('How far past or before the expiry. Default 1s.'),
          within: positiveDuration.optional().describe('idle: at most this long. Default 10m.'),
        }),
        z.strictObject({
          until: z
            .enum(eventTypes() as [EventType, ...EventType[]])
            .describe('Type of an event: lock.held, token.committed, store.begin ...'),
          by: place.optional().describe('Whose: a process or a device, also for what a server does on its behalf. Default: anybody.'),
          within: positiveDuration.optional().describe('At most this long, else the expectation fails. Default 10m.'),
        }),
      ])
      .optional()
      .describe(
        'Time passes: a duration; to just past or just before the expiry of the newest access token of `on`; until nothing is pending; or until the next event of a type, and then the following step comes before anything else can happen.',
      ),
    network: z
      .union([z.enum(['offline', 'online']), z.strictObject({ latency: durationRange.describe('One-way latency from now on.') })])
      .optional()
      .describe('The network of a device.'),
    fault: fault.optional().describe('Something goes wrong between a client and a server.'),
    heal: nothing.optional().describe('Removes every fault: `heal: all`.'),
    revoke: z
      .union([
        z.enum(['access-token', 'refresh-token', 'family', 'all-sessions']),
        z.strictObject({
          what: z
            .enum(['access-token', 'refresh-token', 'family', 'all-sessions'])
            .describe(
              'What dies: the newest access token, the newest refresh token, the token family of the device, or every session of its user.',
            ),
          reason: z.enum(['user', 'password', 'admin']).optional().describe('Why. Default: user.'),
        }),
      ])
      .optional()
      .describe('The server ends something, without telling the client.'),
    app: z.enum(APP_ACTIONS).optional().describe(APP_TEXT),
    sleep: z
      .union([
        positiveDuration,
        z.strictObject({
          for: positiveDuration.describe('How long.'),
          monotonic: z
            .enum(['runs', 'stops'])
            .optional()
            .describe('Whether the monotonic clock runs on; where it stops, timers come later by the time slept. Default runs.'),
        }),
      ])
      .optional()
      .describe('A device sleeps: no process of it runs, open streams break; timers that fell due run when it wakes.'),
    clock: z
      .union([signedDuration, z.strictObject({ jump: signedDuration.describe('By how much.') })])
      .optional()
      .describe("The device's wall clock jumps; true time and the monotonic clock do not."),
    store: store
      .optional()
      .describe(
        'The store of a device. lock: the secure tier rejects with store-locked, as before the first unlock; clear, corrupt: the secure tier; or { one change }.',
      ),
    signIn: z
      .union([kebab, z.strictObject({ user: kebab.optional().describe("Default: the device's user.") })])
      .optional()
      .describe('Somebody signs in: a user name, or {} for the user of the device.'),
    signOut: z
      .union([place, z.strictObject({})])
      .optional()
      .describe('The user signs out: {} or where.'),
    prompt: z
      .strictObject({
        biometric: answers.optional().describe('What biometric prompts answer.'),
        password: answers.optional().describe('What password prompts answer.'),
        takes: duration.optional().describe('How long a person takes. Default 2s.'),
      })
      .optional()
      .describe(
        'What the next prompts of a device answer, in order; the last answer stays. Until then prompts are unavailable: nothing is shown, and that at once.',
      ),
    interact: z
      .union([place, z.strictObject({})])
      .optional()
      .describe('The user touches the app: {} or where.'),
    push: z
      .enum(['refresh', 'ping'])
      .optional()
      .describe('A silent push of the backend. refresh: it asks for a refresh; ping: it says nothing about tokens.'),
    job: z
      .union([
        jobId,
        z.strictObject({
          id: jobId.describe('Identifier of the job.'),
          expireAfter: duration.optional().describe('When it is told that its time is over, from its start. Default: never.'),
        }),
      ])
      .optional()
      .describe(
        'A background job runs at once, on a device without `os`: a process is launched for it, or resumed. Its identifier, or an object with more.',
      ),
    phone: phone
      .optional()
      .describe(
        `Something happens to a phone whose system is modelled (\`os\`), in the words of its platform. ${PHONE_TEXT}; or { one change }.`,
      ),
    server: serverPatch.optional().describe('The server changes its policy, for what it issues or checks from now on.'),
    expect: expectations.optional().describe('What must be true at this point.'),
  })
  .meta({ id: 'step' });

export type StepInput = z.infer<typeof step>;
export type ExpectationsInput = z.infer<typeof expectations>;
