// Failures and one line of totals: for scripts and for agents, who pay for every line they read.
import { failureText } from './failure.ts';
import type { Reporter, ReportContext } from './reporter.ts';
import { paintOf } from './screen.ts';
import { summaryLine } from './summary.ts';

/** Prints nothing for what passed. */
export function quietReporter(context: ReportContext): Reporter {
  const paint = paintOf(context.screen);
  return {
    result(report) {
      const block = failureText(report, { paint, width: context.screen.columns });
      if (block.length > 0) context.write(`${block.join('\n')}\n\n`);
    },
    end(summary) {
      context.write(`${summaryLine(summary, paint)}\n`);
    },
  };
}
