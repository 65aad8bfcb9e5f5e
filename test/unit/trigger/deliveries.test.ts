import { Deliveries } from '../../../nodes/Magnific/trigger/deliveries';

/** As n8n saves and reads static data. */
const saved = (staticData: Record<string, unknown>): Record<string, unknown> =>
	structuredClone(staticData);

describe('deliveries', () => {
	it('are new once', () => {
		const deliveries = new Deliveries();
		const data = {};
		expect(deliveries.isNew('t', ['run1:completed', 'msg_1'], data)).toBe(true);
		expect(deliveries.isNew('t', ['run1:completed', 'msg_1'], data)).toBe(false);
	});

	it('are known by any of their keys: the same id, or the same event of the same run', () => {
		const deliveries = new Deliveries();
		const data = {};
		deliveries.isNew('t', ['run1:completed', 'msg_1'], data);
		expect(deliveries.isNew('t', ['run2:completed', 'msg_1'], data)).toBe(false);
		expect(deliveries.isNew('t', ['run1:completed', 'msg_2'], data)).toBe(false);
		expect(deliveries.isNew('t', ['run1:started', 'msg_3'], data)).toBe(true);
	});

	it('leave nothing behind when they were known by one key', () => {
		const deliveries = new Deliveries();
		const data = {};
		deliveries.isNew('t', ['run1:completed', 'msg_1'], data);
		deliveries.isNew('t', ['run2:completed', 'msg_1'], data);
		expect(deliveries.isNew('t', ['run2:completed', 'msg_2'], data)).toBe(true);
	});

	it('of one trigger are new to another', () => {
		const deliveries = new Deliveries();
		expect(deliveries.isNew('t1', ['run1:completed'], {})).toBe(true);
		expect(deliveries.isNew('t2', ['run1:completed'], {})).toBe(true);
	});

	it('are known in this process even where n8n has not saved them yet', () => {
		const deliveries = new Deliveries();
		expect(deliveries.isNew('t', ['run1:completed'], {})).toBe(true);
		expect(deliveries.isNew('t', ['run1:completed'], {})).toBe(false);
	});

	it('are known after a restart by what n8n saved, in whatever form it gives a list back', () => {
		const data: Record<string, unknown> = {};
		new Deliveries().isNew('t', ['run1:completed', 'msg_1'], data);
		expect(new Deliveries().isNew('t', ['run1:completed'], saved(data))).toBe(false);
		const asObject = { deliveries: { 0: 'run1:completed', 1: 'msg_1' } };
		expect(new Deliveries().isNew('t', ['msg_1'], asObject)).toBe(false);
	});

	it('are not mixed up with what else is in the static data, and survive rubbish there', () => {
		for (const deliveries of [
			undefined,
			null,
			7,
			'run1:completed',
			[null, 7, ['run1:completed']],
		]) {
			const data: Record<string, unknown> = { deliveries, other: 'kept' };
			expect(new Deliveries().isNew('t', ['run1:completed'], data)).toBe(true);
			expect(data).toEqual({ deliveries: ['run1:completed'], other: 'kept' });
		}
	});

	it('are forgotten oldest first, so that the saved list stays short', () => {
		const deliveries = new Deliveries();
		let data: Record<string, unknown> = {};
		const isNew = (i: number): boolean => {
			data = saved(data);
			return deliveries.isNew('t', [`run${String(i)}:completed`, `msg_${String(i)}`], data);
		};
		for (let i = 0; i < 2_000; i++) expect(isNew(i)).toBe(true);
		for (const i of [0, 1_000, 1_999]) expect(isNew(i)).toBe(false);
		for (let i = 2_000; i < 2_500; i++) expect(isNew(i)).toBe(true);
		expect(data.deliveries).toHaveLength(4_000);
		for (const i of [500, 1_000, 2_499]) expect(isNew(i)).toBe(false);
		expect(isNew(499)).toBe(true);
	});

	it('are known by either key until 2,000 others have come', () => {
		const data = {};
		const deliveries = new Deliveries();
		for (let i = 0; i < 2_000; i++) {
			deliveries.isNew('t', [`run${String(i)}:completed`, `msg_${String(i)}`], data);
		}
		const later = new Deliveries();
		expect(later.isNew('t', ['run0:completed', 'msg_x'], saved(data))).toBe(false);
		expect(later.isNew('t', ['runx:completed', 'msg_0'], saved(data))).toBe(false);
	});

	it('of several processes that share the saved list are all remembered', () => {
		const [first, second] = [new Deliveries(), new Deliveries()];
		const data: Record<string, unknown> = {};
		first.isNew('t', ['run1:completed'], data);
		second.isNew('t', ['run2:completed'], data);
		expect(first.isNew('t', ['run2:completed'], data)).toBe(false);
		expect(data.deliveries).toEqual(['run1:completed', 'run2:completed']);
	});
});
