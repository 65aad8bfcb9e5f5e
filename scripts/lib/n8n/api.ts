import type { INodeParameters } from 'n8n-workflow';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Execution, type BinaryField } from './execution';
import type { WorkflowJson, WorkflowNode } from './workflow';

const LOOK_INTERVAL_MS = 150;
/** n8n 1 stores the status of an execution first and then its data, in SQLite without a transaction. */
const STATUS_BEFORE_DATA_MS = 1_000;
/** What n8n answers, before it does anything, while its look at the database is late: on a busy machine. */
const NO_DATABASE = 'Database is not ready!';
const DATABASE_PATIENCE_MS = 60_000;
const DEFAULT_RUN_TIMEOUT_MS = 120_000;

/** The owner that every n8n started here gets. */
export const OWNER = {
	email: 'demo@magnific.test',
	firstName: 'Demo',
	lastName: 'Owner',
	password: 'Magnific-demo-1',
};

export interface StoredCredential {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** What the editor sends to fill a list or a form of a node. */
export interface DynamicRequest {
	nodeType: string;
	typeVersion?: number;
	/** Name of the node's method, e.g. `searchApps`. */
	methodName: string;
	/** Where the parameter is, e.g. `parameters.app`. */
	path: string;
	parameters: INodeParameters;
	/** What a user typed into a searchable list. */
	filter?: string;
	paginationToken?: string;
}

/** n8n answered a request with something else than 2xx. */
export class N8nRequestFailed extends Error {
	constructor(
		readonly status: number,
		/** The `message` of n8n's answer, as a user sees it. */
		readonly reason: string,
		request: string,
	) {
		super(`n8n answered ${request} with ${String(status)}: ${reason}`);
		this.name = 'N8nRequestFailed';
	}
}

const workflowSchema = z
	.object({ id: z.string(), versionId: z.string().optional(), active: z.boolean().optional() })
	.passthrough();
const listSearchSchema = z.object({
	results: z.array(
		z.object({ name: z.string(), value: z.union([z.string(), z.number()]) }).passthrough(),
	),
	paginationToken: z.unknown().optional(),
});
const fieldsSchema = z.object({
	fields: z.array(
		z
			.object({
				id: z.string(),
				displayName: z.string(),
				required: z.boolean(),
				display: z.boolean(),
				defaultMatch: z.boolean(),
				type: z.string().optional(),
				options: z
					.array(z.object({ name: z.string(), value: z.unknown() }).passthrough())
					.optional(),
				defaultValue: z.unknown().optional(),
				readOnly: z.boolean().optional(),
				removed: z.boolean().optional(),
			})
			.passthrough(),
	),
	emptyFieldsNotice: z.string().optional(),
});
const optionsSchema = z.array(z.object({ name: z.string(), value: z.unknown() }).passthrough());

export type ResourceMapperFields = z.infer<typeof fieldsSchema>;
export type ListSearchResults = z.infer<typeof listSearchSchema>;

/** Does through n8n's own REST API what a user does in the editor. */
export class N8nApi {
	private cookie = '';
	private readonly credentials: StoredCredential[] = [];
	private readonly workflows = new Map<string, WorkflowJson>();

	constructor(
		/** e.g. `http://127.0.0.1:5678`, without a slash at the end. */
		readonly url: string,
		/** n8n's, e.g. `2.41.1`. */
		private readonly version: string,
	) {}

	/** Makes the first account of a new n8n; every later request is made as this owner. */
	async setUpOwner(): Promise<void> {
		await this.signIn('/rest/owner/setup', OWNER);
	}

	/** Signs in as `OWNER`, for an n8n that was set up before. */
	async logIn(): Promise<void> {
		await this.signIn('/rest/login', {
			emailOrLdapLoginId: OWNER.email,
			email: OWNER.email,
			password: OWNER.password,
		});
	}

	/** Name and value of the session's cookie, for a browser that is to be signed in already. */
	get session(): { name: string; value: string } {
		const [name = '', ...value] = this.cookie.split('=');
		return { name, value: value.join('=') };
	}

	/** Stores a credential; workflows imported later have their nodes of that type use it. */
	async importCredential(credential: {
		name: string;
		type: string;
		data: Record<string, unknown>;
	}): Promise<StoredCredential> {
		const answer = await this.request('POST', '/rest/credentials', credential);
		const stored = { ...credential, id: z.object({ id: z.string() }).parse(answer).id };
		this.credentials.push(stored);
		return stored;
	}

	/** Runs a credential's test, as the editor does when it is saved. */
	async testCredential(credential: StoredCredential): Promise<{ status: string; message: string }> {
		const answer = await this.request('POST', '/rest/credentials/test', {
			credentials: credential,
		});
		return z.object({ status: z.string(), message: z.string() }).parse(answer);
	}

	/**
	 * Stores a workflow. A node that names a credential of a type stored through this client gets
	 * the last such credential of the same name, else the last of that type.
	 *
	 * @returns the workflow's id: its own where it has one
	 */
	async importWorkflow(workflow: WorkflowJson): Promise<string> {
		const bound = {
			settings: {},
			...(this.isVersion1 && { active: false }),
			...workflow,
			nodes: workflow.nodes.map((node) => this.bindCredentials(node)),
		};
		const { id } = workflowSchema.parse(await this.request('POST', '/rest/workflows', bound));
		this.workflows.set(id, bound);
		return id;
	}

	/**
	 * Starts a workflow from its first trigger, as *Execute workflow* in the editor does, and does
	 * not wait for its end.
	 *
	 * @returns the execution's id
	 */
	async startWorkflow(workflow: WorkflowJson | string): Promise<string> {
		const id = typeof workflow === 'string' ? workflow : await this.importWorkflow(workflow);
		const nodes = this.workflows.get(id)?.nodes ?? [];
		const trigger = nodes.find((node) => /trigger/i.test(node.type) && !node.disabled);
		if (!trigger) throw new Error(`Workflow ${id} has no trigger to start from.`);
		const answer = await this.request('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger.name },
			// n8n 1 runs what it is sent, n8n 2 what it has stored.
			...(this.isVersion1 && {
				workflowData: await this.request('GET', `/rest/workflows/${id}`),
			}),
		});
		return z.object({ executionId: z.coerce.string() }).parse(answer).executionId;
	}

	/** Runs a workflow to its end, whatever that end is. */
	async runWorkflow(
		workflow: WorkflowJson | string,
		options: { timeoutMs?: number } = {},
	): Promise<Execution> {
		return await this.waitForEnd(await this.startWorkflow(workflow), options);
	}

	/** Waits until an execution is over. @throws after `timeoutMs`, two minutes if not given */
	async waitForEnd(id: string, options: { timeoutMs?: number } = {}): Promise<Execution> {
		return await this.waitFor(id, (execution) => execution.hasEnded, options);
	}

	/** Waits until an execution is as wanted, e.g. parked: `(execution) => execution.status === 'waiting'`. */
	async waitFor(
		id: string,
		isWanted: (execution: Execution) => boolean,
		{ timeoutMs = DEFAULT_RUN_TIMEOUT_MS }: { timeoutMs?: number } = {},
	): Promise<Execution> {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const execution = await this.storedExecution(id);
			if (execution && isWanted(execution)) {
				if (!this.isVersion1) return execution;
				await delay(STATUS_BEFORE_DATA_MS);
				return await this.getExecution(id);
			}
			if (Date.now() > deadline) {
				throw new Error(
					`Execution ${id} is still ${execution?.status ?? 'running'} after ${String(timeoutMs / 1000)} s.`,
				);
			}
			await delay(LOOK_INTERVAL_MS);
		}
	}

	async getExecution(id: string): Promise<Execution> {
		return Execution.parse(await this.request('GET', `/rest/executions/${id}`));
	}

	/** Undefined while n8n 2.20 can't show it: it fails as long as nothing is stored of one that runs. */
	private async storedExecution(id: string): Promise<Execution | undefined> {
		try {
			return await this.getExecution(id);
		} catch (error) {
			const isRunning =
				this.version.startsWith('2.20.') &&
				error instanceof N8nRequestFailed &&
				error.status === 500;
			if (isRunning) return undefined;
			throw error;
		}
	}

	/** The ids of a workflow's executions, newest first. */
	async listExecutions(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const answer = await this.request('GET', `/rest/executions?filter=${filter}&limit=100`);
		return z
			.object({ results: z.array(z.object({ id: z.coerce.string() })) })
			.parse(answer)
			.results.map(({ id }) => id);
	}

	/** How many executions a workflow has. */
	async countExecutions(workflowId: string): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const answer = await this.request('GET', `/rest/executions?filter=${filter}&limit=1`);
		return z.object({ count: z.number() }).parse(answer).count;
	}

	/** What the editor's Stop button does. */
	async stopExecution(id: string): Promise<void> {
		await this.request('POST', `/rest/executions/${id}/stop`, {});
	}

	/**
	 * What *Retry* in the list of executions does, with the workflow as it was or as it is saved now.
	 *
	 * @returns the id of the new execution, once it has ended or been suspended
	 */
	async retryExecution(id: string, withCurrentWorkflow: boolean): Promise<string> {
		const body = { loadWorkflow: withCurrentWorkflow };
		const answer = await this.request('POST', `/rest/executions/${id}/retry`, body);
		return z.object({ id: z.coerce.string() }).parse(answer).id;
	}

	/** Publishes a workflow, so that its triggers listen. */
	async activate(workflowId: string): Promise<void> {
		const stored = workflowSchema.parse(await this.request('GET', `/rest/workflows/${workflowId}`));
		await this.request('POST', `/rest/workflows/${workflowId}/activate`, {
			versionId: stored.versionId,
		});
	}

	async deactivate(workflowId: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${workflowId}/deactivate`, {});
	}

	/** What a resource locator's *From List* shows. */
	async listSearch(request: DynamicRequest): Promise<ListSearchResults> {
		return listSearchSchema.parse(await this.dynamicParameter('resource-locator-results', request));
	}

	/** The fields of a resource mapper. */
	async resourceMapperFields(request: DynamicRequest): Promise<ResourceMapperFields> {
		return fieldsSchema.parse(await this.dynamicParameter('resource-mapper-fields', request));
	}

	/** What a dropdown with a `loadOptionsMethod` shows. */
	async loadOptions(request: DynamicRequest): Promise<z.infer<typeof optionsSchema>> {
		return optionsSchema.parse(await this.dynamicParameter('options', request));
	}

	/** The content of an item's file. */
	async readBinary(field: BinaryField): Promise<Buffer> {
		if (field.id === undefined) return Buffer.from(field.data, 'base64');
		const query = new URLSearchParams({ id: field.id, action: 'download' });
		const response = await this.fetch('GET', `/rest/binary-data?${query.toString()}`);
		return Buffer.from(await response.arrayBuffer());
	}

	/**
	 * Makes any request to n8n as the owner.
	 *
	 * @param path e.g. `/rest/workflows`
	 * @returns the answer's `data` where it has one, else all of it
	 * @throws N8nRequestFailed
	 */
	async request(method: string, path: string, body?: unknown): Promise<unknown> {
		const response = await this.fetch(method, path, body);
		const text = await response.text();
		if (text === '') return undefined;
		const answer: unknown = JSON.parse(text);
		return typeof answer === 'object' && answer && 'data' in answer ? answer.data : answer;
	}

	private get isVersion1(): boolean {
		return this.version.startsWith('1.');
	}

	private async signIn(path: string, body: unknown): Promise<void> {
		const response = await this.fetch('POST', path, body);
		await response.arrayBuffer();
		this.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		if (!this.cookie) throw new Error('n8n accepted the owner but opened no session.');
	}

	private bindCredentials(node: WorkflowNode): WorkflowNode {
		if (!node.credentials) return node;
		const credentials = Object.entries(node.credentials).map(([type, wanted]) => {
			const ofType = this.credentials.filter((credential) => credential.type === type);
			const stored = ofType.findLast(({ name }) => name === wanted.name) ?? ofType.at(-1);
			return [type, stored ? { id: stored.id, name: stored.name } : wanted] as const;
		});
		return { ...node, credentials: Object.fromEntries(credentials) };
	}

	private async dynamicParameter(kind: string, request: DynamicRequest): Promise<unknown> {
		const { nodeType, typeVersion = 1, parameters, ...rest } = request;
		return await this.request('POST', `/rest/dynamic-node-parameters/${kind}`, {
			...rest,
			nodeTypeAndVersion: { name: nodeType, version: typeVersion },
			currentNodeParameters: parameters,
			credentials: Object.fromEntries(
				this.credentials.map(({ type, id, name }) => [type, { id, name }]),
			),
		});
	}

	private async fetch(method: string, path: string, body?: unknown): Promise<Response> {
		const deadline = Date.now() + DATABASE_PATIENCE_MS;
		for (;;) {
			const response = await fetch(`${this.url}${path}`, {
				method,
				headers: {
					...(this.cookie ? { cookie: this.cookie } : {}),
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			if (response.ok) return response;
			const reason = reasonOf(await response.text());
			if (reason !== NO_DATABASE || Date.now() > deadline) {
				throw new N8nRequestFailed(
					response.status,
					reason,
					`${method} ${path.split('?')[0] ?? path}`,
				);
			}
			await delay(LOOK_INTERVAL_MS);
		}
	}
}

function reasonOf(body: string): string {
	try {
		const { message } = z.object({ message: z.string() }).parse(JSON.parse(body));
		return message;
	} catch {
		return body.slice(0, 500);
	}
}
