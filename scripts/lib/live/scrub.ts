import { isRecord } from '../../../nodes/Magnific/api/guards';
import type { Exchange } from './exchange';

export interface Hidden {
	/** Never to be seen anywhere; empty ones are passed over. */
	secrets: string[];
	/** Where the callbacks went: the host of who ran this. */
	callbackUrl?: URL | undefined;
}

/** Fields whose texts are the API's own: ids, kinds, states. */
const KEPT_FIELDS = new Set([
	...['id', 'sqid', 'run_id', 'app_id', 'flow_id', 'file_id', 'api_key_id', 'nodeId', 'identifier'],
	...['workflow_run_identifier', 'workflowRunIdentifier', 'reference', 'folder_reference'],
	...['project_reference', 'status', 'type', 'event', 'event_type', 'tool', 'tool_name', 'family'],
	...['mediaType', 'media_type', 'content_type', 'mode', 'role', 'icon', 'category', 'granularity'],
	...['description_key', 'translation_key', 'code', 'Content-Type', 'x-goog-content-length-range'],
]);

/** What the API says of an error: kept, but for the names in it. */
const PROSE = new Set(['message', 'reason', 'detail', 'error', 'error_message', 'field']);

/** Numbers that stand for a person. */
const PERSONAL_NUMBERS = new Set(['user_id', 'external_id']);

const KEPT_REQUEST_HEADERS = /^(content-type|x-goog-.+|webhook-(id|timestamp)|user-agent)$/;
const KEPT_ANSWER_HEADERS = /^(content-type|retry-after|x-ratelimit-.+|ratelimit.*)$/;
const KEPT_QUERY =
	/^(page|per_page|tool_name|.*expires|exp|.*-date|.*-algorithm|.*-signedheaders)$/i;

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/;
const MAIL = /[\w.+-]+@[\w-]+(\.[\w-]+)+/g;
const SLUG = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
const INPUT_ID = /^input-[0-9a-f-]{36}-\d+$/;
const LONGEST_TEXT = 200;

export interface Shown {
	exchanges: Exchange[];
	/** Sentences about them. */
	trouble: string[];
}

/**
 * What was seen, with secrets, signatures, mails and everything that somebody has named or written
 * replaced, the same by the same. What is kept is the API's own, and the form of the rest: a link
 * still tells its end, a key is still a key.
 */
export function scrubbed({ exchanges, trouble }: Shown, hidden: Hidden): Shown {
	const scrubber = new Scrubber(hidden);
	return {
		exchanges: exchanges.map((exchange) => scrubber.exchange(exchange)),
		trouble: trouble.map((sentence) => scrubber.masked(sentence)),
	};
}

class Scrubber {
	private readonly names = new Map<string, string>();
	private readonly secrets: string[];

	constructor(private readonly hidden: Hidden) {
		this.secrets = hidden.secrets.filter((secret) => secret !== '');
	}

	exchange(exchange: Exchange): Exchange {
		const { request, answer } = exchange;
		const isCallback = exchange.route === 'callback';
		return {
			...exchange,
			request: {
				method: request.method,
				path: isCallback ? '/callback' : this.address(request.path),
				headers: this.requestHeaders(request.headers),
				body: this.body(request.body),
			},
			answer: answer && {
				status: answer.status,
				headers: this.answerHeaders(answer.headers),
				body: this.body(answer.body),
			},
		};
	}

	private requestHeaders(headers: Record<string, string>): Record<string, string> {
		return Object.fromEntries(
			Object.entries(headers).flatMap(([name, value]) => {
				if (name === 'x-magnific-api-key') return [[name, 'KEY']];
				if (name === 'webhook-signature') return [[name, unsigned(value)]];
				return KEPT_REQUEST_HEADERS.test(name) ? [[name, this.withoutSecrets(value)]] : [];
			}),
		);
	}

	private answerHeaders(headers: Record<string, string>): Record<string, string> {
		return Object.fromEntries(
			Object.entries(headers).flatMap(([name, value]) => {
				if (name === 'location') return [[name, this.address(value)]];
				return KEPT_ANSWER_HEADERS.test(name) ? [[name, this.withoutSecrets(value)]] : [];
			}),
		);
	}

	/** A body that is no JSON is a page or a note of somebody in between: its beginning will do. */
	private body(body: unknown): unknown {
		return typeof body === 'string'
			? this.masked(body.slice(0, LONGEST_TEXT))
			: this.value(body, '');
	}

	private value(value: unknown, field: string): unknown {
		if (Array.isArray(value)) return value.map((entry: unknown) => this.value(entry, `${field}[]`));
		if (isRecord(value)) {
			return Object.fromEntries(
				Object.entries(value).map(([name, inner]) => [
					field === 'inputs' && !INPUT_ID.test(name) ? this.name(name) : name,
					this.value(inner, field === 'invalid_params[]' && name === 'name' ? 'field' : name),
				]),
			);
		}
		if (typeof value === 'string') return this.text(value, field);
		return typeof value === 'number' && PERSONAL_NUMBERS.has(field) ? 1 : value;
	}

	private text(text: string, field: string): string {
		if (TIME.test(text)) return text;
		if (/^\d+$/.test(text)) return PERSONAL_NUMBERS.has(field) ? '1' : text;
		if (/^https?:\/\//i.test(text)) return this.address(text);
		// Among what was used, a tool may be an app, by the name that somebody gave it.
		const isNamed = field === 'tool' && !SLUG.test(text);
		if (text === '' || (KEPT_FIELDS.has(field) && !isNamed)) return this.withoutSecrets(text);
		return PROSE.has(field) ? this.masked(text) : this.name(text);
	}

	/** What stands for a text that somebody wrote: of the same form, and always the same. */
	private name(text: string): string {
		const known = this.names.get(text);
		if (known !== undefined) return known;
		const number = String(this.names.size + 1);
		const isMail = text.replace(MAIL, '') === '';
		const name = isMail
			? `person${number}@example.com`
			: SLUG.test(text)
				? `word_${number}`
				: `Text ${number}`;
		this.names.set(text, name);
		return name;
	}

	/** A sentence without secrets, mails, and the names that are known so far. */
	masked(text: string): string {
		const named = [...this.names].filter(([original]) => original.length > 2);
		return named.reduce(
			(clean, [original, name]) => clean.replaceAll(original, name),
			this.withoutSecrets(text),
		);
	}

	private withoutSecrets(text: string): string {
		return this.secrets
			.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
			.replace(MAIL, 'person@example.com');
	}

	/** A path or an address, with its query's values replaced but for those that tell times. */
	private address(text: string): string {
		const { callbackUrl } = this.hidden;
		if (callbackUrl && text.startsWith(callbackUrl.origin)) return 'https://callback.example/';
		const [path = '', query] = (text.split('#')[0] ?? '').split(/\?(.*)/s);
		const bare = this.withoutSecrets(path.replace(/^(https?:\/\/)[^/]*@/i, '$1'));
		return query === undefined ? bare : `${bare}?${query.split('&').map(parameter).join('&')}`;
	}
}

/** `token=exp=<unix>~hmac=<hex>` keeps its time and its form. */
function parameter(text: string): string {
	const [name = '', value = ''] = text.split(/=(.*)/s);
	if (KEPT_QUERY.test(name)) return text;
	const token = /^(exp=\d+~hmac=)([0-9a-f]+)$/.exec(value);
	return token ? `${name}=${token[1] ?? ''}${'0'.repeat(token[2]?.length ?? 1)}` : `${name}=x`;
}

/** A signature in its form, with nothing in it. */
const unsigned = (signature: string): string =>
	signature.replace(/[A-Za-z0-9+/_-]{16,}/g, (digest) => 'A'.repeat(digest.length));
