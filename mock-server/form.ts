// Reads the body of a POST as RFC 6749 3.2 wants it: form-urlencoded, empty = absent, nothing twice.
import type { HttpRequest } from '../src/core/http.ts';

/** Parameters with a value. */
export type Form = ReadonlyMap<string, string>;

/** What is wrong with the request as a form, before any parameter is looked at. */
export type FormProblem = 'method' | 'content-type' | 'repeated';
export interface ReadForm {
  form: Form;
  problem: FormProblem | undefined;
}

/** The parameters of a request, as far as they can be read, and the first rule it breaks (T1-T3). */
export function readForm(request: HttpRequest): ReadForm {
  const form = new Map<string, string>();
  const seen = new Set<string>();
  let repeated = false;
  for (const [name, value] of new URLSearchParams(request.body)) {
    repeated ||= seen.has(name);
    seen.add(name);
    if (value !== '' && !form.has(name)) form.set(name, value);
  }
  return { form, problem: problemOf(request, repeated) };
}

function problemOf(request: HttpRequest, repeated: boolean): FormProblem | undefined {
  if (request.method !== 'POST') return 'method';
  if (!isFormType(request.headers['content-type'])) return 'content-type';
  return repeated ? 'repeated' : undefined;
}

function isFormType(type: string | undefined): boolean {
  return type !== undefined && type.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** Scope values in the order they stand (RFC 6749 3.3). */
export function scopeValues(scope: string): string[] {
  return scope.split(' ').filter((value) => value !== '');
}
