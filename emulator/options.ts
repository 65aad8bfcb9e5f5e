import type { Family, SettingsPatch } from './control/specs';

export const LOCAL_API_KEY = 'local-magnific-key-5f1c8e0b7a94d2636cb0f4e1a87d9350';
export const LOCAL_WEBHOOK_SECRET = 'local-webhook-secret-9d27b64c1f08ea53';

/** An app and a run of somebody else, which every emulator has: 403 to whoever asks about them. */
export const FOREIGN_APP_ID = 'f0r31gNaPp';
export const FOREIGN_RUN_ID = 'f0r31gNrUn';

export interface EmulatorOptions {
	/** Default 127.0.0.1. */
	host?: string;
	/** Default 0: a free port. */
	port?: number;
	/** Default {@link LOCAL_API_KEY}, long and unmistakable so that it can be grepped for. */
	apiKey?: string;
	/** Default {@link LOCAL_WEBHOOK_SECRET}. */
	webhookSecret?: string;
	/**
	 * Default 1. With 20, a run of 20 s takes one second. Only the life of runs and of upload addresses
	 * is scaled; rate limits, Retry-After and the ends that file URLs tell are in real time, since
	 * clients keep to them in real time.
	 */
	timeScale?: number;
	/** Default both; a family that is not there answers 404 to everything. */
	families?: Family[];
	/** Default 50; a higher one also raises what one IP address may send, see limits.ts. */
	requestsPerMinute?: number;
	/** What is to be otherwise than the live service has it, from the start and after each reset. */
	settings?: SettingsPatch;
	/** Gets a line of plain text for each run and callback. */
	log?: (line: string) => void;
}
