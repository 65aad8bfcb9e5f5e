import type { AppSpec } from '../../../emulator';

/** Credits of one run. */
export const COST = 3;

/** Each item has an app of its own, so that the books tell what was paid for which. */
export const appIdOf = (item: number): string => `appOfItem${String(item)}`;

export const HEADLINE = 'input-11111111-2222-4333-8444-555555555555-1';
export const PICTURE = 'input-11111111-2222-4333-8444-555555555555-2';

export const appOf = (item: number, seconds = 1): AppSpec => ({
	sqid: appIdOf(item),
	name: `App of item ${String(item)}`,
	total_cost: COST,
	duration_s: seconds,
	inputs: [
		{ id: HEADLINE, label: 'Headline', type: 'text', required: true, config: null, default: null },
		{
			id: PICTURE,
			label: 'Picture',
			type: 'creation',
			required: false,
			config: { mediaType: 'image' },
			default: null,
		},
	],
});
