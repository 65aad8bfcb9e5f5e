import axios from 'axios';
import type {
	ICredentialDataDecryptedObject,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { MagnificApi } from '../../../credentials/MagnificApi.credentials';
import { createClient, type MagnificClient } from '../../../nodes/Magnific/api/client';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { routeOf, type Exchange, type ExchangeRoute } from './exchange';

export interface FullAnswer {
	statusCode: number;
	headers: Record<string, string>;
	/** JSON where it is some, else text; a Buffer where `encoding` is `arraybuffer`. */
	body: unknown;
}

export interface Credential extends ICredentialDataDecryptedObject {
	apiKey: string;
	baseUrl: string;
	endpointFamily: 'apps' | 'flows' | 'auto';
}

const isContext = (value: object): value is ILoadOptionsFunctions =>
	'getCredentials' in value && 'helpers' in value;

/**
 * The HTTP under the shipped client, in n8n's place and with the request library that n8n has.
 * Notes each exchange, as it was: what must not be seen is replaced later.
 */
export class Wire {
	readonly exchanges: Exchange[] = [];
	private step = '';

	constructor(
		private readonly baseUrl: string,
		private readonly onStep: (step: string) => void,
	) {}

	/** What is sent while `call` goes on belongs to this step. One step at a time. */
	async during<T>(step: string, call: () => Promise<T>): Promise<T> {
		this.step = step;
		this.onStep(step);
		return await call();
	}

	/** The shipped client on this wire. @throws ApiError where the base URL is none */
	async client(credential: Credential): Promise<MagnificClient> {
		const context = {
			getCredentials: async () => await Promise.resolve(credential),
			helpers: {
				httpRequestWithAuthentication: async (
					_type: string,
					options: IHttpRequestOptions,
				): Promise<FullAnswer> => await this.authenticated(credential, options),
			},
		};
		if (!isContext(context)) throw new Error('unreachable');
		return await createClient(context);
	}

	/** Sends a request with the key, as the credential puts it there. */
	async authenticated(credential: Credential, options: IHttpRequestOptions): Promise<FullAnswer> {
		return await this.send(await new MagnificApi().authenticate(credential, options));
	}

	/** Sends a request as it is. @throws AxiosError where no answer comes */
	async send(options: IHttpRequestOptions, route?: ExchangeRoute): Promise<FullAnswer> {
		const { method = 'GET', url, qs, body, headers = {}, timeout = TIMEOUT_MS } = options;
		const address = axios.getUri({ url, params: qs });
		const path = address.startsWith(this.baseUrl) ? address.slice(this.baseUrl.length) : address;
		const exchange: Exchange = {
			route: route ?? routeOf(method, path) ?? 'unknown',
			step: this.step,
			at: new Date().toISOString(),
			request: { method, path, headers: lowerCase(headers), body: recorded(body) },
			answer: null,
		};
		this.exchanges.push(exchange);
		const {
			status,
			headers: given,
			data,
		} = await axios.request<Buffer>({
			method,
			url: address,
			headers: texts(headers),
			...(body === undefined ? {} : { data: body }),
			timeout,
			signal: AbortSignal.timeout(timeout * 2),
			maxRedirects: 0,
			maxContentLength: LARGEST_ANSWER_BYTES,
			validateStatus: () => true,
			responseType: 'arraybuffer',
		});
		const answer: FullAnswer = {
			statusCode: status,
			headers: lowerCase(given),
			body: options.encoding === 'arraybuffer' ? data : parsed(data.toString('utf8')),
		};
		exchange.answer = { status, headers: answer.headers, body: recorded(answer.body) };
		return answer;
	}

	/** Notes of the last exchange what only who sent it can tell. */
	note(facts: NonNullable<Exchange['facts']>): void {
		const last = this.exchanges.at(-1);
		if (last) last.facts = { ...last.facts, ...facts };
	}
}

const TIMEOUT_MS = 60_000;
const LARGEST_ANSWER_BYTES = 1024 ** 3;

/** Headers as plain texts; those that are neither text nor number are none. */
const texts = (headers: object): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]: [string, unknown]) => {
			const parts = [value].flat().filter((part) => ['string', 'number'].includes(typeof part));
			return parts.length > 0 ? [[name, parts.join(', ')]] : [];
		}),
	);

const lowerCase = (headers: object): Record<string, string> =>
	Object.fromEntries(
		Object.entries(texts(headers)).map(([name, value]) => [name.toLowerCase(), value]),
	);

function recorded(body: unknown): unknown {
	if (body === undefined) return null;
	if (Buffer.isBuffer(body)) return { bytes: body.length };
	return isRecord(body) || Array.isArray(body) ? structuredClone(body) : body;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
