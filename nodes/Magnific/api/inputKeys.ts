import type { Clock } from './clock';
import { keyKindOf, type EndpointFamily, type KeyKind } from './endpoints';
import type { ApiError } from './errors';
import type { AppDefinition } from './types';

const UNKNOWN =
	/\b(?:unknown|unrecogni[sz]ed|unexpected|extra|additional|no such|does not exist|not (?:a )?(?:known|valid|recogni[sz]ed|allowed|permitted|found))\b/i;
const MISSING = /\b(?:required|missing)\b/i;

/**
 * Whether a submission was refused (400 or 422: nothing was started) because its inputs were keyed by
 * `sent`, while the definition has the other kind of keys: it calls a key unknown that was sent, or
 * misses one that was given under its other name. `inputs` is keyed by `id`.
 */
export const wantsOtherKeys = (
	error: ApiError,
	app: AppDefinition,
	inputs: Record<string, unknown>,
	sent: KeyKind,
): boolean => {
	if (error.httpCode !== 400 && error.httpCode !== 422) return false;
	const given = app.inputs.filter(
		({ id, api_key }) => id in inputs && api_key !== null && api_key !== id,
	);
	return given.some(({ id, api_key }) => {
		const [used, unused] = sent === 'id' ? [id, api_key] : [api_key, id];
		return error.invalidParams.length > 0
			? error.invalidParams.some(
					({ name, reason }) =>
						(name === used && UNKNOWN.test(reason)) || (name === unused && MISSING.test(reason)),
				)
			: used !== null && error.message.includes(used) && UNKNOWN.test(error.message);
	});
};

/** A server may change its mind: what it wants is found out again after so long. */
const KNOWN_MS = 10 * 60_000;

/** Remembers which servers want the inputs under other keys than their family is known for. */
export class KeyMemory {
	/** Until when, ms since the epoch. */
	private readonly unusual = new Map<string, number>();

	constructor(private readonly clock: Pick<Clock, 'now'>) {}

	/** The kind of keys to send. */
	kind(family: EndpointFamily, baseUrl: string): KeyKind {
		const usual = keyKindOf(family);
		const until = this.unusual.get(`${family} ${baseUrl}`) ?? 0;
		return this.clock.now() < until ? otherKind(usual) : usual;
	}

	/** Notes that the server took this kind. */
	took(kind: KeyKind, family: EndpointFamily, baseUrl: string): void {
		const server = `${family} ${baseUrl}`;
		if (kind === keyKindOf(family)) this.unusual.delete(server);
		else this.unusual.set(server, this.clock.now() + KNOWN_MS);
	}
}

export const otherKind = (kind: KeyKind): KeyKind => (kind === 'id' ? 'api_key' : 'id');
