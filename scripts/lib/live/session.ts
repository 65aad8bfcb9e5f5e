import { settle } from '../../../nodes/Magnific/api/errors';
import { BadInput, type LiveOptions } from './options';
import type { Report } from './page';
import { paidRun } from './paidRun';
import { reportOf } from './report';
import { scrubbed } from './scrub';
import { survey } from './survey';
import { Wire, type Credential } from './wire';

/** A session with the service, as far as it has come. */
export class LiveSession {
	/** Why it did not come to its end, or what went wrong on the way: sentences. */
	readonly trouble: string[] = [];
	private readonly wire: Wire;

	/** @param onStep told what is being done, in a few words */
	constructor(
		private readonly options: LiveOptions,
		onStep: (step: string) => void = () => undefined,
	) {
		this.wire = new Wire(options.baseUrl, onStep);
	}

	/** Looks at all that was asked for. Does not throw for what the service answers. */
	async go(): Promise<void> {
		const done = await settle(async () => {
			try {
				await this.look();
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				this.trouble.push(error.message);
			}
		});
		if ('error' in done) this.trouble.push(`${done.error.message}. ${done.error.advice}`);
	}

	private async look(): Promise<void> {
		const { apiKey, baseUrl, run } = this.options;
		const credential: Credential = { apiKey, baseUrl, endpointFamily: 'auto' };
		const client = await this.wire.client(credential);
		await survey(this.wire, client, credential);
		if (run) this.trouble.push(...(await paidRun(this.wire, client, credential, run)));
	}

	/** What was said so far, with all that must not be seen replaced, and judged. */
	async report(): Promise<Report> {
		const { apiKey, baseUrl, run } = this.options;
		const { exchanges, trouble } = scrubbed(
			{ exchanges: this.wire.exchanges, trouble: this.trouble },
			{
				secrets: [apiKey, run?.callback?.secret ?? ''],
				callbackUrl: run?.callback?.url,
			},
		);
		return await reportOf(baseUrl, trouble, exchanges);
	}
}
