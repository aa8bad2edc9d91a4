// The key in a real keychain: processes of a desktop share it, nothing lies in a file, and a keychain that is closed signs nobody out.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { serve } from '../kit/served.ts';
import { Fleet } from './kit/fleet.ts';
import { SecretService } from './kit/keychain.ts';
import { appProgram } from './kit/program.ts';
import { grant } from './kit/refreshes.ts';

const APP = appProgram('@napi-rs/keyring');

test('two processes share a session whose key is in the keychain; while that is closed a third one waits', async (context) => {
  const keychain = new SecretService(context);
  await keychain.start();
  await keychain.unlock();
  const served = await serve();
  const fleet = new Fleet(served.server, APP);
  const launch = () => fleet.launch({ keychain: keychain.env });
  const first = await launch();
  await first.ask({ do: 'sign-in', tokens: grant(served) });
  expect(first.events).not.toContain('TW_KEY_IN_FILE');
  const second = await launch();
  expect(await second.ask({ do: 'start', time: 0 })).toMatchObject({ state: 'active' });
  expect(await second.ask({ do: 'request', time: 0, path: '/me' })).toMatchObject({ value: 200 });
  expect(readdirSync(fleet.folder)).not.toContain('key');

  await keychain.leave();
  const third = await launch();
  expect(await third.ask({ do: 'start', time: 0 })).toMatchObject({ state: 'loading' });
  const opened = third.when(({ state }) => state === 'active');
  await keychain.unlock();
  await opened;
  expect(await third.ask({ do: 'request', time: 0, path: '/me' })).toMatchObject({ value: 200, state: 'active' });
});
