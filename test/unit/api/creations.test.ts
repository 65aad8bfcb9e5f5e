import type { CreationPage, CreationQuery } from '../../../nodes/Magnific/api/creations';
import { findCreations, parseCreations } from '../../../nodes/Magnific/api/creations';
import { world } from '../support/fixtures';

const entry = (n: number, created_at = '2026-05-01T12:00:00Z') => ({
	reference: `file-${String(n)}`,
	name: `No. ${String(n)}`,
	tool_name: 'text-to-image',
	created_at,
	creation: {
		identifier: `id${String(n)}`,
		tool: 'text-to-image',
		url: `https://x.example/${String(n)}`,
	},
});

const any = { tool: '', from: -Infinity, until: Infinity, limit: Infinity };

/** Looks through what a server gives for each page, and tells what it was asked. */
const find = async (
	serve: (query: CreationQuery, asked: number) => unknown,
	wanted: Partial<typeof any> = {},
) => {
	const { clock, seams } = world();
	const asked: CreationQuery[] = [];
	const listCreations = async (query: CreationQuery): Promise<CreationPage> => {
		asked.push(query);
		return await Promise.resolve(parseCreations(serve(query, asked.length)));
	};
	const found = await clock.run(
		findCreations(
			{ api: { listCreations }, quotas: { creations: seams.budget }, clock },
			'prepare',
			{ ...any, ...wanted },
		),
	);
	return { ids: found.map(({ creation }) => creation.creation_id), asked };
};

const range = (from: number, count: number) =>
	Array.from({ length: count }, (_, i) => entry(from + i));

describe('the recent creations', () => {
	it('end with a page that is not full, also where the server puts fewer on one than asked', async () => {
		const all = range(0, 25);
		const serve = ({ page }: CreationQuery) => ({
			data: all.slice((page - 1) * 10, page * 10),
			meta: { pagination: { current_page: page, per_page: 10 } },
		});
		const { ids, asked } = await find(serve);
		expect(ids).toEqual(all.map(({ creation }) => creation.identifier));
		expect(asked).toHaveLength(3);
	});

	it('end at the last page, where the server names one', async () => {
		const serve = ({ page }: CreationQuery) => ({
			data: range(page * 2, 2),
			meta: { pagination: { per_page: 2, last_page: 3 } },
		});
		expect((await find(serve)).asked).toHaveLength(3);
	});

	it('end where the server gives the same whatever page it is asked for', async () => {
		const { ids, asked } = await find(() => ({ data: range(0, 100) }));
		expect(ids).toHaveLength(100);
		expect(asked).toHaveLength(2);
	});

	it('come once each, though the list moves on between two pages', async () => {
		const { ids } = await find(({ page }, asked) => ({
			data: asked === 1 ? range(0, 100) : range(page === 2 ? 98 : 0, page === 2 ? 10 : 0),
		}));
		expect(ids).toHaveLength(108);
		expect(new Set(ids).size).toBe(108);
	});

	it('are asked for no further than the span of time goes', async () => {
		const at = (n: number) => new Date(Date.UTC(2026, 4, 1) - n * 60_000).toISOString();
		const serve = ({ page }: CreationQuery) => ({
			data: Array.from({ length: 100 }, (_, i) =>
				entry((page - 1) * 100 + i, at((page - 1) * 100 + i)),
			),
		});
		const { ids, asked } = await find(serve, {
			from: Date.parse(at(150)),
			until: Date.parse(at(149)),
		});
		expect(ids).toEqual(['id149', 'id150']);
		expect(asked).toHaveLength(2);
	});

	it('are of the tool also where the server ignores it, and no more than the limit', async () => {
		const other = {
			...entry(1),
			tool_name: 'upscale',
			creation: { identifier: 'up', tool: 'upscale' },
		};
		const { ids, asked } = await find(() => ({ data: [other, ...range(2, 3)] }), {
			tool: 'Text-to-Image',
			limit: 2,
		});
		expect(ids).toEqual(['id2', 'id3']);
		expect(asked[0]).toEqual({ page: 1, perPage: 2, tool: 'Text-to-Image' });
	});
});

describe('a page of creations', () => {
	it('is read with what is there: a file without a creation has no id', () => {
		const [first, second] = parseCreations({
			data: [
				{
					id: 7,
					name: 'Own upload',
					thumbnail: { url: 'https://x.example/t' },
					tool_name: null,
					creation: null,
				},
				{
					...entry(1, '2026-05-01 12:00:00+00:00'),
					creation: { identifier: 'a1b2c3d4', family: 'image' },
				},
			],
		}).creations;
		expect(first?.creation).toEqual({
			creation_id: null,
			name: 'Own upload',
			family: null,
			tool: null,
			status: null,
			url: null,
			preview: 'https://x.example/t',
			created_at: null,
		});
		expect(second?.creation).toMatchObject({ creation_id: 'a1b2c3d4', tool: 'text-to-image' });
	});

	it.each([[{}], [{ data: {} }], ['[]'], [null]])('that is %j is not as documented', (body) => {
		expect(() => parseCreations(body)).toThrow('not as documented');
	});
});
