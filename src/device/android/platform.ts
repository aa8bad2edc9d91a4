// Android as `devices`, `doctor` and `device restore` ask for it.
import type { Platform } from '../driver.ts';
import { MissingError } from '../../core/errors.ts';
import { openAdb } from './adb.ts';
import { androidChecks } from './checks.ts';
import { listAndroid, missingOf } from './listing.ts';
import { performUndo } from './perform.ts';
import { openShell } from './shell.ts';

export const android: Platform = {
  name: 'android',
  list: listAndroid,
  async tool(context) {
    try {
      await openAdb(context);
      return undefined;
    } catch (error) {
      if (error instanceof MissingError) return missingOf(error);
      throw error;
    }
  },
  checks: androidChecks,
  async perform(context, id, action) {
    await performUndo(openShell(context, await openAdb(context), id), action);
  },
};
