import { z } from 'zod';
import { ROUTES } from '../../../emulator';

/** What an exchange was for: the emulator's names of the API's routes, and the calls that come back. */
export const EXCHANGE_ROUTES = [...ROUTES, 'callback'] as const;
export type ExchangeRoute = (typeof EXCHANGE_ROUTES)[number];

const texts = z.record(z.string());

/** A request and what was answered. Of a callback the request is Magnific's, and the answer ours. */
export const exchangeSchema = z.strictObject({
	route: z.enum(EXCHANGE_ROUTES),
	/** Why it was sent: one of the steps of survey.ts, or of paidRun.ts. */
	step: z.string(),
	/** ISO 8601. */
	at: z.string().datetime(),
	request: z.strictObject({
		method: z.string(),
		/** Path and query; for a host other than the base URL's, the whole address. */
		path: z.string(),
		/** By their lower-case names; the key's value is replaced. */
		headers: texts,
		/** JSON, text, or `{ bytes }` of a file; null for none. */
		body: z.unknown(),
	}),
	/** Null where none came. */
	answer: z.strictObject({ status: z.number(), headers: texts, body: z.unknown() }).nullable(),
	/** What can't be seen any more once secrets and contents are replaced. */
	facts: z.record(z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type Exchange = z.infer<typeof exchangeSchema>;

export const ORIGINS = ['published examples', 'live service', 'another server'] as const;

/** The exchanges of one route, as they are kept and replayed. */
export const cassetteSchema = z.strictObject({
	/** Where the answers come from. `another server`: any base URL but the vendor's, such as the emulator. */
	origin: z.enum(ORIGINS),
	/** `2026-11-27`: when they were seen or, of examples, published. */
	date: z.string().date(),
	exchanges: z.array(exchangeSchema),
});
export type Cassette = z.infer<typeof cassetteSchema>;

/** `/v1/ai/apps/…` → the route and, of the two, the family. Undefined for what is no path of the API. */
export function routeOf(method: string, path: string): ExchangeRoute | undefined {
	const [bare = ''] = path.split('?');
	return ROUTE_PATHS.find(([, verb, pattern]) => verb === method && pattern.test(bare))?.[0];
}

const ROUTE_PATHS: [ExchangeRoute, string, RegExp][] = [
	['list', 'GET', /^\/v1\/ai\/(apps|flows)$/],
	['mine', 'GET', /^\/v1\/ai\/me\/(apps|flows)$/],
	['get_run', 'GET', /^\/v1\/ai\/(apps|flows)\/runs\/[^/]+$/],
	['get_app', 'GET', /^\/v1\/ai\/(apps|flows)\/[^/]+$/],
	['run', 'POST', /^\/v1\/ai\/(apps|flows)\/[^/]+\/run$/],
	['request_upload', 'POST', /^\/v1\/ai\/uploads\/request-url$/],
	['uploads', 'GET', /^\/v1\/ai\/uploads$/],
	['creations', 'GET', /^\/v1\/creations\/recent$/],
	['credit_usage', 'POST', /^\/v1\/analytics\/team-credit-usage$/],
	['team', 'GET', /^\/v1\/analytics\/team-[a-z-]+$/],
];
