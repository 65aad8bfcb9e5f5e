import {
	forward,
	startOrigin,
	type Answer,
	type Origin,
	type Seen,
} from '../../engine/support/origin';

/** Changes an answer on its way, or leaves it alone. */
export type Rewrite = (answer: Answer & { body: Buffer }, request: Seen) => Answer;

export interface Rewriting extends Origin {
	/** What all requests are forwarded to: an origin without a trailing slash. */
	target: string;
	rewriteRequest: (request: Seen) => Seen;
	rewrite: Rewrite;
}

/** A proxy that changes what passes through it; both changes can be set while it runs. */
export async function startRewriting(target: string): Promise<Rewriting> {
	const changes = {
		target,
		rewriteRequest: (request: Seen): Seen => request,
		rewrite: ((answer) => answer) satisfies Rewrite as Rewrite,
	};
	const origin = await startOrigin(async (request) => {
		const answer = await forward(changes.target, changes.rewriteRequest(request));
		return changes.rewrite(answer, request);
	});
	return Object.assign(changes, origin);
}

/** The answer with its JSON changed; one that is no JSON stays as it is. */
export function withJson(
	answer: Answer & { body: Buffer },
	change: (json: unknown) => unknown,
): Answer {
	const type = answer.headers?.['content-type'] ?? '';
	if (!type.includes('json')) return answer;
	const json: unknown = JSON.parse(answer.body.toString('utf8'));
	return { ...answer, body: Buffer.from(JSON.stringify(change(json))) };
}
