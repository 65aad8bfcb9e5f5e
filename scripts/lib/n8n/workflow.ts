import type { IConnections, INodeParameters } from 'n8n-workflow';
import { z } from 'zod';

const objectSchema = z.record(z.unknown());

const nodeSchema = z
	.object({
		id: z.string().optional(),
		name: z.string(),
		type: z.string(),
		typeVersion: z.number(),
		position: z.array(z.number()),
		parameters: z.custom<INodeParameters>((value) => objectSchema.safeParse(value).success),
		credentials: z.record(z.object({ id: z.string().nullable(), name: z.string() })).optional(),
		disabled: z.boolean().optional(),
		onError: z.enum(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput']).optional(),
		retryOnFail: z.boolean().optional(),
		maxTries: z.number().optional(),
		/** Milliseconds. */
		waitBetweenTries: z.number().optional(),
	})
	.passthrough();

const workflowSchema = z
	.object({
		id: z.string().optional(),
		name: z.string(),
		nodes: z.array(nodeSchema),
		connections: z.custom<IConnections>((value) => objectSchema.safeParse(value).success),
		settings: objectSchema.optional(),
		pinData: objectSchema.optional(),
	})
	.passthrough();

export type WorkflowNode = z.infer<typeof nodeSchema>;
/** A workflow as n8n exports it. */
export type WorkflowJson = z.infer<typeof workflowSchema>;

/** @throws ZodError when it is not a workflow */
export function parseWorkflow(value: unknown): WorkflowJson {
	return workflowSchema.parse(value);
}
