import * as n8nWorkflow from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';
import { OneCredential } from './credentials';
import { inProcess, never, systemClock } from './fastClock';

/** The node in a process of n8n of its own: it knows nothing of what another one has in memory. */
export interface NodeProcess {
	node: Magnific;
	/** The credential as this process has it. */
	credentialsHelper(data: ICredentialDataDecryptedObject): OneCredential;
	/** `kill -9`: whatever the node still does here stands still for ever. */
	kill(): void;
}

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

/** The node, of which nothing wakes up any more once its process is dead. */
const mortal = (Loaded: typeof Magnific, state: { isDead: boolean }): typeof Magnific =>
	class extends Loaded {
		override async execute(this: IExecuteFunctions) {
			return await inProcess.run(state, async () => await super.execute.call(this));
		}

		override async webhook(this: IWebhookFunctions) {
			return await inProcess.run(state, async () => await super.webhook.call(this));
		}
	};

/** Loads the node anew, on the fast clock; n8n itself stays the one that is there. */
export const startProcess = (): NodeProcess => {
	const state = { isDead: false };
	let node: Magnific | undefined;
	// A process knows when it began to serve, by the same clock.
	const time = jest.spyOn(Date, 'now').mockReturnValue(systemClock.now());
	jest.isolateModules(() => {
		jest.doMock(CLOCK, () => ({ systemClock }));
		jest.doMock('n8n-workflow', () => n8nWorkflow);
		const loaded: unknown = jest.requireActual('../../../nodes/Magnific/Magnific.node');
		if (isNodeModule(loaded)) node = new (mortal(loaded.Magnific, state))();
	});
	time.mockRestore();
	if (!node) throw new Error('The node could not be loaded');
	return {
		node,
		credentialsHelper: (data) => new MortalCredential(data, () => state.isDead),
		kill() {
			state.isDead = true;
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
