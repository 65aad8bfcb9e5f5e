import { catalog } from './apps/catalog';
import type { App } from './apps/app';
import { Charges } from './charges';
import type { Fault } from './control/specs';
import type { Settings } from './control/types';
import { FileStore } from './files';
import { Limits } from './limits';
import { Listener } from './listener';
import { Occurrences } from './occurrence';
import { LOCAL_API_KEY, LOCAL_WEBHOOK_SECRET, type EmulatorOptions } from './options';
import { Renderer } from './renderer';
import { RequestLog } from './requestLog';
import { Runs } from './runs/runs';
import { initialSettings } from './settings';
import { Uploads } from './uploads';
import { Webhooks } from './webhooks/webhooks';

/** Everything that one emulator knows; routes and control work on it. */
export class World {
	readonly apiKey: string;
	readonly webhookSecret: string;
	readonly requests = new RequestLog();
	readonly faults = new Occurrences<Fault>(1);
	readonly limits = new Limits();
	readonly charges = new Charges();
	readonly files: FileStore;
	readonly uploads: Uploads;
	readonly webhooks: Webhooks;
	readonly runs: Runs;
	settings: Settings;
	apps: Map<string, App>;
	readonly listener = new Listener();
	/** Status answers since the start or the last reset. */
	statusAnswers = 0;
	/** Known once the server listens. */
	url = '';

	constructor(private readonly options: EmulatorOptions) {
		const log = options.log ?? (() => undefined);
		this.apiKey = options.apiKey ?? LOCAL_API_KEY;
		this.webhookSecret = options.webhookSecret ?? LOCAL_WEBHOOK_SECRET;
		this.settings = initialSettings(options);
		this.apps = catalog();
		const origin = (): string => this.settings.fileOrigin ?? this.url;
		this.files = new FileStore(origin);
		this.uploads = new Uploads(this.files, origin);
		this.webhooks = new Webhooks(this.webhookSecret, log);
		this.runs = new Runs({
			files: this.files,
			renderer: new Renderer(),
			settings: () => this.settings,
			onEvent: (run, event) => {
				this.webhooks.notify(run, event);
			},
			log,
		});
	}

	reset(): void {
		this.runs.clear();
		this.webhooks.clear();
		this.requests.reset();
		this.faults.clear();
		this.limits.reset();
		this.charges.clear();
		this.statusAnswers = 0;
		this.files.clear();
		this.settings = initialSettings(this.options);
		this.apps = catalog();
	}
}
