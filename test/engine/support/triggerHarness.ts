import { createHmac, randomUUID } from 'node:crypto';
import { WebhookContext } from 'n8n-core';
import {
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { systemClock } from '../../../nodes/Magnific/api/clock';
import { MagnificTrigger } from '../../../nodes/Magnific/MagnificTrigger.node';
import type { LocalMagnific } from './localMagnific';
import { additionalDataFor, magnificNode } from './n8n';
import { witness } from './witness';

const TYPE = 'n8n-nodes-magnific.magnificTrigger';

export interface Call {
	/** Sent as JSON; a text or bytes as they are. */
	body?: unknown;
	query?: Record<string, unknown>;
	headers?: Record<string, string | string[]>;
	/** Default: that of the credential. Null: the call is not signed. */
	secret?: string | null;
	webhookId?: string;
	/** Default: now by the node's clock, in seconds. */
	timestamp?: string;
}

export interface Answered {
	status: number | undefined;
	message: unknown;
	/** The items that the workflow starts with; undefined where it does not start. */
	items: INodeExecutionData[] | undefined;
	json: IDataObject[] | undefined;
}

export interface TriggerNode {
	call(call: Call): Promise<Answered>;
	/** n8n's log lines of the trigger, from all of its calls. */
	readonly log: string[];
	/** What n8n saves for the workflow. */
	readonly staticData: IDataObject;
	/** Replaces the credential, or makes reading it fail. */
	setCredential(change: ICredentialDataDecryptedObject | Error): void;
}

/** Its own type does not promise the workflow's name. */
class TriggerContext extends WebhookContext {
	override getWorkflow(): { id: string; name: string; active: boolean } {
		const { id, name = '', active } = super.getWorkflow();
		return { id, name, active };
	}
}

const bytesOf = (body: unknown): Buffer => {
	if (Buffer.isBuffer(body)) return body;
	if (body === undefined) return Buffer.alloc(0);
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

/** As n8n does it with a body that is JSON; others it hands over as they are. */
const parsed = (bytes: Buffer): unknown => {
	try {
		return JSON.parse(bytes.toString());
	} catch {
		return bytes.length === 0 ? {} : bytes.toString();
	}
};

const signatureHeaders = (
	secret: string,
	id: string,
	timestamp: string,
	bytes: Buffer,
): Record<string, string> => ({
	'webhook-id': id,
	'webhook-timestamp': timestamp,
	'webhook-signature': `v1,${createHmac('sha256', secret)
		.update(`${id}.${timestamp}.`)
		.update(bytes)
		.digest('base64')}`,
});

/** A published trigger on n8n's webhook context, and the calls that come for it. */
export const triggerNode = (
	local: LocalMagnific,
	parameters: INodeParameters = {},
	{ mode = 'webhook' }: { mode?: WorkflowExecuteMode } = {},
): TriggerNode => {
	const type = new MagnificTrigger();
	const [description] = type.description.webhooks ?? [];
	if (!description) throw new Error('The trigger has no webhook');
	const workflow = new Workflow({
		// The node remembers deliveries by workflow, for as long as the process lives.
		id: randomUUID(),
		name: 'Results',
		active: true,
		nodes: [
			{
				...magnificNode(
					TYPE,
					{ events: ['completed', 'completedWithErrors', 'failed'], ...parameters },
					{},
				),
				name: 'Magnific Trigger',
			},
		],
		connections: {},
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
		staticData: {},
	});
	const node = workflow.getNode('Magnific Trigger');
	if (!node) throw new Error('The workflow has no trigger');
	let credential: ICredentialDataDecryptedObject | Error = local.credential;
	const log: string[] = [];

	const call = async ({
		body,
		query = {},
		headers = {},
		secret,
		webhookId = `msg_${randomUUID()}`,
		timestamp = String(Math.floor(systemClock.now() / 1000)),
	}: Call): Promise<Answered> => {
		const bytes = bytesOf(body);
		const ownSecret = credential instanceof Error ? '' : credential['webhookSecret'];
		const key = secret === undefined ? ownSecret : secret;
		const given = credential;
		let status: number | undefined;
		let message: unknown;
		const response = {
			headersSent: false,
			status(code: number) {
				status = code;
				return response;
			},
			json(answer: unknown) {
				message = answer;
				response.headersSent = true;
				return response;
			},
		};
		const additionalData = Object.assign(
			additionalDataFor(given instanceof Error ? local.credential : given),
			{
				httpRequest: {
					headers: {
						...(typeof key === 'string' && key !== ''
							? signatureHeaders(key, webhookId, timestamp, bytes)
							: {}),
						...headers,
					},
					body: parsed(bytes),
					rawBody: bytes,
					params: {},
					query,
				},
				httpResponse: response,
			},
		);
		if (given instanceof Error) {
			additionalData.credentialsHelper.getDecrypted = async () => await Promise.reject(given);
		}
		const webhook = {
			httpMethod: 'POST' as const,
			node: node.name,
			path: 'magnific',
			webhookDescription: description,
			workflowId: workflow.id,
			workflowExecuteAdditionalData: additionalData,
		};
		const context = new TriggerContext(workflow, node, additionalData, mode, webhook, [], null);
		for (const level of ['warn', 'error'] as const) {
			jest.spyOn(context.logger, level).mockImplementation((...args) => {
				log.push(args[0]);
			});
		}
		const { workflowData } = await type.webhook.call(context);
		witness({ workflowData, message, log });
		const items = workflowData?.[0];
		return { status, message, items, json: items?.map(({ json }) => json) };
	};

	return {
		call,
		log,
		get staticData() {
			return workflow.getStaticData('node', node);
		},
		setCredential(change) {
			credential = change instanceof Error ? change : { ...local.credential, ...change };
		},
	};
};
