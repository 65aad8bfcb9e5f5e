import type { EndpointFamily } from '../../../nodes/Magnific/api/endpoints';
import { FamilyMemory } from '../../../nodes/Magnific/api/familyMemory';
import { VirtualClock } from '../support/virtualClock';

const BASE = 'https://api.magnific.com';

/** A server that knows these families, and how often it was asked for each. */
const server = (...families: EndpointFamily[]) => {
	const asked: EndpointFamily[] = [];
	const knows = async (family: EndpointFamily): Promise<boolean> => {
		asked.push(family);
		return await Promise.resolve(families.includes(family));
	};
	return { asked, knows };
};

describe('the memory of endpoint families', () => {
	it('tries Apps first, and a family that was chosen in any case', () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		expect(memory.first(BASE, 'auto')).toBe('apps');
		expect(memory.first(BASE, 'flows')).toBe('flows');
		expect(memory.first(BASE, 'apps')).toBe('apps');
	});

	it('goes over to Flows after a 404 where the server has no Apps, and remembers it per base URL', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const { asked, knows } = server('flows');
		await expect(memory.otherThan('apps', BASE, 'auto', knows)).resolves.toBe('flows');
		expect(asked).toEqual(['apps', 'flows']);
		expect(memory.first(BASE, 'auto')).toBe('flows');
		expect(memory.first('https://other.example', 'auto')).toBe('apps');
	});

	it('lets the 404 of an unknown app stand, without asking again for the next one', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const { asked, knows } = server('apps', 'flows');
		for (let i = 0; i < 3; i++) {
			await expect(memory.otherThan('apps', BASE, 'auto', knows)).resolves.toBeUndefined();
		}
		expect(asked).toEqual(['apps']);

		const flows = new FamilyMemory(new VirtualClock(0));
		const onlyFlows = server('flows');
		await flows.otherThan('apps', BASE, 'auto', onlyFlows.knows);
		await expect(flows.otherThan('flows', BASE, 'auto', onlyFlows.knows)).resolves.toBeUndefined();
		expect(onlyFlows.asked).toEqual(['apps', 'flows']);
	});

	it('asks once, however many calls meet a 404 at the same time', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const { asked, knows } = server('flows');
		const answers = await Promise.all(
			Array.from({ length: 20 }, async () => await memory.otherThan('apps', BASE, 'auto', knows)),
		);
		expect(new Set(answers)).toEqual(new Set(['flows']));
		expect(asked).toEqual(['apps', 'flows']);
	});

	it('does not remember a server that knows neither: its address is probably wrong', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const nothing = server();
		await expect(memory.otherThan('apps', BASE, 'auto', nothing.knows)).resolves.toBeUndefined();
		const later = server('flows');
		await expect(memory.otherThan('apps', BASE, 'auto', later.knows)).resolves.toBe('flows');
	});

	it('asks again after a question that got no answer', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const lost = async (): Promise<boolean> => await Promise.reject(new Error('reset'));
		const both = [1, 2].map(async () => await memory.otherThan('apps', BASE, 'auto', lost));
		await expect(Promise.allSettled(both)).resolves.toMatchObject([
			{ status: 'rejected' },
			{ status: 'rejected' },
		]);
		await expect(memory.otherThan('apps', BASE, 'auto', server('flows').knows)).resolves.toBe(
			'flows',
		);
	});

	it('never leaves the family that was chosen', async () => {
		const memory = new FamilyMemory(new VirtualClock(0));
		const { asked, knows } = server('flows');
		await expect(memory.otherThan('apps', BASE, 'apps', knows)).resolves.toBeUndefined();
		expect(asked).toEqual([]);
	});

	describe('once a family is known', () => {
		const known = async (...families: EndpointFamily[]) => {
			const clock = new VirtualClock(0);
			const memory = new FamilyMemory(clock);
			const first = server(...families);
			await memory.otherThan('apps', BASE, 'auto', first.knows);
			return { clock, memory };
		};

		it('asks again after ten minutes, once', async () => {
			const { clock, memory } = await known('flows');
			const { asked, knows } = server('apps');
			await clock.advance(9 * 60_000);
			await expect(memory.otherThan('flows', BASE, 'auto', knows)).resolves.toBeUndefined();
			expect(asked).toEqual([]);
			await clock.advance(60_000);
			await expect(memory.otherThan('flows', BASE, 'auto', knows)).resolves.toBe('apps');
			expect(asked).toEqual(['flows', 'apps']);
			expect(memory.first(BASE, 'auto')).toBe('apps');
		});

		it('asks again at once for an app that was there, and lets the next 404 of it stand', async () => {
			const { clock, memory } = await known('flows');
			memory.worked('flows', BASE, 'uqzQLDr2Aw');
			await clock.advance(60_000);
			const { asked, knows } = server('flows');
			const miss = async () =>
				await memory.otherThan('flows', BASE, 'auto', knows, 'unknown_id', 'uqzQLDr2Aw');
			await expect(miss()).resolves.toBeUndefined();
			await expect(miss()).resolves.toBeUndefined();
			expect(asked).toEqual(['flows']);
		});

		it('asks again where the path itself is gone, but not for each of many such answers', async () => {
			const { clock, memory } = await known('flows');
			await clock.advance(60_000);
			const { asked, knows } = server('flows');
			for (let i = 0; i < 3; i++) {
				await expect(
					memory.otherThan('flows', BASE, 'auto', knows, 'no_path'),
				).resolves.toBeUndefined();
			}
			expect(asked).toEqual(['flows']);
		});

		it('tells a late 404 of the old family what was found out meanwhile, without a question', async () => {
			const { memory } = await known('flows');
			const { asked, knows } = server('flows');
			await expect(memory.otherThan('apps', BASE, 'auto', knows)).resolves.toBe('flows');
			expect(asked).toEqual([]);
		});
	});
});
