import { once } from 'node:events';
import { createServer } from 'node:http';
import { parse, stringify } from 'flatted';
import { WorkflowExecute } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	IRunExecutionData,
	IWebhookResponseData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { startEmulator } from '../../emulator';
import { isRecord } from '../../nodes/Magnific/api/guards';
import { signatureOf } from '../../nodes/Magnific/callbacks/signature';
import { callbackUrl, type ParkKey } from '../../nodes/Magnific/suspended/callbackUrl';
import { parkMemories } from '../../nodes/Magnific/suspended/memories';
import type { Magnific } from '../../nodes/Magnific/Magnific.node';
import { additionalDataFor, NODE, workflowOf } from '../../test/engine/support/n8n';
import { appRun, fields } from '../../test/engine/support/parameters';
import { WakingContext } from '../../test/engine/support/waitingN8n';

const EXECUTION = '1';
const WAITING = '/webhook-waiting';

/** A batch that n8n's engine has executed until it was parked, and calls for it without n8n's server. */
export interface ParkedBatch {
	/** What n8n saves of the execution, as text. */
	saved: string;
	/** The part of it that the node itself keeps. */
	kept: string;
	/** What n8n does with the text at each call before the node hears of it. */
	read: () => IRunExecutionData;
	/** A callback that tells the end of the item's run; resolves to what the node answers. */
	callBack: (itemIndex: number, data: IRunExecutionData) => Promise<IWebhookResponseData>;
	/** Nobody watches over it or submits for it any more. */
	close: () => Promise<void>;
}

const isRunData = (value: unknown): value is IRunExecutionData =>
	isRecord(value) && isRecord(value.resultData);

/** n8n's address for parked executions, where nobody can be heard: what was not submitted before the park stays so. */
const startWaitingAddress = async () => {
	const state = { isParked: false };
	const server = createServer((_, response) => {
		const [status, message] = state.isParked
			? [503, 'Busy']
			: [409, `The execution "${EXECUTION}" is running already.`];
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ code: status, message }));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('There is no port');
	return { server, state, url: `http://127.0.0.1:${String(address.port)}` };
};

const keyIn = (kept: unknown): ParkKey => {
	const park: unknown = typeof kept === 'string' ? JSON.parse(kept) : undefined;
	if (!isRecord(park) || typeof park.id !== 'string' || typeof park.secret !== 'string') {
		throw new Error('The batch was not parked');
	}
	return { id: park.id, secret: park.secret };
};

const titleOf = (itemIndex: number): string => `Poster ${String(itemIndex)}`;

export const itemsOf = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, i) => ({ json: { title: titleOf(i) } }));

/** App → Run, with the title of each item. */
export const posterOf = (rest: INodeParameters): INodeParameters =>
	appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), rest);

/** Parks a batch of `count` items: 49 are submitted before the park, none after it. */
export const parkBatch = async (count: number, node: Magnific): Promise<ParkedBatch> => {
	const magnific = await startEmulator();
	await magnific.control.settings({ durations: { [posterFromText.sqid]: 86_400 } });
	const waiting = await startWaitingAddress();
	const credential: ICredentialDataDecryptedObject = {
		apiKey: magnific.apiKey,
		baseUrl: magnific.url,
		endpointFamily: 'apps',
		requestsPerMinute: 50,
		webhookSecret: magnific.webhookSecret,
	};
	const additional = (): IWorkflowExecuteAdditionalData => ({
		...additionalDataFor(credential),
		executionId: EXECUTION,
		webhookWaitingBaseUrl: `${waiting.url}${WAITING}`,
	});
	const parameters = posterOf({ wait: 'webhook', options: { maxWait: 1_000 } });
	const workflow = workflowOf(parameters, itemsOf(count), {}, node);
	const start = workflow.getNode('Source 0');
	if (!start) throw new Error('The workflow has no start');
	const run = await new WorkflowExecute(additional(), 'trigger').run({
		workflow,
		startNode: start,
	});
	waiting.state.isParked = true;
	if (run.status !== 'waiting') throw new Error(`The batch came to ${run.status}`);
	const saved = stringify(run.data);
	const context = run.data.executionData?.contextData[`node:${NODE}`];
	const key = keyIn(context?.['park']);
	const runIds = new Map(
		(await magnific.control.runs()).map(({ inputs, run_id }) => [
			String(Object.values(inputs)[0]),
			run_id,
		]),
	);
	const [description] = node.description.webhooks ?? [];
	const magnificNode = workflow.getNode(NODE);
	if (!description || !magnificNode) throw new Error('The node has no webhook');

	return {
		saved,
		kept: stringify(context),
		read() {
			const data: unknown = parse(saved);
			if (!isRunData(data)) throw new Error('The execution was not saved');
			return data;
		},
		async callBack(itemIndex, data) {
			const url = new URL(callbackUrl(`${waiting.url}${WAITING}/${EXECUTION}`, key, itemIndex));
			const body = {
				run_id: runIds.get(titleOf(itemIndex)) ?? `late${String(itemIndex).padStart(6, '0')}`,
				event: 'finished',
				status: 'completed',
				result: {
					images: [{ id: 'a', url: `${magnific.url}/${String(itemIndex)}.png`, tool: 'model' }],
					videos: [],
					audios: [],
				},
			};
			const rawBody = Buffer.from(JSON.stringify(body));
			const seconds = String(Math.floor(Date.now() / 1000));
			const id = `call${String(itemIndex)}`;
			const response = { headersSent: false, status: () => response, json: () => response };
			const additionalData = Object.assign(additional(), {
				httpRequest: {
					headers: {
						'webhook-id': id,
						'webhook-timestamp': seconds,
						'webhook-signature': signatureOf(magnific.webhookSecret, id, seconds, rawBody),
					},
					query: Object.fromEntries(url.searchParams),
					body,
					rawBody,
					params: {},
				},
				httpResponse: response,
			});
			const webhook = {
				httpMethod: 'POST' as const,
				node: NODE,
				path: '',
				webhookDescription: description,
				workflowId: workflow.id,
				workflowExecuteAdditionalData: additionalData,
			};
			const call = new WakingContext(
				workflow,
				magnificNode,
				additionalData,
				'trigger',
				webhook,
				[],
				data,
			);
			return await node.webhook.call(call);
		},
		async close() {
			parkMemories.goneOn(key.id);
			await magnific.close();
			waiting.server.close();
			waiting.server.closeAllConnections();
		},
	};
};
