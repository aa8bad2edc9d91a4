// Every persona by name: the table behind `--persona`, its help and its documentation.
import { AUTH0 } from './auth0.ts';
import { COGNITO } from './cognito.ts';
import { FAPI2 } from './fapi2.ts';
import { HYDRA } from './hydra.ts';
import { KEYCLOAK } from './keycloak.ts';
import { OKTA } from './okta.ts';
import type { Persona } from './persona.ts';
import { RFC } from './rfc.ts';
import { SUPABASE } from './supabase.ts';
import { TRAKT } from './trakt.ts';

/** In the order of the help; the first is what a server plays that was told nothing. */
export const PERSONAS: readonly Persona[] = [RFC, FAPI2, AUTH0, OKTA, COGNITO, SUPABASE, HYDRA, KEYCLOAK, TRAKT];

/** The persona of a name, in any case; undefined for a name nobody has. */
export function findPersona(name: string): Persona | undefined {
  return PERSONAS.find((persona) => persona.name === name.toLowerCase());
}
