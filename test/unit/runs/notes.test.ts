import {
	costHints,
	outcomeHints,
	throttleHints,
	unwatchedHints,
} from '../../../nodes/Magnific/runs/notes';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { run } from '../support/fixtures';

const HOUR_MS = 60 * 60_000;
const END = Date.parse('2026-11-01T00:00:20Z');
const result = { images: [], videos: [], audios: [] };

const ended = (status = 'completed'): RunOutcome => ({
	kind: 'ended',
	run: run({ status, result }),
});

describe('the hint about the cost', () => {
	it('adds up what the started runs cost', () => {
		expect(costHints([5, 5, 3])).toEqual(['3 runs started, 13 credits.']);
		expect(costHints([1])).toEqual(['1 run started, 1 credit.']);
	});

	it('says where a cost is not known', () => {
		expect(costHints([5, null, null])).toEqual([
			'1 run started, 5 credits. 2 runs more of unknown cost.',
		]);
		expect(costHints([null])).toEqual(['1 run started, of unknown cost.']);
	});

	it('is not there where nothing was started', () => {
		expect(costHints([])).toEqual([]);
	});
});

it('tells how the results of runs are got that nobody waits for', () => {
	expect(unwatchedHints(0)).toEqual([]);
	expect(unwatchedHints(1)).toEqual([
		'No trigger is told when the run ends: choose one in the option Notify Trigger, or pass the run_id to Run → Wait.',
	]);
	expect(unwatchedHints(2)[0]).toMatch(/^No trigger is told when the runs end: /);
});

describe('the hints about the output', () => {
	it('are none where all went well and the links are fresh', () => {
		expect(outcomeHints([ended(), ended('failed')], END)).toEqual([]);
		expect(outcomeHints([], END)).toEqual([]);
	});

	it('point to runs that are not over, and to partial results', () => {
		const timedOut: RunOutcome = { kind: 'timed_out', run_id: 'a', status: 'running' };
		expect(outcomeHints([timedOut, ended('completed_with_errors'), ended()], END)).toEqual([
			expect.stringMatching(/^1 run not over yet: .*Run → Wait/),
			expect.stringMatching(/^1 run made only a part/),
		]);
	});

	it('warn in the last hour of the links, and say when they have expired', () => {
		expect(outcomeHints([ended()], END + 10.9 * HOUR_MS)).toEqual([]);
		expect(outcomeHints([ended(), ended()], END + 11.5 * HOUR_MS)).toEqual([
			expect.stringMatching(/^The links of 2 runs expire within the hour/),
		]);
		expect(outcomeHints([ended()], END + 12 * HOUR_MS)).toEqual([
			expect.stringMatching(/^The links of 1 run have expired/),
		]);
	});
});

describe('the hint about the pace', () => {
	it('tells that something else uses the key, and only then', () => {
		expect(throttleHints(0)).toEqual([]);
		expect(throttleHints(1)).toEqual([expect.stringContaining('(429) once')]);
		expect(throttleHints(7)).toEqual([expect.stringContaining('(429) 7 times')]);
	});
});
