import {
	costHints,
	keylessHints,
	outcomeHints,
	reuseHints,
	throttleHints,
	timeoutHints,
	unwatchedHints,
	queuedHints,
} from '../../../nodes/Magnific/runs/notes';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { refused, run } from '../support/fixtures';

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

describe('the hint about links that tell when they expire', () => {
	const inTwoHours = String((END + 2 * HOUR_MS) / 1000);
	const url = `https://files.example/1/render.png?token=exp=${inTwoHours}~hmac=0a`;
	const image = {
		id: 'a',
		url,
		tool: null,
		width: null,
		height: null,
		duration: null,
		created_at: null,
	};
	const outcome: RunOutcome = {
		kind: 'ended',
		run: run({ result: { ...result, images: [image] } }),
	};

	it('comes in the last hour before that, not twelve hours after the end', () => {
		expect(outcomeHints([outcome], END + 0.9 * HOUR_MS)).toEqual([]);
		expect(outcomeHints([outcome], END + 1.1 * HOUR_MS)).toEqual([
			expect.stringMatching(/^The links of 1 run expire within the hour/),
		]);
		expect(outcomeHints([outcome], END + 2 * HOUR_MS)).toEqual([
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

describe('the hint about runs that were reused', () => {
	it('tells what was not spent, at least where a cost is unknown', () => {
		expect(reuseHints([])).toEqual([]);
		expect(reuseHints([1])).toEqual(['1 run reused: 1 credit was not spent.']);
		expect(reuseHints([3, 4])).toEqual(['2 runs reused: 7 credits were not spent.']);
		expect(reuseHints([3, null])).toEqual(['2 runs reused: at least 3 credits were not spent.']);
	});

	it('names the items that have no key, ten at most', () => {
		const items = Array.from({ length: 11 }, (_, i) => i);
		expect(keylessHints([])).toEqual([]);
		expect(keylessHints([4])).toEqual(['Reuse Key gives nothing for item 4, which is not reused.']);
		expect(keylessHints(items.slice(0, 10))[0]).toMatch(/for items 0, 1, .*8, 9, which are/);
		expect(keylessHints(items)[0]).toMatch(/for items 0, 1, .*8, 9, …, which are/);
	});
});

it('tells of a workflow’s timeout only where it ends the wait before Max Wait does', () => {
	expect(timeoutHints(1_800, 30)).toEqual([]);
	expect(timeoutHints(1_799, 30)[0]).toMatch(
		/\(30 minutes\) is shorter than Max Wait \(30 minutes\)/,
	);
	expect(timeoutHints(60, 1.5)[0]).toMatch(/\(1 minute\) is shorter than Max Wait \(1.5 minutes\)/);
	expect(timeoutHints(100, 30)[0]).toContain('(1.7 minutes)');
});

describe('the hints about several runs', () => {
	const unread: RunOutcome = {
		kind: 'unreadable',
		run_id: 'b',
		status: null,
		error: refused(500),
	};

	it('count those whose state could not be read as not over', () => {
		expect(outcomeHints([unread, unread], END)[0]).toMatch(/^2 runs not over yet/);
		expect(outcomeHints([{ kind: 'started', run_id: 'a', since: 0 }], END)).toEqual([]);
	});

	it('warn of links from an hour before their end on, until then', () => {
		const lastHour = END + 11 * HOUR_MS;
		expect(outcomeHints([ended()], lastHour - 1)).toEqual([]);
		expect(outcomeHints([ended()], lastHour)[0]).toMatch(/expire within the hour/);
		expect(outcomeHints([ended()], END + 12 * HOUR_MS - 1)).toHaveLength(1);
		const never: RunOutcome = { kind: 'ended', run: run({ result: null }) };
		expect(outcomeHints([never], END + 100 * HOUR_MS)).toEqual([]);
	});
});

describe('what is said of runs that are started while an execution is suspended', () => {
	it.each([
		[0, []],
		[1, ['1 run more is started while the execution is suspended.']],
		[70, ['70 runs more are started while the execution is suspended.']],
	])('is how many they are (%i)', (count, hints) => {
		expect(queuedHints(count)).toEqual(hints);
	});
});
