import { SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import { Throttle } from '../../../nodes/Magnific/api/throttle';
import { Durations } from '../../../nodes/Magnific/runs/durations';
import { Schedule } from '../../../nodes/Magnific/runs/schedule';
import { besideALargeOne } from '../../../bench/simulation/scenarios';
import { simulate } from '../../../bench/simulation/simulate';
import { strategyOf } from '../../../bench/simulation/strategies';
import { PARTS } from '../../../bench/simulation/switches';

// Virtual time is quick, but a busy machine may be slow.
jest.setTimeout(120_000);

const without = async <T>(id: string, measure: () => Promise<T>): Promise<T> => {
	const switchOn = PARTS.find((part) => part.id === id)?.switchOff();
	return await measure().finally(switchOn);
};

const methods = (): unknown[] =>
	[Durations, Schedule, SlidingWindowBudget, Throttle].flatMap(({ prototype }) =>
		Object.values(Object.getOwnPropertyDescriptors(prototype)),
	);

describe('a part of the pacing that is switched off', () => {
	it.each(PARTS.map(({ id }) => id))('(%s) is put back as it was', async (id) => {
		const before = methods();
		await without(id, () => {
			expect(methods()).not.toEqual(before);
			return Promise.resolve();
		});
		expect(methods()).toEqual(before);
	});

	it('is missed: what was learned, in time', async () => {
		const measure = async () => await simulate(strategyOf('magnific-poll'), 50, '60s');
		const [whole, lesser] = [await measure(), await without('learning', measure)];
		expect(lesser.makespan_s).toBeGreaterThan(1.02 * whole.makespan_s);
	});

	it.each(['kept-for-looks', 'turns'])('is missed by a small execution: %s', async (id) => {
		const whole = await besideALargeOne();
		const lesser = await without(id, besideALargeOne);
		expect(lesser.small_s).toBeGreaterThan(1.02 * whole.small_s);
	});
});
