import { runIdOf, type RunOutcome } from '../../../nodes/Magnific/runs/types';
import { refused, run } from '../support/fixtures';

const error = refused(500);
const run_id = 'vCrK3Aa47y';

describe('the run of an outcome', () => {
	it.each<RunOutcome>([
		{ kind: 'ended', run: run({ run_id }) },
		{ kind: 'started', run_id, since: 0 },
		{ kind: 'timed_out', run_id, status: null },
		{ kind: 'unreadable', run_id, status: null, error },
	])('is told where one was started ($kind)', (outcome) => {
		expect(runIdOf(outcome)).toBe(run_id);
	});

	it.each<RunOutcome>([
		{ kind: 'not_started', error },
		{ kind: 'unknown', error },
	])('is none where none is known ($kind)', (outcome) => {
		expect(runIdOf(outcome)).toBeUndefined();
	});
});
