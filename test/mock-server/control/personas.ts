// Every persona's policy, by name.
import { PERSONAS } from '../../../mock-server/personas/personas.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../../mock-server/policy.ts';
import type { ServerPolicy } from '../../../mock-server/policy.ts';

export function personas(): [string, ServerPolicy][] {
  return PERSONAS.map(({ name, policy }) => [name, patchPolicy(DEFAULT_POLICY, policy)]);
}
