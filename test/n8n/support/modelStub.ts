import fastify from 'fastify';
import { z } from 'zod';

const requestSchema = z
	.object({
		stream: z.boolean().optional(),
		messages: z.array(z.object({ role: z.string(), content: z.unknown() }).passthrough()),
		tools: z
			.array(
				z.object({
					function: z.object({ name: z.string(), parameters: z.unknown() }).passthrough(),
				}),
			)
			.default([]),
	})
	.passthrough();

/** What the agent sent: the conversation so far and the tools that it offers. */
export type ModelRequest = z.infer<typeof requestSchema>;

/** What the model says next: a call of a tool, or its last words. */
export type ModelTurn = { call: string; args: Record<string, unknown> } | { text: string };

export interface ModelStub {
	/** The base URL for an OpenAI credential. */
	readonly url: string;
	/** All that was asked, in order. */
	readonly requests: ModelRequest[];
	close(): Promise<void>;
}

/** The text of the tools' answers so far, in order. */
export const toolAnswers = ({ messages }: ModelRequest): string[] =>
	messages.flatMap(({ role, content }) =>
		role === 'tool' ? [typeof content === 'string' ? content : JSON.stringify(content)] : [],
	);

/**
 * A chat model on this machine that speaks the wire format of OpenAI's chat completions, and says
 * what `turn` decides.
 */
export const startModelStub = async (
	turn: (request: ModelRequest) => ModelTurn,
): Promise<ModelStub> => {
	const requests: ModelRequest[] = [];
	const server = fastify();
	server.post('/v1/chat/completions', async (request, reply) => {
		const asked = requestSchema.parse(request.body);
		requests.push(asked);
		const next = turn(asked);
		const id = `call_${String(requests.length)}`;
		const message =
			'text' in next
				? { role: 'assistant', content: next.text }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [
							{
								index: 0,
								id,
								type: 'function',
								function: { name: next.call, arguments: JSON.stringify(next.args) },
							},
						],
					};
		const finish_reason = 'text' in next ? 'stop' : 'tool_calls';
		const common = { id: `chat_${id}`, created: 0, model: 'stub' };
		if (asked.stream !== true) {
			return {
				...common,
				object: 'chat.completion',
				choices: [{ index: 0, message, finish_reason }],
				usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
			};
		}
		const chunk = { ...common, object: 'chat.completion.chunk' };
		const events = [
			{ ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
			{ ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
		];
		return await reply
			.type('text/event-stream')
			.send(
				`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`,
			);
	});
	const address = await server.listen({ host: '127.0.0.1', port: 0 });
	return {
		url: `${address}/v1`,
		requests,
		close: async () => {
			await server.close();
		},
	};
};
