import type { Family } from './control/specs';

export const LOCAL_API_KEY = 'local-magnific-key-5f1c8e0b7a94d2636cb0f4e1a87d9350';
export const LOCAL_WEBHOOK_SECRET = 'local-webhook-secret-9d27b64c1f08ea53';

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
	 * Default 1. With 20, a run of 20 s takes one second. Only the life of runs and files is scaled;
	 * rate limits and Retry-After are in real time, since clients pace themselves in real time.
	 */
	timeScale?: number;
	/** Default both; a family that is not there answers 404 to everything. */
	families?: Family[];
	/** Default 50; also scales the windows of 5 s and 120 s, see rateLimiter.ts. */
	requestsPerMinute?: number;
	/** Gets a line of plain text for each run and callback. */
	log?: (line: string) => void;
}
