// The two servers the same tests run against: ours, and oidc-provider as control. A test that fails on both tests the wrong thing.
import type { Served } from '../../kit/served.ts';
import { serve } from '../../kit/served.ts';
import type { PolicyPatch } from '../../../mock-server/policy.ts';
import type { RunningMockServer } from '../../../mock-server/http.ts';
import { startControl } from './control.ts';
import { CALLBACK } from './contract.ts';
import type { Target, TargetOptions } from './contract.ts';
import { throughPages, toLastPage } from './pages.ts';

export const TARGETS: Readonly<Record<string, (options?: TargetOptions) => Promise<Target>>> = {
  tokenwarp: async (options) => ours((await serveOurs(options)).server),
  'oidc-provider (control)': startControl,
};

async function serveOurs({ nonce = false }: TargetOptions = {}): Promise<Served> {
  const policy: PolicyPatch = nonce ? { dpop: { nonce: 'both' } } : {};
  return serve({ policy });
}

/** Ours, however it was started. */
export function ours(server: RunningMockServer): Target {
  return {
    issuer: new URL(server.url),
    fillIn: (form, html) => (/name="user"/.test(html) ? { user: 'ada', decision: 'approve' } : form.fields),
    async pressThrough(page) {
      await page.getByRole('radio', { name: /Ada/ }).check();
      await page.getByRole('button', { name: 'Sign in and approve' }).click();
    },
  };
}

/** A person signs in and agrees; the address the app is called with. */
export function signIn(target: Target, url: URL): Promise<URL> {
  return throughPages(url, target.fillIn, CALLBACK);
}

/** A person agrees to what a device asks for. */
export function approveDevice(target: Target, page: string): Promise<string> {
  return toLastPage(new URL(page), target.fillIn);
}
