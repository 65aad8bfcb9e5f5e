import * as n8nWorkflow from 'n8n-workflow';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { Clock } from '../../../nodes/Magnific/api/clock';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';
import { OneCredential } from './credentials';
import { systemClock } from './fastClock';

/** The node in a process of n8n of its own: it knows nothing of what another one has in memory. */
export interface NodeProcess {
	node: Magnific;
	/** The credential as this process has it. */
	credentialsHelper(data: ICredentialDataDecryptedObject): OneCredential;
	/** `kill -9`: whatever the node still does here stands still for ever. */
	kill(): void;
}

const never = async (): Promise<never> => new Promise(() => undefined);

/** Stands still once its process is dead: each request to Magnific begins with it. */
class MortalCredential extends OneCredential {
	constructor(
		data: ICredentialDataDecryptedObject,
		private readonly isDead: () => boolean,
	) {
		super(data);
	}

	override async authenticate(...request: Parameters<OneCredential['authenticate']>) {
		return this.isDead() ? await never() : await super.authenticate(...request);
	}

	override async getDecrypted(...request: Parameters<OneCredential['getDecrypted']>) {
		return this.isDead() ? await never() : await super.getDecrypted(...request);
	}
}

const isNodeModule = (value: unknown): value is { Magnific: typeof Magnific } =>
	typeof value === 'object' && value !== null && 'Magnific' in value;

const CLOCK = '../../../nodes/Magnific/api/clock';

/** Loads the node anew, on the fast clock; n8n itself stays the one that is there. */
export const startProcess = (): NodeProcess => {
	let isDead = false;
	const clock: Clock = {
		now: () => systemClock.now(),
		async sleep(ms, signal) {
			await systemClock.sleep(ms, signal);
			if (isDead) await never();
		},
	};
	let node: Magnific | undefined;
	// A process knows when it began to serve, by the same clock.
	const time = jest.spyOn(Date, 'now').mockReturnValue(systemClock.now());
	jest.isolateModules(() => {
		jest.doMock(CLOCK, () => ({ systemClock: clock }));
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		const loaded: unknown = jest.requireActual('../../../nodes/Magnific/Magnific.node');
		if (isNodeModule(loaded)) node = new loaded.Magnific();
	});
	time.mockRestore();
	if (!node) throw new Error('The node could not be loaded');
	return {
		node,
		credentialsHelper: (data) => new MortalCredential(data, () => isDead),
		kill() {
			isDead = true;
		},
	};
};

/** The process of the tests themselves. */
export const ownProcess = (): NodeProcess => ({
	node: new Magnific(),
	credentialsHelper: (data) => new OneCredential(data),
	// Nothing kills it: who watches there finds nobody any more.
	kill: () => undefined,
});
