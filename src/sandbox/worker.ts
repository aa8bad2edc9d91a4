// Runs in a worker thread: loads a foreign client module and plays scenarios against it. Every launch of a process gets a fresh
// instance of the module, because processes share no memory. What leaves the module other than through its host is reported.
import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Client, ClientFactory, Host } from '../core/contract.ts';
import { InvalidInputError, TokenwarpError } from '../core/errors.ts';
import { errorText, whereOf } from '../core/stack.ts';
import { runScenario } from '../scenario/run.ts';
import { guardAmbient } from './ambient.ts';
import { BEAT, JUDGING, type ErrorData, type RunMessage, type WorkerMessage, type WorkerSetup } from './protocol.ts';

const port = parentPort;
const setup = workerData as WorkerSetup;
const pulse = new Int32Array(setup.pulse);
const PULSE_MS = 20;
const INSTANCE = 'tokenwarp-process';
const launches = { count: 0 };

setInterval(() => Atomics.add(pulse, BEAT, 1), PULSE_MS);
const ambient = guardAmbient();
separateInstances();
port?.on('message', (message: RunMessage) => void play(message));
void prepare();

function say(message: WorkerMessage): void {
  port?.postMessage(message);
}

async function prepare(): Promise<void> {
  try {
    await loadFactory();
    say({ type: 'ready' });
  } catch (error) {
    say({ type: 'error', error: errorData(error) });
  }
}

async function play({ plan, seed, options }: RunMessage): Promise<void> {
  try {
    const factory = async (host: Host): Promise<Client> => (await loadFactory())(host);
    const result = await runScenario(plan, {
      ...options,
      seed,
      client: { name: setup.name, factory },
      traceTimers: true,
      attach: (ear) => ambient.listen(ear),
      onPlayed: () => void Atomics.store(pulse, JUDGING, 1),
    });
    say({ type: 'result', result });
  } catch (error) {
    say({ type: 'error', error: errorData(error) });
  } finally {
    ambient.deaf();
    Atomics.store(pulse, JUDGING, 0);
  }
}

async function loadFactory(): Promise<ClientFactory> {
  const url = `${setup.module}?${INSTANCE}=${launches.count++}`;
  const loaded = (await import(url).catch((error: unknown) => {
    const where = whereOf(error);
    throw new InvalidInputError(
      'TW_CLIENT_LOAD',
      `${setup.name} cannot be loaded: ${errorText(error)}${where === undefined ? '' : ` at ${where}`}`,
      {
        hint: 'the module must load under Node by itself: try node on it',
        cause: error,
      },
    );
  })) as { default?: unknown };
  if (typeof loaded.default !== 'function') {
    throw new InvalidInputError('TW_CLIENT_EXPORT', `${setup.name} has no default export that is a function`, {
      hint: 'export default (host) => ({ start, signIn, request }); see "Test your own client" in the README',
    });
  }
  return loaded.default as ClientFactory;
}

/** What a launched instance imports belongs to that instance; packages in node_modules stay shared. */
function separateInstances(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const instance = new RegExp(`[?&](${INSTANCE}=\\d+)`).exec(context.parentURL ?? '')?.[1];
      if (
        instance === undefined ||
        !resolved.url.startsWith('file:') ||
        resolved.url.includes('/node_modules/') ||
        resolved.url.includes(INSTANCE)
      )
        return resolved;
      return { ...resolved, url: `${resolved.url}${resolved.url.includes('?') ? '&' : '?'}${instance}` };
    },
  });
}

function errorData(error: unknown): ErrorData {
  if (error instanceof InvalidInputError)
    return { kind: 'invalid-input', code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (error instanceof TokenwarpError)
    return { kind: 'own-bug', code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  return { kind: 'own-bug', code: 'TW_BUG', message: errorText(error) };
}
