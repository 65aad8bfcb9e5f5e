import { randomUUID } from 'node:crypto';
import { createRunExecutionData, type IRunExecutionData } from 'n8n-workflow';
import {
	checkSubWorkflow,
	type CalledContext,
} from '../../../nodes/Magnific/suspended/subWorkflow';

const N8N_2 = 'https://n8n.test/webhook-waiting/7?signature=token';
const N8N_1 = 'https://n8n.test/webhook-waiting/7';
const REFUSED_BY_N8N_1 = /^Nothing was started: this version of n8n/;
const REFUSED_AS_SECOND = /^Nothing was started: the workflow that called this one waits/;

type Stored = Record<string, IRunExecutionData>;

const called = (caller: string, shouldResume?: boolean): IRunExecutionData =>
	createRunExecutionData({
		parentExecution: {
			executionId: caller,
			workflowId: 'caller',
			...(shouldResume === undefined ? {} : { shouldResume }),
		},
	});

const parked = (data: IRunExecutionData): IRunExecutionData => ({
	...data,
	waitTill: new Date('2026-01-01'),
});

const contextOf = (
	executionId: string,
	stored: Stored,
	mode: ReturnType<CalledContext['getMode']> = 'integrated',
): CalledContext => ({
	getMode: () => mode,
	getExecutionId: () => executionId,
	getExecutionDataById: async (id) => await Promise.resolve(stored[id]),
});

let caller: string;

beforeEach(() => {
	caller = randomUUID();
});

it('may be suspended on n8n 2 in a sub-workflow whose caller waits for it', async () => {
	await expect(
		checkSubWorkflow(contextOf('a', { a: called(caller, true) }), N8N_2),
	).resolves.toBeUndefined();
});

it.each([true, undefined])(
	'may not be suspended on n8n 1 in a sub-workflow whose caller waits for it (%s)',
	async (shouldResume) => {
		await expect(
			checkSubWorkflow(contextOf('a', { a: called(caller, shouldResume) }), N8N_1),
		).rejects.toThrow(REFUSED_BY_N8N_1);
	},
);

it('may be suspended on n8n 1 where the caller does not wait, or nobody called', async () => {
	const stored = { a: called(caller, false), b: createRunExecutionData() };
	await checkSubWorkflow(contextOf('a', stored), N8N_1);
	await checkSubWorkflow(contextOf('b', stored), N8N_1);
	await checkSubWorkflow(contextOf('b', stored, 'webhook'), N8N_1);
});

it('may not be suspended while another sub-workflow of the same caller is', async () => {
	const stored: Stored = { a: called(caller, true), b: called(caller, true) };
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
	stored['a'] = parked(called(caller, true));
	await expect(checkSubWorkflow(contextOf('b', stored), N8N_2)).rejects.toThrow(REFUSED_AS_SECOND);
});

it('may be suspended once the sub-workflow before has gone on, or is gone', async () => {
	const stored: Stored = { a: called(caller, true), b: called(caller, true) };
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
	await checkSubWorkflow(contextOf('b', stored), N8N_2);
	delete stored['b'];
	stored['c'] = called(caller, true);
	await checkSubWorkflow(contextOf('c', stored), N8N_2);
});

it('may be suspended again in the same sub-workflow', async () => {
	const stored: Stored = { a: called(caller, true) };
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
	stored['a'] = parked(called(caller, true));
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
});

it('takes it for its own workflow where n8n can not tell by whom it was called', async () => {
	const context: CalledContext = {
		...contextOf('a', {}),
		getExecutionDataById: async () => await Promise.reject(new Error('no database')),
	};
	await expect(checkSubWorkflow(context, N8N_1)).resolves.toBeUndefined();
});

it('may be suspended on n8n 1 where it runs for itself, whoever called it once', async () => {
	const context = contextOf('a', { a: called(caller, true) }, 'retry');
	await expect(checkSubWorkflow(context, N8N_1)).resolves.toBeUndefined();
});

it('refuses in words that no try changes', async () => {
	const stored: Stored = { a: called(caller, true), b: called(caller, true) };
	await expect(checkSubWorkflow(contextOf('a', stored), N8N_1)).rejects.toMatchObject({
		kind: 'rejected',
		isPassing: false,
	});
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
	stored['a'] = parked(called(caller, true));
	await expect(checkSubWorkflow(contextOf('b', stored), N8N_2)).rejects.toMatchObject({
		kind: 'rejected',
		isPassing: false,
	});
});

it('knows the sub-workflows of the last thousand callers', async () => {
	const stored: Stored = { a: called(caller, true), b: called(caller, true) };
	const others = async (count: number): Promise<void> => {
		for (let i = 0; i < count; i++) {
			await checkSubWorkflow(contextOf('x', { x: called(randomUUID(), true) }), N8N_2);
		}
	};
	await checkSubWorkflow(contextOf('a', stored), N8N_2);
	stored['a'] = parked(called(caller, true));
	await others(999);
	await expect(checkSubWorkflow(contextOf('b', stored), N8N_2)).rejects.toThrow(REFUSED_AS_SECOND);
	await others(1);
	await expect(checkSubWorkflow(contextOf('b', stored), N8N_2)).resolves.toBeUndefined();
});
