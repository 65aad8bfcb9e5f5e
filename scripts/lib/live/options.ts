import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_BASE_URL, normalizeBaseUrl } from '../../../nodes/Magnific/api/endpoints';
import { isRecord, type JsonRecord } from '../../../nodes/Magnific/api/guards';
import { unreachable } from '../../../nodes/Magnific/callbacks/reachable';
import { ROOT } from '../paths';

export const USAGE = `Holds what this project assumes of the Magnific API against the live service, with your key.
Without --app it costs nothing. Writes a page to look at, and what was said as cassettes.

  npm run live -- --key KEY [--base-url URL] [--report FOLDER]
                  [--app ID --max-credits N [--inputs FILE]
                  [--callback-url URL [--callback-port PORT] [--webhook-secret SECRET]]]

  --key             the API key; better in the environment, as MAGNIFIC_API_KEY
  --base-url        default ${DEFAULT_BASE_URL}
  --report          the folder to write, default live-report
  --app             runs this app, once, and waits for it by polling
  --max-credits     what that run may cost at most; needed with --app
  --inputs          a JSON file with the app's inputs by label, api_key or id, such as { "Prompt": "a red car" }
  --callback-url    has Magnific call this address about the run, and listens on its port
  --callback-port   listens here instead, where a tunnel or proxy leads from the address to this machine
  --webhook-secret  checks the signatures of the callbacks; better as MAGNIFIC_WEBHOOK_SECRET`;

/** What is asked for is not clear, or not possible; the message is all that a person needs to see. */
export class BadInput extends Error {}

export interface CallbackOptions {
	url: URL;
	port: number;
	/** Empty: signatures are looked at, not checked. */
	secret: string;
}

export interface RunOptions {
	appId: string;
	inputs: JsonRecord;
	maxCredits: number;
	callback?: CallbackOptions;
}

export interface LiveOptions {
	apiKey: string;
	/** Without a trailing slash. */
	baseUrl: string;
	run?: RunOptions;
}

export interface CommandLine {
	help: boolean;
	/** Where the report goes, also where the rest is no good. */
	folder: string;
	/** @throws BadInput */
	read: () => Promise<LiveOptions>;
}

const NAMES = {
	key: { type: 'string' },
	'base-url': { type: 'string' },
	report: { type: 'string' },
	app: { type: 'string' },
	'max-credits': { type: 'string' },
	inputs: { type: 'string' },
	'callback-url': { type: 'string' },
	'callback-port': { type: 'string' },
	'webhook-secret': { type: 'string' },
	help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = Partial<Record<Exclude<keyof typeof NAMES, 'help'>, string>>;

/** Reads the command line; `env` may hold the secrets. @throws BadInput for an option that there is not */
export function readCommandLine(args: string[], env: NodeJS.ProcessEnv): CommandLine {
	const { help, ...values } = parse(args);
	return {
		help,
		folder: resolve(values.report ?? resolve(ROOT, 'live-report')),
		read: async () => await readOptions(values, env),
	};
}

function parse(args: string[]): Values & { help: boolean } {
	try {
		const { help, ...values } = parseArgs({ args, options: NAMES }).values;
		return { ...values, help };
	} catch (error) {
		throw new BadInput(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
	}
}

async function readOptions(values: Values, env: NodeJS.ProcessEnv): Promise<LiveOptions> {
	const apiKey = (values.key ?? env['MAGNIFIC_API_KEY'] ?? '').trim();
	if (apiKey === '') {
		throw new BadInput('There is no API key: give it by --key or MAGNIFIC_API_KEY.');
	}
	const baseUrl = normalizeBaseUrl(values['base-url'] ?? '');
	if (!isWebAddress(baseUrl)) {
		throw new BadInput(
			`--base-url “${baseUrl}” is not a web address, such as ${DEFAULT_BASE_URL}.`,
		);
	}
	const { app } = values;
	if (app === undefined) {
		const lonely = (['inputs', 'max-credits', 'callback-url'] as const).find(
			(name) => values[name] !== undefined,
		);
		if (lonely) throw new BadInput(`--${lonely} needs --app: without it nothing is run.`);
		return { apiKey, baseUrl };
	}
	return { apiKey, baseUrl, run: await readRun(app, values, env, baseUrl) };
}

async function readRun(
	appId: string,
	values: Values,
	env: NodeJS.ProcessEnv,
	baseUrl: string,
): Promise<RunOptions> {
	const most = values['max-credits'];
	const maxCredits = Number(most);
	if (most === undefined || most.trim() === '' || !(maxCredits >= 0)) {
		throw new BadInput(
			'--app starts a run that costs credits: say by --max-credits how many it may cost at most.',
		);
	}
	const callback = readCallback(values, env, baseUrl);
	return {
		appId: appId.trim(),
		inputs: values.inputs === undefined ? {} : await readInputs(values.inputs),
		maxCredits,
		...(callback ? { callback } : {}),
	};
}

async function readInputs(file: string): Promise<JsonRecord> {
	const text = await readFile(file, 'utf8').catch(() => {
		throw new BadInput(`The inputs could not be read: there is no file ${file}, or it is closed.`);
	});
	let inputs: unknown;
	try {
		inputs = JSON.parse(text);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new BadInput(`The inputs in ${file} are not JSON: ${reason}.`);
	}
	if (!isRecord(inputs)) {
		throw new BadInput(
			`The inputs in ${file} are no JSON object, such as { "Prompt": "a red car" }.`,
		);
	}
	return inputs;
}

function readCallback(
	values: Values,
	env: NodeJS.ProcessEnv,
	baseUrl: string,
): CallbackOptions | undefined {
	const address = values['callback-url'];
	if (address === undefined) return undefined;
	const why = unreachable(address, baseUrl);
	if (why !== undefined) {
		throw new BadInput(`Magnific cannot call this machine: --callback-url ${address} ${why}.`);
	}
	const url = new URL(address);
	const usual = url.protocol === 'https:' ? 443 : 80;
	const port = Number(values['callback-port'] ?? (url.port || usual));
	if (!Number.isInteger(port) || port < 0 || port > 65_535) {
		throw new BadInput(`--callback-port “${values['callback-port'] ?? ''}” is no port.`);
	}
	const secret = (values['webhook-secret'] ?? env['MAGNIFIC_WEBHOOK_SECRET'] ?? '').trim();
	return { url, port, secret };
}

const isWebAddress = (text: string): boolean =>
	URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
