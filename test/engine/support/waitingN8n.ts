import { once } from 'node:events';
import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import { parse, stringify } from 'flatted';
import { WebhookContext, WorkflowExecute } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	IRun,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import { OneCredential } from './credentials';
import { additionalDataFor, NODE, workflowOf, type NodeSettings } from './n8n';
import { ownProcess, type NodeProcess } from './nodeProcess';
import { outcomeOf, type NodeOutcome } from './runNode';

export interface WaitingRun {
	parameters: INodeParameters;
	items: INodeExecutionData[];
	settings?: NodeSettings;
	credential: ICredentialDataDecryptedObject;
	/**
	 * A status with which somebody in between answers a call in n8n's place, or `reset` where the
	 * connection breaks; undefined: nobody does.
	 */
	inBetween?: (headers: IncomingHttpHeaders) => number | 'reset' | undefined;
	/** So many calls for the parked execution cannot read the credential. */
	unreadFor?: number;
	/** `timer`: no call is served, and n8n's timer ends the wait, at once. Default: a call. */
	endsBy?: 'call' | 'timer';
}

/** The part of n8n that wakes parked executions, as n8n 2.41 does it. */
export interface WaitingN8n {
	/** Runs the node; where it parks, until a call has woken it and it has ended. */
	run(given: WaitingRun): Promise<NodeOutcome>;
	/** n8n's *Retry* of a failed execution: another one, with all that was saved of it. */
	retry(failed: NodeOutcome, given: WaitingRun): Promise<NodeOutcome>;
	/** Stop, for the execution that runs or is parked. */
	stop(): void;
	/** Whether an execution is parked that no call is being served for. */
	isAtRest(): boolean;
	/** How many calls it has answered with 2xx. */
	readonly taken: number;
	/** How many of them were Magnific's. */
	readonly calledBack: number;
	/** How many times an execution was parked. */
	readonly parked: number;
	/** n8n dies and another process takes over what is parked. */
	restart(next: NodeProcess): void;
	/** n8n's timer ends the wait of what is parked. */
	endWaits(): void;
	/** What it could not do in a call, such as resume an execution a second time. */
	readonly troubles: string[];
	close(): Promise<void>;
}

/** What the engine is doing, to be cancelled by Stop. */
type Running = ReturnType<WorkflowExecute['processRunExecutionData']>;

interface Execution extends WaitingRun {
	id: string;
	/** As n8n saves a parked one; undefined while it executes. */
	saved: string | undefined;
	/** Stop was pressed while it was parked: a call that is being served does not wake it any more. */
	isStopped: boolean;
	stop: () => void;
	/** Calls that are being served. */
	served: number;
	ended: (run: IRun) => void;
}

/** Its own type does not promise the workflow's name. */
export class WakingContext extends WebhookContext {
	override getWorkflow(): { id: string; name: string; active: boolean } {
		const { id, name = '', active } = super.getWorkflow();
		return { id, name, active };
	}
}

class UnreadCredential extends OneCredential {
	override async getDecrypted(): Promise<never> {
		return await Promise.reject(new Error('The secret store is down'));
	}
}

const WAITING = '/webhook-waiting';

const isRunData = (value: unknown): value is IRunExecutionData =>
	typeof value === 'object' && value !== null && 'resultData' in value;

/** Serves `…/webhook-waiting/<execution>`. */
export const startWaitingN8n = async (first = ownProcess()): Promise<WaitingN8n> => {
	const executions = new Map<string, Execution>();
	const troubles: string[] = [];
	let process = first;
	let [taken, calledBack, parked] = [0, 0, 0];
	const server = createServer((request, response) => {
		void serve(request, response).catch((error: unknown) => {
			troubles.push(String(error));
			if (!response.headersSent) response.writeHead(500).end(String(error));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('There is no port');
	const url = `http://127.0.0.1:${String(address.port)}`;
	let lastId = 0;

	const additionalFor = ({ credential, id }: Execution): IWorkflowExecuteAdditionalData => ({
		...additionalDataFor(credential),
		credentialsHelper: process.credentialsHelper(credential),
		executionId: id,
		webhookWaitingBaseUrl: `${url}${WAITING}`,
	});

	const workflowFor = ({ parameters, items, settings }: Execution) =>
		workflowOf(parameters, items, settings, process.node);

	/** What the engine was told to run; where it parks, until it is told to go on. */
	const follow = async (execution: Execution, running: Running): Promise<void> => {
		execution.stop = () => {
			running.cancel();
		};
		const run = await running;
		if (run.status !== 'waiting') {
			execution.ended(run);
			return;
		}
		const saved = stringify(run.data);
		parked += 1;
		execution.stop = () => {
			execution.saved = undefined;
			execution.isStopped = true;
			execution.ended({ ...run, status: 'canceled' });
		};
		if (execution.endsBy === 'timer') await endWait(execution, saved);
		else execution.saved = saved;
	};

	/** The node is disabled by the engine then, and passes on what it finds as its input. */
	const endWait = async (execution: Execution, saved: string): Promise<void> => {
		const data: unknown = parse(saved);
		if (!isRunData(data)) throw new Error('The execution was not saved');
		execution.saved = undefined;
		const engine = new WorkflowExecute(additionalFor(execution), 'manual', data);
		await follow(execution, engine.processRunExecutionData(workflowFor(execution)));
	};

	const wake = async (
		execution: Execution,
		saved: string,
		request: IncomingMessage,
		response: ServerResponse,
	): Promise<void> => {
		const rawBody = await bodyOf(request);
		const data: unknown = parse(saved);
		if (!isRunData(data)) throw new Error('The execution was not saved');
		const [entry] = data.executionData?.nodeExecutionStack ?? [];
		if (!entry) throw new Error('The execution has no node that waits');
		entry.node.disabled = true;
		delete data.waitTill;
		data.resultData.runData[NODE]?.pop();

		const workflow = workflowFor(execution);
		const node = workflow.getNode(NODE);
		const by = process;
		const [description] = by.node.description.webhooks ?? [];
		if (!node || !description) throw new Error('The node has no webhook');
		const isUnread = execution.unreadFor !== undefined && execution.unreadFor > 0;
		if (isUnread) execution.unreadFor = (execution.unreadFor ?? 0) - 1;
		const additionalData = Object.assign(additionalFor(execution), {
			...(isUnread ? { credentialsHelper: new UnreadCredential({}) } : {}),
			httpRequest: Object.assign(request, {
				body: jsonOf(rawBody),
				rawBody,
				params: {},
				query: Object.fromEntries(new URL(request.url ?? '', url).searchParams),
			}),
			httpResponse: Object.assign(response, {
				status: (code: number) => {
					response.statusCode = code;
					return response;
				},
				json: (body: unknown) => response.end(JSON.stringify(body)),
			}),
		});
		const webhook = {
			httpMethod: 'POST' as const,
			node: NODE,
			path: '',
			webhookDescription: description,
			workflowId: workflow.id,
			workflowExecuteAdditionalData: additionalData,
		};
		const context = new WakingContext(workflow, node, additionalData, 'manual', webhook, [], data);
		const { workflowData } = await by.node.webhook.call(context);
		if (workflowData === undefined || by !== process || execution.isStopped) return;
		if (execution.saved === undefined) throw new Error('The execution was resumed twice');
		execution.saved = undefined;
		entry.data.main = workflowData;
		entry.metadata = { ...entry.metadata, forwardAllOutputs: true };
		const engine = new WorkflowExecute(additionalFor(execution), 'manual', data);
		await follow(execution, engine.processRunExecutionData(workflow));
	};

	const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const id = new URL(request.url ?? '', url).pathname.slice(WAITING.length + 1);
		const execution = executions.get(id);
		const status = execution?.inBetween?.(request.headers);
		if (status === 'reset') {
			request.socket.destroy();
			return;
		}
		if (status !== undefined) {
			response.writeHead(status, { 'content-type': 'text/html' }).end('<html></html>');
			return;
		}
		if (execution?.saved === undefined) {
			const why = execution ? 'is running already' : 'does not exist';
			response.writeHead(execution ? 409 : 404, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ code: 0, message: `The execution "${id}" ${why}.` }));
			return;
		}
		execution.served += 1;
		response.once('close', () => {
			execution.served -= 1;
			if (!response.writableEnded || response.statusCode >= 300) return;
			taken += 1;
			if (request.headers[SELF_CALL_HEADER] === undefined) calledBack += 1;
		});
		await wake(execution, execution.saved, request, response);
	};

	const execute = async (
		given: WaitingRun,
		begin: (execution: Execution) => Running,
	): Promise<NodeOutcome> => {
		lastId += 1;
		const id = String(lastId);
		const execution: Execution = {
			...given,
			id,
			saved: undefined,
			isStopped: false,
			stop: () => undefined,
			served: 0,
			ended: () => undefined,
		};
		const ended = new Promise<IRun>((resolve) => {
			execution.ended = resolve;
		});
		executions.set(id, execution);
		await follow(execution, begin(execution));
		const run = await ended;
		executions.delete(id);
		return outcomeOf(run);
	};

	return {
		async run(given) {
			return await execute(given, (execution) => {
				const workflow = workflowFor(execution);
				const start = workflow.getNode('Source 0');
				if (!start) throw new Error('The workflow has no start');
				const engine = new WorkflowExecute(additionalFor(execution), 'manual');
				return engine.run({ workflow, startNode: start });
			});
		},
		async retry({ run }, given) {
			return await execute(given, (execution) => {
				const data: unknown = parse(stringify(run.data));
				if (!isRunData(data)) throw new Error('The execution was not saved');
				delete data.resultData.error;
				const tasks = data.resultData.runData[data.resultData.lastNodeExecuted ?? ''];
				if (tasks?.at(-1)?.error) tasks.pop();
				const engine = new WorkflowExecute(additionalFor(execution), 'retry', data);
				return engine.processRunExecutionData(workflowFor(execution));
			});
		},
		stop() {
			for (const { stop } of executions.values()) stop();
		},
		isAtRest() {
			return [...executions.values()].some(
				({ saved, served }) => saved !== undefined && served === 0,
			);
		},
		get taken() {
			return taken;
		},
		get calledBack() {
			return calledBack;
		},
		get parked() {
			return parked;
		},
		restart(next) {
			process.kill();
			process = next;
			server.closeAllConnections();
		},
		endWaits() {
			for (const execution of executions.values()) {
				if (execution.saved !== undefined) void endWait(execution, execution.saved);
			}
		},
		troubles,
		async close() {
			process.kill();
			server.close();
			server.closeAllConnections();
			await once(server, 'close').catch(() => undefined);
		},
	};
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
	const chunks: Buffer[] = [];
	for await (const chunk of request) {
		if (Buffer.isBuffer(chunk)) chunks.push(chunk);
	}
	return Buffer.concat(chunks);
};

const jsonOf = (bytes: Buffer): unknown => {
	try {
		return JSON.parse(bytes.toString());
	} catch {
		return {};
	}
};
