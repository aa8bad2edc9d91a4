// What the server of `tokenwarp serve` does differently from the default: a file, and single options on top of it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidInputError } from '../core/errors.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import type { PolicyPatch, ServerPolicy } from '../../mock-server/policy.ts';
import type { ServeOptions } from './serve-options.ts';

/** Persona, then file, then single options. Throws `TW_POLICY` (InvalidInputError) for a file that says something else. */
export async function servePolicy(options: ServeOptions, cwd: string): Promise<ServerPolicy> {
  const persona = options.persona === undefined ? DEFAULT_POLICY : await policyOfPersona(options.persona);
  const withFile = options.policy === undefined ? persona : patchPolicy(persona, await policyOfFile(options.policy, cwd));
  return patchPolicy(withFile, singleOptions(options));
}

/** Loaded when one is asked for: a server should be there at once. */
async function policyOfPersona(name: string): Promise<ServerPolicy> {
  const { findPersona } = await import('../../mock-server/personas/personas.ts');
  return findPersona(name)?.policy ?? DEFAULT_POLICY;
}

function singleOptions({ accessTtl, rotation, grace, race, revocationCheck, leeway }: ServeOptions): PolicyPatch {
  return {
    ...(accessTtl === undefined ? {} : { accessToken: { lifetime: accessTtl } }),
    ...(rotation === undefined && grace === undefined ? {} : { refreshToken: { rotation, grace } }),
    ...(race === undefined ? {} : { atomicity: { race } }),
    ...(revocationCheck === undefined && leeway === undefined ? {} : { resource: { checksRevocation: revocationCheck, leeway } }),
  };
}

/** A scenario's whole policy, or the server block that a file holds alone or under `server`. */
async function policyOfFile(file: string, cwd: string): Promise<PolicyPatch> {
  const [{ loadPlan, SUFFIX }, { policyPatch, serverPatch }, { readSource }] = await Promise.all([
    import('../scenario/load.ts'),
    import('../scenario/server-schema.ts'),
    import('../scenario/source.ts'),
  ]);
  const path = resolve(cwd, file);
  if (path.endsWith(SUFFIX)) return loadPlan(path).policy;
  const source = readSource(readText(path, file), file);
  const [problem] = source.problems;
  if (problem !== undefined) throw wrong(`${file}:${problem.line}: ${problem.message}`);
  const block = isObject(source.value) && 'server' in source.value ? source.value['server'] : source.value;
  const parsed = serverPatch.safeParse(block);
  if (parsed.success) return policyPatch(parsed.data);
  const [issue] = parsed.error.issues;
  const place = source.at(issue?.path ?? []);
  throw wrong(`${file}:${place.line}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no server block'}`);
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wrong(message: string): InvalidInputError {
  return new InvalidInputError('TW_POLICY', message, {
    hint: 'the same words as the server block of a scenario: `tokenwarp explain server`, `tokenwarp schema`',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
