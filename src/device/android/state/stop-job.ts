// Ends a running job as the system would: onStopJob with a reason. Between the request and the answer of a refresh this is the race in
// which a rotation is lost.
import { JOB_STOP_REASONS, type JobStopReason } from '../../../core/android-words.ts';
import { commandFailed, DeviceCapabilityError, noJob } from '../../errors.ts';
import type { AndroidDevice } from '../open.ts';
import type { JobHeader } from '../read/job-header.ts';
import { line } from '../quote.ts';
import { saidBy } from '../shell.ts';

export type JobKey = Pick<JobHeader, 'id' | 'namespace' | 'user'>;

/** `-u 10 -n androidx.work.systemjobscheduler com.example.app 5`, without what is usual. */
export function jobArguments(app: string, { id, namespace, user }: JobKey): string {
  return [user === 0 ? '' : `-u ${user}`, namespace === undefined ? '' : line('-n', namespace), line(app, id)]
    .filter((part) => part !== '')
    .join(' ');
}

export async function stopJob(device: AndroidDevice, app: string, job: JobKey, reason: JobStopReason): Promise<void> {
  const { shell, id } = device;
  const stop = `cmd jobscheduler stop -s ${JOB_STOP_REASONS[reason]} ${jobArguments(app, job)}`;
  let ran = await shell.run(stop);
  if (ran.code === 255 && /unknown command/i.test(`${ran.stdout}${ran.stderr}`)) {
    if (reason !== 'timeout')
      throw new DeviceCapabilityError(id, 'stop-job', 'this Android stops a job with the reason "timeout" only', '--stop timeout');
    ran = await shell.run(`cmd jobscheduler timeout ${jobArguments(app, job)}`);
  }
  if (/No matching executing jobs/.test(ran.stdout))
    throw noJob(`job ${job.id} of ${app} does not run now`, 'it may have ended: `tokenwarp why` says what it waits for');
  if (ran.code !== 0) throw commandFailed(id, stop, saidBy(ran), 'is this an Android device?');
}
