import type { Control, FaultSpec } from '../../../emulator';

/** What may go wrong with a call, from a broken connection to an answer of another shape. */
const WAYS: ReadonlyArray<Omit<FaultSpec, 'probability' | 'seed' | 'times'>> = [
	{ fault: { kind: 'reset_before' } },
	{ fault: { kind: 'reset_after' } },
	{ fault: { kind: 'truncated' } },
	{ fault: { kind: 'slow_body', ms: 500 } },
	{ fault: { kind: 'html', status: 502 } },
	{ fault: { kind: 'status', status: 500 } },
	{ fault: { kind: 'status_after', status: 500 } },
	{ fault: { kind: 'status', status: 503 } },
	{ fault: { kind: 'status', status: 429 } },
	{ fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } } },
	{ fault: { kind: 'wrong_shape' } },
	{ fault: { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' } },
];

const LOST_CALLBACKS = 0.02;

/** A seed for the draws of one fault. */
export const seedFrom = (random: () => number): number => Math.floor(random() * 2 ** 31);

/**
 * Has calls go wrong in every way, and callbacks get lost, come twice or late.
 *
 * @param share of the calls that go wrong, 0 to 1
 */
export const makeTrouble = async (
	control: Control,
	random: () => number,
	share: number,
): Promise<void> => {
	// Each way has its chance where those before it had none.
	const probability = 1 - (1 - share) ** (1 / WAYS.length);
	for (const way of WAYS) {
		await control.addFault({ ...way, probability, seed: seedFrom(random), times: -1 });
	}
	await control.webhooks({
		rules: [
			{ probability: LOST_CALLBACKS, seed: seedFrom(random), fault: { kind: 'drop' } },
			{ probability: 0.1, seed: seedFrom(random), fault: { kind: 'duplicate' } },
			{ probability: 0.1, seed: seedFrom(random), fault: { kind: 'delay', ms: 0, max_ms: 2_000 } },
		],
	});
};
