// The scenario file as a whole, as a zod schema: the one source of the format. The JSON schema for editors is derived
// from it (json-schema.ts); the builder in plan.ts turns what passes into a Plan. No file access, no defaults applied here.
import { z } from 'zod';
import { FEATURES } from '../core/contract.ts';
import { life, system } from './phone-schema.ts';
import { serverPatch } from './server-schema.ts';
import { expectations, step } from './step-schema.ts';
import { clientOptions, durationRange, kebab, positiveDuration, signedDuration } from './values.ts';

const LOCK_PRESETS = ['fintech', 'corporate', 'consumer'] as const;
/** The largest fleet on one store. */
const MOST_PROCESSES = 64;
const SESSION_STATE = ['active', 'stale', 'signed-out'] as const;

const deviceShape = z
  .strictObject({
    platform: z.enum(['ios', 'android', 'web', 'node']).optional().describe('Default ios.'),
    os: system.optional(),
    profile: life.optional(),
    processes: z
      .union([z.array(kebab).min(1).max(MOST_PROCESSES), z.int().min(1).max(MOST_PROCESSES)])
      .optional()
      .describe(
        'Processes that share the store of the device; the first one signs in. Default [app]. A number stands for so many: cli-1, cli-2 ... on node, tab-1 ... on web, app-1 ... on phones.',
      ),
    locks: z
      .enum(['working', 'unavailable', 'stuck', 'left-behind'])
      .optional()
      .describe(
        'What its locks are worth. unavailable: asking for one fails at once; stuck: nobody ever gets one; left-behind: a kill leaves the lock taken, as a lock file. Default working.',
      ),
    user: kebab.optional().describe('Who is signed in. Default ada.'),
    session: z
      .union([
        z.enum(SESSION_STATE),
        z.strictObject({
          state: z
            .enum(SESSION_STATE)
            .describe(
              'active: a fresh session; stale: the access token expired while the app was closed, the refresh token is good; signed-out: nothing stored.',
            ),
          expiresIn: positiveDuration.optional().describe('active: how long the access token is still good. Default: its whole lifetime.'),
        }),
      ])
      .optional()
      .describe('How the run finds the device: active (default), stale or signed-out.'),
    clockSkew: signedDuration.optional().describe("The device's wall clock minus true time. Default 0s."),
    launched: z.boolean().optional().describe('Whether its processes run before the first step. Default true.'),
    scope: z.string().optional().describe('Scope the client is configured with. Default: openid profile offline_access.'),
  })
  .meta({ id: 'device' });

/** More columns than this nobody reads. */
const MOST_COMPARED = 4;
const reference = (pattern: RegExp, phrase: string) => z.string({ error: phrase }).regex(pattern, { error: phrase });

export const scenario = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  name: kebab.describe('Unique; says what happens, in lower-case words joined by hyphens.'),
  summary: z
    .string()
    .min(20, { error: 'a sentence that says what a user would have suffered' })
    .describe('One or two sentences: what a user would have suffered.'),
  tags: z.array(kebab).optional().describe('Words to select scenarios by.'),
  specs: z
    .array(reference(/^RFC\d+(#[\w.]+)?$/, 'a clause such as "RFC6749#5.2"'))
    .optional()
    .describe('Clauses that say who is right, RFC6749#5.2.'),
  reproduces: z
    .array(reference(/^[\w.-]+\/[\w.-]+#\d+$/, 'a public thread such as "zitadel/zitadel#9631"'))
    .optional()
    .describe('Public bug reports with the same history, owner/repository#number.'),
  needs: z.array(z.enum(FEATURES)).optional().describe('Features without which a client is not applicable.'),
  server: serverPatch.optional().describe('What the servers do differently from the default.'),
  otherServer: serverPatch
    .optional()
    .describe(
      'A second authorization server with an API of its own, and what it does differently from the default: app: switch-server points the app at it. Default: there is none.',
    ),
  network: z
    .strictObject({ latency: durationRange.optional().describe('One-way latency, drawn per message. Default 20ms..60ms.') })
    .optional()
    .describe('The network of all devices.'),
  devices: z
    .record(kebab, z.union([deviceShape, z.null()]))
    .optional()
    .describe('Devices by name. Default: one device, phone.'),
  client: clientOptions
    .optional()
    .describe(
      'Lent to the client as host.config.options, such as refreshEvery: 6h of the built-in one; what a client makes of them is its business.',
    ),
  compare: z
    .array(clientOptions)
    .min(1)
    .max(MOST_COMPARED)
    .optional()
    .describe('Other client options: the same scenario and seed run beside with each set of them, and the report shows them side by side.'),
  lock: z
    .union([
      z.enum(LOCK_PRESETS),
      z.strictObject({
        idle: positiveDuration.optional().describe('Without interaction, in foreground.'),
        background: positiveDuration.optional().describe('In background.'),
      }),
    ])
    .optional()
    .describe('When the app must lock itself: fintech (5m, 3m), corporate (30m, 15m), consumer (never), or times. Default: never.'),
  steps: z.array(step).min(1).describe('What happens, in order.'),
  expect: expectations.optional().describe('What must be true at the end.'),
  relax: z
    .array(
      z.strictObject({
        invariant: kebab.describe('Its name, such as no-retry-storm.'),
        reason: z.string().min(10, { error: 'a reason that convinces a reader' }).describe('Why this scenario cannot hold it.'),
      }),
    )
    .optional()
    .describe('Invariants not judged here.'),
  maxVirtual: positiveDuration
    .optional()
    .describe('Virtual time after which a run is inconclusive. Default 60d more than the steps advance.'),
  deadline: positiveDuration.optional().describe('When a request that names no deadline must have settled. Default 60s.'),
});

export type ScenarioInput = z.infer<typeof scenario>;
export type DeviceInput = NonNullable<z.infer<typeof deviceShape>>;
