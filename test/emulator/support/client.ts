import type { Emulator, Family } from '../../../emulator';

export interface Answer {
	status: number;
	headers: Headers;
	/** Parsed where it is JSON, else the text. */
	body: unknown;
}

export interface CallOptions {
	method?: string;
	json?: unknown;
	/** The emulator's own key unless given; null sends none. */
	key?: string | null;
	signal?: AbortSignal;
}

/** Calls the emulator as a plain HTTP client would, without this package's own code. */
export async function call(
	emulator: Emulator,
	path: string,
	{ method = 'GET', json, key = emulator.apiKey, signal }: CallOptions = {},
): Promise<Answer> {
	const response = await fetch(emulator.url + path, {
		method,
		redirect: 'manual',
		headers: {
			...(key === null ? {} : { 'X-Magnific-Api-Key': key }),
			...(json === undefined ? {} : { 'content-type': 'application/json' }),
		},
		...(json === undefined ? {} : { body: JSON.stringify(json) }),
		...(signal === undefined ? {} : { signal }),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: parsed(text) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Starts a run by `api_key`s and returns the answer. */
export function startRun(
	emulator: Emulator,
	appId: string,
	inputs: Record<string, unknown>,
	options: { family?: Family; webhook?: string } = {},
): Promise<Answer> {
	const { family = 'flows', webhook } = options;
	return call(emulator, `/v1/ai/${family}/${appId}/run`, {
		method: 'POST',
		json: { inputs, ...(webhook === undefined ? {} : { webhook }) },
	});
}

/** Starts a run that has to be accepted and returns its id. */
export async function runId(
	emulator: Emulator,
	appId: string,
	inputs: Record<string, unknown>,
	options: { family?: Family; webhook?: string } = {},
): Promise<string> {
	const answer = await startRun(emulator, appId, inputs, options);
	if (answer.status !== 202) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
	return text(field(answer.body, 'workflow_run_identifier'));
}

/** The `data` of a run's status answer. */
export async function runStatus(
	emulator: Emulator,
	id: string,
	family: Family = 'flows',
): Promise<Record<string, unknown>> {
	const answer = await call(emulator, `/v1/ai/${family}/runs/${id}`);
	return record(field(answer.body, 'data'));
}

/** A run's files, downloaded. */
export async function filesOf(
	emulator: Emulator,
	id: string,
	list: 'images' | 'videos' | 'audios' = 'images',
): Promise<{ asset: Record<string, unknown>; contentType: string; bytes: Buffer }[]> {
	const { result } = await runStatus(emulator, id);
	return Promise.all(
		items(field(result, list)).map(async (item) => {
			const response = await fetch(text(field(item, 'url')));
			return {
				asset: record(item),
				contentType: response.headers.get('content-type') ?? '',
				bytes: Buffer.from(await response.arrayBuffer()),
			};
		}),
	);
}

export function field(value: unknown, name: string): unknown {
	return record(value)[name];
}

export function record(value: unknown): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new Error(`not an object: ${JSON.stringify(value)}`);
	}
	return Object.fromEntries(Object.entries(value));
}

export function items(value: unknown): unknown[] {
	if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
	return value;
}

export function text(value: unknown): string {
	if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
	return value;
}
