// An app on a phone that stays signed in while nobody opens it. `background` is yours: the few lines of native code that speak to
// BGTaskScheduler or WorkManager.
import type { Host, HostBackground } from 'tokenwarp';
import { createEngine, type Engine } from 'tokenwarp/engine';
import { keepFresh } from 'tokenwarp/engine/background';

/** Everything up to the first `await` of `start` happens before the launch has finished, which iOS asks for. */
export async function openSession(phone: Host, background: HostBackground, report: (text: string) => void): Promise<Engine> {
  const host: Host = { ...phone, background };
  const engine = createEngine(host);
  keepFresh(engine, host, {
    id: 'com.example.app.token-refresh',
    every: 6 * 3_600_000,
    onRefused: (code) => report(`no refresh in background: ${code}`),
  });
  await engine.start();
  return engine;
}
