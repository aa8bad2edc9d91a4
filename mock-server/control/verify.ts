// /verify: do the invariants hold over what the journal shows so far? Judged elsewhere; here the journal is handed over.
import { ControlError } from './errors.ts';
import { row } from './route.ts';
import type { ControlRow, VerifyReport } from './route.ts';
import { duration, flag, listOf, mapOf, needed, optional, record, text, whole } from './shape.ts';

const FINDING = record({
  invariant: needed(text(), 'Which.'),
  clause: optional(text(), 'Which part of it.'),
  message: needed(text(), 'What happened.'),
  hint: needed(text(), 'How to mend it.'),
  presumed: optional(text(), 'Why the journal cannot prove it; absent when it can.'),
  entry: needed(whole(), 'Entry of the journal at which it broke.'),
  witness: needed(
    listOf(record({ entry: needed(whole(), ''), t: needed(whole(), ''), actor: needed(text(), ''), text: needed(text(), '') })),
    'The few entries that show it.',
  ),
  folded: needed(whole(), 'Further breaches that follow from it.'),
});
const REPORT = record({
  passed: needed(flag, 'No invariant is broken and the server kept its own laws.'),
  findings: needed(listOf(FINDING), 'By first cause.'),
  judged: needed(mapOf(whole()), 'Invariant -> how much it had to judge; 0 = nothing.'),
  notApplicable: needed(listOf(record({ invariant: needed(text(), ''), reason: needed(text(), '') })), 'What a journal cannot show.'),
  limits: needed(mapOf(text()), 'What each judged invariant lacks at a server alone.'),
  laws: needed(listOf(text()), 'Laws of its own that the server broke: a fault of ours.'),
});

export const VERIFY_ROWS: readonly ControlRow[] = [
  row({
    method: 'POST',
    path: '/verify',
    name: 'verify',
    summary: 'Judge the client by the journal so far, with the wire invariants.',
    answer: REPORT.schema,
    body: {
      refreshAhead: optional(duration(0), 'How long before expiry the client refreshes; without it refresh-ahead-honoured is not judged.'),
      relax: optional(
        listOf(record({ invariant: needed(text(), ''), reason: needed(text(), '') })),
        'Invariants not held against this client.',
      ),
      certain: optional(flag, 'Only findings that the journal proves count against `passed`.'),
    },
    act({ app, options, body }) {
      const { verify } = options;
      if (verify === undefined)
        throw new ControlError(501, '', 'this server was started without invariants', 'start it with `tokenwarp serve`');
      const { certain = false, ...ask } = body;
      const laws = app.site.issuers.flatMap(({ server }) => server.selfCheck());
      const told = (report: VerifyReport): VerifyReport => ({ ...report, passed: holds(report, certain) && laws.length === 0, laws });
      const report = verify(app.journal.entries, { now: app.clock.now(), ...ask });
      return report instanceof Promise ? report.then(told) : told(report);
    },
  }),
];

function holds({ findings }: VerifyReport, certain: boolean): boolean {
  return !findings.some(({ presumed }) => !certain || presumed === undefined);
}
