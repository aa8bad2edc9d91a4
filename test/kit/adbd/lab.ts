// What most tests with a real adb need: one room per file, a phone with an app whose worker refreshes at a mock server, and the command
// line as a process. Without adb a test is skipped and says so; in CI it fails, where nobody would notice a skip.
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { startTokenwarp, type Said } from '../cli.ts';
import { mainServer, serve, type Served } from '../served.ts';
import type { MockServerOptions } from '../../../mock-server/http.ts';
import { App, type AppOptions } from './app.ts';
import type { DeviceOptions } from './device.ts';
import { refreshWorker, type Session } from './refresh-worker.ts';
import { hasAdb, openAdbRoom, type AdbRoom, type Connected } from './room.ts';
import type { Request } from './work-manager.ts';

export const APP = 'com.example.app';
export const WORKER = 'com.example.RefreshWorker';
/** Where the app expects its server. */
export const APP_PORT = 8080;
export const MINUTES = 60_000;

export interface Lab {
  readonly room: AdbRoom;
  /** A connected device that goes when the test ends. */
  phone(options?: DeviceOptions): Promise<Connected>;
  /** Runs the command line to its end. */
  tokenwarp(...args: string[]): Promise<Said>;
  /** Starts it, for signals. */
  start(...args: string[]): ReturnType<typeof startTokenwarp>;
}

export function useLab(): Lab {
  let room: AdbRoom | undefined;
  beforeAll(async () => {
    if (hasAdb()) room = await openAdbRoom();
  });
  beforeEach((context) => {
    if (hasAdb()) return;
    const advice = 'adb is not installed: apt install adb';
    if (process.env['CI'] !== undefined) throw new Error(advice);
    context.skip(advice);
  });
  afterAll(() => room?.stop());
  const opened = (): AdbRoom => {
    if (room === undefined) throw new Error('there is no adb');
    return room;
  };
  const start: Lab['start'] = (...args) => startTokenwarp(args, { env: opened().env });
  return {
    get room() {
      return opened();
    },
    async phone(options) {
      const device = await opened().connect(options);
      onTestFinished(async () => {
        await device.stop();
        await opened().forget(device.serial);
      });
      return device;
    },
    tokenwarp: (...args) => start(...args).ended,
    start,
  };
}

export interface Signed {
  app: App;
  session: Session;
  served: Served;
  /** Id of the WorkSpec. */
  work: string;
}

/** An app that is signed in at a mock server and has one piece of work, which refreshes; its port leads there. */
export async function signedIn(
  device: Connected,
  lab: Lab,
  more: { app?: AppOptions; work?: Partial<Request>; server?: MockServerOptions } = {},
): Promise<Signed> {
  const served = await serve({ control: {}, ...more.server });
  const { response } = mainServer(served.server).grantSession('ada', 'phone');
  const session: Session = { refreshToken: response.refresh_token ?? '', port: APP_PORT, answers: [] };
  const app = new App(device.phone, { name: APP, workers: { [WORKER]: refreshWorker(session) }, ...more.app });
  await app.startProcess();
  await lab.room.adb('-s', device.serial, 'reverse', `tcp:${APP_PORT}`, `tcp:${new URL(served.url).port}`);
  const work = app.work.enqueue({ worker: WORKER, name: 'refresh', ...more.work });
  return { app, session, served, work };
}
