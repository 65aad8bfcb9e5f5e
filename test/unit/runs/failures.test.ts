import { notJsonError, stoppedError, unexpectedAnswer } from '../../../nodes/Magnific/api/errors';
import {
	callFailed,
	failureOf,
	invalidItem,
	listRuns,
	summaryOf,
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

describe('all failures of an execution in one message', () => {
	const failed = (itemIndex: number, why = 'Bad luck') => invalidItem(itemIndex, [why]);
	const messageOf = (failures: ReturnType<typeof failed>[], itemCount: number): string =>
		summaryOf(failures, [], itemCount).message;

	it('name the item of the only one', () => {
		expect(messageOf([failed(0)], 1)).toBe('Item 0: Bad luck');
		expect(messageOf([failed(2)], 3)).toBe('Item 2: Bad luck');
	});

	it('say once what all items have in common, and only then', () => {
		expect(messageOf([failed(0), failed(1)], 2)).toBe('All 2 items: Bad luck');
		expect(messageOf([failed(0), failed(1)], 3)).toBe(
			'2 of 3 items: Item 0: Bad luck. Item 1: Bad luck',
		);
		expect(messageOf([failed(0), failed(1, 'Worse')], 2)).toBe(
			'2 of 2 items: Item 0: Bad luck. Item 1: Worse',
		);
	});

	it('are ten in words, and a number for the others', () => {
		const many = Array.from({ length: 12 }, (_, i) => failed(i, `Reason ${String(i)}`));
		expect(messageOf(many.slice(0, 10), 20)).toMatch(/Item 9: Reason 9$/);
		expect(messageOf(many, 20)).toMatch(/^12 of 20 items: .*Item 9: Reason 9\. And 2 more$/);
	});

	it('say each advice once, three at most, and where the runs that exist are found', () => {
		const advised = ['a', 'b', 'a', 'c', 'd'].map((advice, i) => ({ ...failed(i), advice }));
		expect(summaryOf(advised, [], 5).advice).toBe('a b c');
		const runs = [
			{ itemIndex: 0, run_id: 'one', status: 'running' },
			{ itemIndex: 2, run_id: 'two', status: 'completed' },
		];
		expect(listRuns(runs)).toBe('item 0: one (running), item 2: two (completed)');
		expect(summaryOf([failed(1)], runs, 3).advice).toMatch(
			/^Nothing was started for this item.*Run → Get: item 0: one \(running\), item 2: two \(completed\)\.$/,
		);
	});

	it('are nothing where nothing has failed', () => {
		expect(summaryOf([], [], 3)).toEqual({ message: '', advice: '' });
	});
});

it('says of a submission of unknown fate where its id may stand', () => {
	const advice = 'It may be in the log.';
	expect(failure({ kind: 'unknown', error: broken('ECONNRESET'), advice })?.advice).toMatch(
		/^It was not sent again, so as not to pay twice\. It may be in the log\. See with/,
	);
});

it('says of a submission of unknown fate when it was sent, where that is known', () => {
	const error = refused(500);
	expect(failure({ kind: 'unknown', error, sentAt: 0 })).toMatchObject({
		httpCode: 500,
		details: { sent_at: '1970-01-01T00:00:00.000Z', http_code: 500 },
	});
	expect(failure({ kind: 'unknown', error })?.details).not.toHaveProperty('sent_at');
});

it('keeps the status of a run that was seen before it could not be read any more', () => {
	const error = refused(502);
	expect(
		failure({ kind: 'unreadable', run_id: 'vCrK3Aa47y', status: 'queued', error })?.details,
	).toMatchObject({ status: 'queued' });
});

it('has no code and no inputs to tell of where the API gave none', () => {
	const { details, ...rest } = callFailed(0, broken('ECONNRESET'));
	expect(rest).not.toHaveProperty('httpCode');
	expect(Object.keys(details)).toEqual(['run_id', 'app_id', 'app_name', 'status']);
});
