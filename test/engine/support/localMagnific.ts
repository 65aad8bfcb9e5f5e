import { closeLog } from './logFile';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import {
	startEmulator,
	type Control,
	type Emulator,
	type EmulatorOptions,
	type RequestFilter,
	type RequestLogEntry,
	type RouteName,
} from '../../../emulator';
import type { NodeSettings } from './n8n';
import { startNode, type NodeOutcome } from './runNode';
import { SPEED } from './fastClock';
import { listenToOutput, witness, witnessed } from './witness';

export interface Given {
	items?: INodeExecutionData[];
	settings?: NodeSettings;
	/** False: the workflow was never saved. */
	isSaved?: boolean;
	/** Changes to the credential. */
	credential?: ICredentialDataDecryptedObject;
}

export interface LocalMagnific {
	readonly url: string;
	readonly apiKey: string;
	readonly control: Control;
	/** A working credential. */
	readonly credential: ICredentialDataDecryptedObject;
	start(parameters: INodeParameters, given?: Given): ReturnType<typeof startNode>;
	run(parameters: INodeParameters, given?: Given): Promise<NodeOutcome>;
	requests(route?: RouteName, filter?: RequestFilter): Promise<RequestLogEntry[]>;
	/** Resolves when a request of this route has come; rejects after ten seconds without one. */
	requested(route: RouteName): Promise<void>;
	/** Resolves when a run has completed; rejects after ten seconds. */
	ended(runId: string): Promise<void>;
	/** How many requests of these routes came. */
	count(...routes: RouteName[]): Promise<number>;
}

/** No test but those about the limits may meet them. */
const MANY_REQUESTS_PER_MINUTE = 60_000;

/** One at the speed of the node's clock. */
export const startLocal = async (options: EmulatorOptions = {}): Promise<Emulator> =>
	await startEmulator({
		timeScale: SPEED,
		requestsPerMinute: MANY_REQUESTS_PER_MINUTE,
		...options,
	});

/** A credential that works with it. */
export const credentialFor = (
	{ apiKey, url, webhookSecret }: Emulator,
	requestsPerMinute = MANY_REQUESTS_PER_MINUTE,
): ICredentialDataDecryptedObject => ({
	apiKey,
	baseUrl: url,
	endpointFamily: 'apps',
	requestsPerMinute,
	webhookSecret,
});

const LOOK_EVERY_MS = 5;
const MOST_LOOKS = 2_000;

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
	for (let look = 0; look < MOST_LOOKS; look += 1) {
		if (await isSo()) return;
		await sleep(LOOK_EVERY_MS);
	}
	throw new Error('What was waited for did not come');
};

/**
 * A local Magnific for all tests of a file, as new for each. After the last test nothing that n8n
 * stored, showed or printed may hold its API key.
 */
export const localMagnific = (options: EmulatorOptions = {}): LocalMagnific => {
	let emulator: Emulator | undefined;
	let restoreOutput = (): void => undefined;

	const there = (): Emulator => {
		if (!emulator) throw new Error('The local Magnific runs during tests only');
		return emulator;
	};

	beforeAll(async () => {
		restoreOutput = listenToOutput();
		emulator = await startLocal(options);
	});

	beforeEach(async () => {
		await there().control.reset();
		await there().control.settings({ imageSize: 64 });
	});

	afterAll(async () => {
		await there().close();
		restoreOutput();
		witness(await closeLog());
		const { apiKey } = there();
		const leaks = witnessed().filter((text) => text.includes(apiKey));
		expect(leaks.map((text) => text.slice(Math.max(0, text.indexOf(apiKey) - 300)))).toEqual([]);
	});

	const local: LocalMagnific = {
		get url() {
			return there().url;
		},
		get apiKey() {
			return there().apiKey;
		},
		get control() {
			return there().control;
		},
		get credential() {
			return credentialFor(there(), options.requestsPerMinute);
		},
		start: (parameters, { credential = {}, ...given } = {}) =>
			startNode({
				parameters,
				...given,
				credential: { ...local.credential, ...credential },
			}),
		run: async (parameters, given) => {
			try {
				return await local.start(parameters, given).done;
			} catch (error) {
				witness(error);
				throw error;
			}
		},
		requests: async (route, filter = {}) =>
			await there().control.requests({ ...filter, ...(route ? { route } : {}) }),
		requested: async (route) => {
			await until(async () => (await there().control.requests({ route })).length > 0);
		},
		ended: async (runId) => {
			await until(async () => {
				const runs = await there().control.runs();
				return runs.some(({ run_id, status }) => run_id === runId && status === 'completed');
			});
		},
		count: async (...routes) =>
			(await there().control.requests()).filter(({ route }) => routes.includes(route)).length,
	};
	return local;
};
