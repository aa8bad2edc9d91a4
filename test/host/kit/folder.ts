// A folder that is gone when the test is over, and a host over it.
import { onTestFinished } from 'vitest';
import type { Host } from '../../../src/core/contract.ts';
import { createNodeHost, type NodeHostOptions } from '../../../src/host/node.ts';
import { scratchFolder } from './bundle.ts';

export const CONFIG: Host['config'] = {
  issuer: 'https://as.example',
  clientId: 'app',
  tokenEndpoint: 'https://as.example/token',
  revocationEndpoint: 'https://as.example/revoke',
  resourceBaseUrl: 'https://api.example/v1',
  scope: 'openid offline_access',
};

export function testFolder(): string {
  const { path, remove } = scratchFolder();
  onTestFinished(remove);
  return path;
}

/** A host and what it complained about. No keychain: what this machine has is none of a test's business. */
export function openHost(options: Partial<NodeHostOptions> = {}): { host: Host; folder: string; warnings: string[]; events: string[] } {
  const folder = options.folder ?? testFolder();
  const warnings: string[] = [];
  const events: string[] = [];
  const host = createNodeHost({
    app: 'test',
    config: CONFIG,
    folder,
    keychain: false,
    warn: ({ code }) => warnings.push(code),
    emit: ({ type }) => events.push(type),
    ...options,
  });
  return { host, folder, warnings, events };
}
