// The fault step as a file says it: one kind of fault, what it falls on, how often. Which keys go together is in FAULT_KINDS
// (core/fault-words.ts), read by the checks and by the builder; the schema itself stays flat so that editors complete well.
import { z } from 'zod';
import { POINTS } from '../core/fault.ts';
import { NAMED_REPLIES } from '../core/fault-words.ts';
import { GRANTS_BY_NAME, PHASES } from '../core/server-words.ts';
import { duration, path, place, positiveDuration, signedDuration } from './values.ts';

const status = z
  .int({ error: 'an HTTP status from 100 to 599' })
  .min(100, { error: 'an HTTP status from 100 to 599' })
  .max(599, { error: 'an HTTP status from 100 to 599' });

/** One fault rule: what happens, to which messages, how often. It stays until it is used up, runs out, or `heal`. */
export const fault = z
  .strictObject({
    drop: z
      .enum(['request', 'response'])
      .optional()
      .describe('The message never arrives. A dropped request never reaches the server; a dropped response was committed first.'),
    cut: z
      .enum(PHASES)
      .optional()
      .describe('The connection breaks inside the server, just after this phase: received, validated, committed, serialised, flushed.'),
    delay: positiveDuration.optional().describe('The message arrives this much later.'),
    reply: z
      .union([status, z.enum(NAMED_REPLIES)])
      .optional()
      .describe(
        'Somebody else answers. A status, or: captive-portal (200 HTML), forbidden-page (403 HTML from a proxy), malformed-json (200, broken JSON), empty (200, no body), error-in-200 (an OAuth error with status 200), server-error-json (503 whose JSON says invalid_grant).',
      ),
    truncate: z.int().min(0).optional().describe('The body of the response ends after so many bytes.'),
    rewrite: z
      .record(z.string(), z.json())
      .optional()
      .describe('Members of the JSON response that get another value; null is a literal null.'),
    remove: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('Members taken out of the JSON response.'),
    header: z
      .record(z.string(), z.union([z.string(), z.null()]))
      .optional()
      .describe('Headers of the response that get another value, such as another content-type; null removes one.'),
    skew: signedDuration
      .optional()
      .describe('The Date of the response is off by so much; a negative one comes from a server that is behind.'),
    duplicate: z
      .enum(['request', ...PHASES])
      .optional()
      .describe('The transport sends the same request once more from this point on, as HTTP stacks do after a lost connection.'),
    of: z
      .enum(['token', 'resource', 'revocation', 'other', 'stream', 'any'])
      .optional()
      .describe(
        'The endpoint whose messages it falls on. Default: resource when `path` is given, else token. stream: the messages on open streams, response towards the app; a dropped one breaks the connection, a silently dropped one leaves it half-open.',
      ),
    at: z
      .enum(POINTS as [string, ...string[]])
      .optional()
      .describe(
        'Where it falls: request (on its way out), after one of the phases, response (on its way back). Default: response for delay; received for reply, request for a captive portal. A reply at received means that the server did nothing; at committed or later the state has changed and only the answer is another.',
      ),
    how: z
      .enum(['reset', 'silence', 'fin', 'short', 'error', 'chunk'])
      .optional()
      .describe(
        'drop and cut: reset (default) and fin (an orderly close) tell the client at once, silence tells it nothing. truncate: short (default) looks complete; error, reset and chunk (bad framing) break the reading.',
      ),
    path: path.optional().describe('Only requests whose path begins so.'),
    from: place.optional().describe('Only requests of this device or process.'),
    grant: z.enum(GRANTS_BY_NAME).optional().describe('Only token requests for this grant.'),
    client: z.string().optional().describe('Only requests of this client.'),
    user: z.string().optional().describe('Only requests with a token of this user.'),
    generation: z
      .int()
      .min(1)
      .optional()
      .describe('Only requests with a token of this generation of its session: 1 is that of the sign-in, 2 what it was exchanged for.'),
    chance: z.int().min(1).max(100).optional().describe('Falls on so many of 100 matching messages.'),
    seed: z.int().min(0).optional().describe('chance: decides on which. Default: the seed of the run.'),
    skip: z.int().min(1).optional().describe('Lets this many matching messages pass first.'),
    times: z.int().min(1).optional().describe('How many messages it falls on. Default: all of them, until `heal`.'),
    for: positiveDuration.optional().describe('How long it lasts, counted from this step.'),
    retryAfter: z
      .union([z.literal('end'), duration])
      .optional()
      .describe('reply: a Retry-After header (RFC 9110 10.2.3): so long from now, or `end`: what is left of `for`.'),
    retryAs: z
      .enum(['seconds', 'date'])
      .optional()
      .describe("reply: how Retry-After is told: whole seconds (default), or a date on the server's clock."),
    location: z.string().optional().describe('reply: a Location header, for a 3xx status.'),
    body: z.string().optional().describe('reply: the body, as text.'),
    json: z.record(z.string(), z.json()).optional().describe('reply: the body, as JSON.'),
    headers: z.record(z.string(), z.string()).optional().describe('reply: further headers.'),
  })
  .meta({ id: 'fault' });
