import { notJsonError, stoppedError, unexpectedAnswer } from '../../../nodes/Magnific/api/errors';
import {
	callFailed,
	failureOf,
	invalidItem,
	type FailurePolicy,
} from '../../../nodes/Magnific/runs/failures';
import { runIdOf, type RunOutcome } from '../../../nodes/Magnific/runs/types';
import { app, broken, refused, run } from '../support/fixtures';

const POLICY: FailurePolicy = { onTimeout: 'error', onPartial: 'output' };

const failure = (outcome: RunOutcome, own: Partial<FailurePolicy> = {}) =>
	failureOf(3, app(), outcome, { ...POLICY, ...own }, 30);

const ended = (own: Parameters<typeof run>[0]): RunOutcome => ({ kind: 'ended', run: run(own) });

const timedOut = (status: string | null): RunOutcome => ({
	kind: 'timed_out',
	run_id: 'vCrK3Aa47y',
	status,
});

describe('an item', () => {
	it.each<[string, RunOutcome]>([
		['was completed', ended({ status: 'completed' })],
		['was started and not waited for', { kind: 'started', run_id: 'vCrK3Aa47y', since: 0 }],
		['was partly completed, by default', ended({ status: 'completed_with_errors' })],
	])('succeeds whose run %s', (_, outcome) => {
		expect(failure(outcome)).toBeUndefined();
	});

	it('fails whose run failed, with what the API says about it, its URLs’ queries taken out', () => {
		const error_message = 'No face in https://files.example/a.png?token=s3cret';
		expect(failure(ended({ status: 'failed', error_message }))).toEqual({
			itemIndex: 3,
			message: 'Run vCrK3Aa47y failed: No face in https://files.example/a.png',
			advice: expect.any(String) as unknown,
			details: {
				run_id: 'vCrK3Aa47y',
				app_id: 'uqzQLDr2Aw',
				app_name: 'Product Photo',
				status: 'failed',
				error_message: 'No face in https://files.example/a.png',
			},
		});
	});

	it('fails whose run was cancelled, also without a reason', () => {
		expect(failure(ended({ status: 'cancelled' }))).toMatchObject({
			message: 'Run vCrK3Aa47y was cancelled',
			details: { status: 'cancelled', error_message: null },
		});
	});

	it('fails whose run was partly completed where the user wants that, and keeps the part that was made', () => {
		const result = { images: [], videos: [], audios: [] };
		const outcome = ended({ status: 'completed_with_errors', error_message: 'Step 2', result });
		expect(failure(outcome, { onPartial: 'error' })).toMatchObject({
			message: 'Run vCrK3Aa47y was only partly completed: Step 2',
			details: { run_id: 'vCrK3Aa47y', status: 'completed_with_errors', result },
		});
	});

	it('fails whose run did not finish in time, with its last status', () => {
		expect(failure(timedOut('running'))).toMatchObject({
			message: 'Run vCrK3Aa47y did not finish within 30 minutes; its last status was “running”',
			details: { run_id: 'vCrK3Aa47y', status: 'running' },
		});
		expect(failure(timedOut('rendering'))?.message).toContain(
			'“rendering”, which this version of the node does not know',
		);
		expect(failure(timedOut(null))).toMatchObject({
			message: 'Run vCrK3Aa47y did not finish within 30 minutes',
			details: { status: 'running' },
		});
		expect(failure(timedOut('running'))?.advice).toContain('Run → Wait');
	});

	it('succeeds whose run did not finish in time where the user wants it out', () => {
		expect(failure(timedOut('running'), { onTimeout: 'output' })).toBeUndefined();
	});

	it('fails whose run could not be read, with its id and the reason', () => {
		const error = refused(502);
		const outcome = { kind: 'unreadable', run_id: 'vCrK3Aa47y', status: null, error } as const;
		expect(failure(outcome)).toMatchObject({
			httpCode: 502,
			message:
				'Run vCrK3Aa47y was started, but its state could not be read: Magnific could not handle the request (502)',
			details: { run_id: 'vCrK3Aa47y', status: 'running', http_code: 502 },
		});
		expect(failure(outcome, { onTimeout: 'output' })).toBeUndefined();
	});

	it.each([stoppedError(), refused(401), refused(404)])(
		'fails whose run could not be read for a reason that does not pass, whatever is wanted of timeouts',
		(error) => {
			const outcome = { kind: 'unreadable', run_id: 'vCrK3Aa47y', status: null, error } as const;
			expect(failure(outcome, { onTimeout: 'output' })).toMatchObject({
				details: { run_id: 'vCrK3Aa47y' },
			});
		},
	);

	it('fails whose run was certainly not started, with the inputs that were refused', () => {
		const error = refused(422, { invalid_params: [{ name: 'Prompt', reason: 'too long' }] });
		expect(failure({ kind: 'not_started', error })).toEqual({
			itemIndex: 3,
			message: 'Magnific did not accept an input: Prompt: too long',
			advice: error.advice,
			httpCode: 422,
			details: {
				run_id: null,
				app_id: 'uqzQLDr2Aw',
				app_name: 'Product Photo',
				status: 'not_started',
				http_code: 422,
				invalid_params: [{ name: 'Prompt', reason: 'too long' }],
			},
		});
	});

	it('fails of which nobody knows whether it was started, and says that it may have been charged', () => {
		const failed = failure({ kind: 'unknown', error: broken('ECONNRESET') });
		expect(failed).toMatchObject({
			message:
				'The run may have started and been charged, but its id is not known: The connection to Magnific broke off before it answered',
			details: { run_id: null, status: 'unknown' },
		});
		expect(failed?.advice).toContain('not sent again');
		expect(failed).not.toHaveProperty('httpCode');
	});

	it('names the app by the run where the app could not be read', () => {
		const outcome = ended({ status: 'failed' });
		expect(failureOf(0, undefined, outcome, POLICY, 30)?.details).toMatchObject({
			app_id: 'uqzQLDr2Aw',
			app_name: null,
		});
	});

	it('that is not valid has all its problems in one message', () => {
		const problems = ['“Prompt” is required, but has no value', '“Amount” needs a number'];
		expect(invalidItem(7, problems, app())).toEqual({
			itemIndex: 7,
			message: problems.join('; '),
			advice: 'Nothing was started for this item. Correct it and run again.',
			details: {
				run_id: null,
				app_id: 'uqzQLDr2Aw',
				app_name: 'Product Photo',
				status: 'not_started',
				problems,
			},
		});
	});

	it('whose call did not succeed has what the API said', () => {
		expect(callFailed(2, refused(403))).toMatchObject({
			itemIndex: 2,
			httpCode: 403,
			details: { run_id: null, app_id: null, status: 'not_started', http_code: 403 },
		});
	});
});

describe('the texts of failed items', () => {
	const outcomes: RunOutcome[] = [
		ended({ status: 'failed' }),
		ended({ status: 'cancelled' }),
		ended({ status: 'completed_with_errors' }),
		timedOut(null),
		timedOut('running'),
		timedOut('rendering'),
		...[refused(500), refused(401), notJsonError(200), stoppedError()].map(
			(error): RunOutcome => ({ kind: 'unreadable', run_id: 'vCrK3Aa47y', status: null, error }),
		),
		{ kind: 'not_started', error: refused(422) },
		{ kind: 'unknown', error: unexpectedAnswer('it has no run id') },
	];

	it('avoid the words that n8n asks to avoid', () => {
		for (const outcome of outcomes) {
			const { message = '', advice = '' } = failure(outcome, { onPartial: 'error' }) ?? {};
			expect(message).not.toBe('');
			expect(`${message} ${advice}`).not.toMatch(/error|problem|failure|mistake/i);
		}
	});

	it('name the run wherever there is one, and so do the details', () => {
		for (const outcome of outcomes) {
			const failed = failure(outcome, { onPartial: 'error' });
			const run_id = runIdOf(outcome) ?? null;
			expect(failed?.details.run_id).toBe(run_id);
			if (run_id !== null) expect(failed?.message).toContain(run_id);
		}
	});

	it('put no full stop behind the message, and one behind the advice', () => {
		for (const outcome of outcomes) {
			const { message = '', advice = '' } = failure(outcome, { onPartial: 'error' }) ?? {};
			expect(message).not.toMatch(/\.$/);
			expect(advice).toMatch(/\.$/);
		}
	});
});

describe('the run id of an outcome', () => {
	it('is there in all that have a run', () => {
		expect(runIdOf({ kind: 'started', run_id: 'a', since: 0 })).toBe('a');
		expect(runIdOf(ended({ run_id: 'b' }))).toBe('b');
		expect(runIdOf({ kind: 'timed_out', run_id: 'c', status: null })).toBe('c');
		expect(runIdOf({ kind: 'unreadable', run_id: 'd', status: null, error: refused(500) })).toBe(
			'd',
		);
		expect(runIdOf({ kind: 'not_started', error: refused(422) })).toBeUndefined();
		expect(runIdOf({ kind: 'unknown', error: refused(500) })).toBeUndefined();
	});
});
