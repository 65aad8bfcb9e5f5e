import { startEmulator, type Emulator } from '../../../emulator';
import { startN8nQueue, type N8nQueue, type QueueOptions } from '../../../scripts/lib/n8n/queue';
import { packedTarball } from '../../../scripts/lib/package/pack';
import { magnificCredential } from './credential';

const REQUESTS_PER_MINUTE = 600;
const START_TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 120_000;

export interface QueueN8n {
	readonly queue: N8nQueue;
	readonly magnific: Emulator;
}

/**
 * A real n8n in queue mode with the packed package, a working credential for every node of an
 * imported workflow, and a local Magnific whose runs take as long as they say. The local Magnific is
 * as new for each test; n8n keeps what the tests before stored.
 */
export const queueN8n = (options: QueueOptions): QueueN8n => {
	let queue: N8nQueue | undefined;
	let emulator: Emulator | undefined;

	const there = <T>(thing: T | undefined): T => {
		if (thing === undefined) throw new Error('n8n and the local Magnific run during tests only');
		return thing;
	};

	beforeAll(async () => {
		emulator = await startEmulator({ timeScale: 1, requestsPerMinute: REQUESTS_PER_MINUTE });
		queue = await startN8nQueue({ tarball: await packedTarball(), ...options });
		await queue.api.importCredential(magnificCredential(emulator, REQUESTS_PER_MINUTE));
	}, START_TIMEOUT_MS);

	beforeEach(async () => {
		await there(emulator).control.reset();
	});

	afterAll(async () => {
		await queue?.close();
		await emulator?.close();
	}, STOP_TIMEOUT_MS);

	return {
		get queue() {
			return there(queue);
		},
		get magnific() {
			return there(emulator);
		},
	};
};
