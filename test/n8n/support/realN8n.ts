import { startEmulator, type Emulator, type EmulatorOptions } from '../../../emulator';
import type { N8nApi, StoredCredential } from '../../../scripts/lib/n8n/api';
import { provideN8n } from '../../../scripts/lib/n8n/runtime';
import { startN8n, type N8nServer } from '../../../scripts/lib/n8n/server';
import { packedTarball } from '../../../scripts/lib/package/pack';
import { showProgress } from '../../../scripts/lib/progress';
import { magnificCredential } from './credential';

const START_TIMEOUT_MS = 600_000;
const STOP_TIMEOUT_MS = 60_000;

export interface RealN8n {
	readonly server: N8nServer;
	readonly api: N8nApi;
	readonly magnific: Emulator;
	/** Works; every node of an imported workflow uses it. */
	readonly credential: StoredCredential;
}

export interface RealN8nOptions {
	magnific?: EmulatorOptions;
	/** Changes to the credential. */
	credential?: Record<string, unknown>;
	/** Further environment variables for n8n. */
	env?: Record<string, string>;
	/** Folder with the lock file of another n8n than the usual one. */
	manifests?: string | undefined;
}

/**
 * A real n8n with the packed package and a local Magnific, for all tests of a file. The local
 * Magnific is as new for each test; n8n keeps what the tests before stored.
 */
export const realN8n = ({
	magnific = {},
	credential = {},
	env = {},
	manifests,
}: RealN8nOptions = {}): RealN8n => {
	let server: N8nServer | undefined;
	let emulator: Emulator | undefined;
	let stored: StoredCredential | undefined;

	const there = <T>(thing: T | undefined): T => {
		if (thing === undefined) throw new Error('n8n and the local Magnific run during tests only');
		return thing;
	};

	beforeAll(async () => {
		emulator = await startEmulator({ timeScale: 10, requestsPerMinute: 600, ...magnific });
		const runtime = await showProgress(
			'n8n',
			async (report) => await provideN8n(report, manifests),
		);
		server = await startN8n({ runtime, tarball: await packedTarball(), env });
		stored = await server.api.importCredential(
			magnificCredential(emulator, magnific.requestsPerMinute ?? 600, credential),
		);
	}, START_TIMEOUT_MS);

	beforeEach(async () => {
		await there(emulator).control.reset();
	});

	afterAll(async () => {
		await server?.close();
		await emulator?.close();
	}, STOP_TIMEOUT_MS);

	return {
		get server() {
			return there(server);
		},
		get api() {
			return there(server).api;
		},
		get magnific() {
			return there(emulator);
		},
		get credential() {
			return there(stored);
		},
	};
};
