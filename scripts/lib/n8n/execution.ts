import { parse } from 'flatted';
import { z } from 'zod';

const binarySchema = z
	.object({
		mimeType: z.string(),
		fileName: z.string().optional(),
		fileExtension: z.string().optional(),
		/** Where n8n keeps the content; absent when `data` is the content itself, in base64. */
		id: z.string().optional(),
		data: z.string(),
	})
	.passthrough();

const itemSchema = z
	.object({
		json: z.record(z.unknown()),
		binary: z.record(binarySchema).optional(),
		pairedItem: z.unknown(),
	})
	.passthrough();

const errorSchema = z
	.object({
		name: z.string().optional(),
		message: z.string(),
		description: z.string().nullish(),
		context: z.record(z.unknown()).optional(),
		httpCode: z.string().nullish(),
		node: z.object({ name: z.string() }).passthrough().optional(),
	})
	.passthrough();

const nodeRunSchema = z
	.object({
		startTime: z.number(),
		executionTime: z.number(),
		executionStatus: z.string().optional(),
		error: errorSchema.optional(),
		/** Models and tools of an agent give out nothing under `main`. */
		data: z.object({ main: z.array(z.array(itemSchema).nullable()).optional() }).optional(),
	})
	.passthrough();

/** n8n stores nothing of an execution that runs, until it is over or parked. */
const dataSchema = z
	.object({
		resultData: z.object({
			runData: z.record(z.array(nodeRunSchema)).default({}),
			error: errorSchema.optional(),
		}),
	})
	.default({ resultData: {} });

const executionSchema = z.object({
	id: z.coerce.string(),
	status: z.string(),
	mode: z.string(),
	startedAt: z.string().nullish(),
	stoppedAt: z.string().nullish(),
	waitTill: z.string().nullish(),
	data: z.string(),
});

export type BinaryField = z.infer<typeof binarySchema>;
export type Item = z.infer<typeof itemSchema>;
export type ExecutionError = z.infer<typeof errorSchema>;
/** One time that a node ran: `data.main[output]` are its items. */
export type NodeRun = z.infer<typeof nodeRunSchema>;

const ENDED = ['success', 'error', 'crashed', 'canceled'];

/** An execution as n8n stored it. */
export class Execution {
	private constructor(
		readonly id: string,
		/** `new`, `running`, `waiting`, `success`, `error`, `crashed` or `canceled`. */
		readonly status: string,
		readonly mode: string,
		readonly startedAt: string | undefined,
		readonly stoppedAt: string | undefined,
		/** Until when it is parked, if it is. */
		readonly waitTill: string | undefined,
		/** By node name, each time that the node ran. */
		readonly runs: Readonly<Record<string, readonly NodeRun[]>>,
		/** What ended the execution as a whole; an error that the workflow handles is not here. */
		readonly error: ExecutionError | undefined,
		/** All of it as n8n's API gave it, to be searched for what must not be there. */
		readonly text: string,
	) {}

	/** @param answer the `data` of `GET /rest/executions/:id` */
	static parse(answer: unknown): Execution {
		const stored = executionSchema.parse(answer);
		const { resultData } = dataSchema.parse(parse(stored.data));
		return new Execution(
			stored.id,
			stored.status,
			stored.mode,
			stored.startedAt ?? undefined,
			stored.stoppedAt ?? undefined,
			stored.waitTill ?? undefined,
			resultData.runData,
			resultData.error,
			JSON.stringify(answer),
		);
	}

	/** Whether it is over; one that is parked (`waiting`) is not. */
	get hasEnded(): boolean {
		return ENDED.includes(this.status);
	}

	/**
	 * What a node gave out.
	 *
	 * @param output index of the node's output; an error output comes after the others
	 * @param run which of the node's runs, counted from 0; the last one if not given
	 */
	items(node: string, output = 0, run = -1): Item[] {
		return this.runs[node]?.at(run)?.data?.main?.[output] ?? [];
	}

	/** The `json` of `items`. */
	json(node: string, output = 0, run = -1): Array<Record<string, unknown>> {
		return this.items(node, output, run).map((item) => item.json);
	}
}
