// iOS as `devices`, `doctor` and `device restore` ask for it.
import { strangeOutput } from '../errors.ts';
import type { Platform } from '../driver.ts';
import { iosChecks } from './checks.ts';
import { iosTool, listIos } from './listing.ts';
import { restoreEnrolment, restorePrivacy } from './simulator.ts';
import { openXcrun } from './xcrun.ts';

export const ios: Platform = {
  name: 'ios',
  list: listIos,
  tool: iosTool,
  checks: iosChecks,
  async perform(context, id, action) {
    switch (action.kind) {
      case 'ios-enrolment':
        return restoreEnrolment(await openXcrun(context), id, action['enrolled'] === true);
      case 'ios-privacy':
        return restorePrivacy(await openXcrun(context), id, String(action['bundle']), String(action['service']));
      default:
        throw strangeOutput('the undo journal', `no change of iOS is called ${action.kind}`);
    }
  },
};
