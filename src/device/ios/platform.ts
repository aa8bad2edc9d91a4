// iOS as `devices`, `doctor` and `device restore` ask for it.
import { strangeOutput } from '../errors.ts';
import type { Platform } from '../driver.ts';
import { iosChecks } from './checks.ts';
import { listIos } from './listing.ts';
import { restoreEnrolment } from './simulator.ts';
import { openXcrun } from './xcrun.ts';

export const ios: Platform = {
  name: 'ios',
  list: listIos,
  checks: iosChecks,
  async perform(context, id, action) {
    if (action.kind !== 'ios-enrolment') throw strangeOutput('the undo journal', `no change of iOS is called ${action.kind}`);
    await restoreEnrolment(await openXcrun(context), id, action['enrolled'] === true);
  },
};
