import { createHash } from 'node:crypto';
import { z } from 'zod';
import { productClip } from '../../emulator/apps/productClip';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { checkPicture } from '../../scripts/lib/demo/files';
import type { Execution, Item } from '../../scripts/lib/n8n/execution';
import { example, firstInputOf } from './support/examples';
import { realN8n } from './support/realN8n';

const n8n = realN8n();
const PHOTO = firstInputOf(productPhotoshoot);
const STILL = firstInputOf(productClip);

beforeEach(async () => {
	await n8n.magnific.control.settings({ durations: { [productClip.sqid]: 10 } });
});

it('08: gives the photo to the first app, its picture to the second, and packs picture and film', async () => {
	const execution = await n8n.api.runWorkflow(await example('08'));
	expect(execution.error?.message).toBeUndefined();
	expect(execution.json('What failed')).toEqual([]);
	const photos = await filesOf(execution, 'Two photos', 'photo');
	const scenes = await filesOf(execution, 'Scene', 'shot');
	const clips = await filesOf(execution, 'Clip', 'clip');
	expect(scenes).toHaveLength(2);
	expect(scenes[0]?.equals(scenes[1] ?? Buffer.alloc(0))).toBe(false);

	const given = {
		photos: await inputsOf(execution, 'Scene', PHOTO),
		stills: await inputsOf(execution, 'Clip', STILL),
	};
	expect(given.photos.map(digest)).toEqual(photos.map(digest));
	expect(given.stills.map(digest)).toEqual(scenes.map(digest));
	expect(await n8n.magnific.control.requests({ route: 'put_upload' })).toHaveLength(4);

	const packed = execution.items('Packed');
	expect(packed.map(({ json, binary }) => [json['metadata'], binary?.['data']?.fileName])).toEqual([
		[{ sku: 'MUG-01' }, 'MUG-01.zip'],
		[{ sku: 'LAMP-02' }, 'LAMP-02.zip'],
	]);
	const zips = await filesOf(execution, 'Packed', 'data');
	for (const [i, scene] of scenes.entries()) {
		await checkPicture(scene, 'image/jpeg', `picture ${String(i)} of Scene`);
		const clip = clips[i] ?? Buffer.alloc(0);
		expectMp4(clip);
		// What is compressed already, n8n stores in the zip as it is.
		expect([scene, clip].map((file) => zips[i]?.includes(file))).toEqual([true, true]);
	}
});

it('08: puts no film beside the picture of another product when one of them fails', async () => {
	await n8n.magnific.control.setOutcome({ app_id: productClip.sqid, status: 'failed' });
	const execution = await n8n.api.runWorkflow(await example('08'));
	expect(execution.error?.message).toBeUndefined();
	expect(execution.json('What failed')).toMatchObject([{ details: { status: 'failed' } }]);

	const [clip] = execution.items('Clip');
	const sku = skuOf(clip);
	const scene = execution.items('Scene').find((item) => skuOf(item) === sku);
	const [both, ...others] = execution.items('Picture and film');
	expect(others).toEqual([]);
	expect(both?.binary?.['clip']).toEqual(clip?.binary?.['clip']);
	expect(both?.binary?.['shot']).toEqual(scene?.binary?.['shot']);
	expect(execution.items('Packed')[0]?.binary?.['data']?.fileName).toBe(`${sku}.zip`);
});

/** The content of a binary field of each item that a node gave out. */
async function filesOf(execution: Execution, node: string, field: string): Promise<Buffer[]> {
	return await Promise.all(
		execution.items(node).map(async ({ binary }) => {
			const file = binary?.[field];
			if (!file) throw new Error(`An item of ${node} has no file ${field}`);
			return await n8n.api.readBinary(file);
		}),
	);
}

/** What the runs of a node's items got for an input, as the local Magnific has it. */
async function inputsOf(execution: Execution, node: string, input: string): Promise<Buffer[]> {
	const runs = await n8n.magnific.control.runs();
	return await Promise.all(
		execution.json(node).map(async ({ run_id }) => {
			const url = runs.find((run) => run.run_id === run_id)?.inputs[input];
			if (typeof url !== 'string') throw new Error(`A run of ${node} has no file`);
			return Buffer.from(await (await fetch(url)).arrayBuffer());
		}),
	);
}

function skuOf(item: Item | undefined): string {
	return z.object({ metadata: z.object({ sku: z.string() }) }).parse(item?.json).metadata.sku;
}

function digest(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}

function expectMp4(content: Buffer): void {
	expect(content.subarray(4, 8).toString('latin1')).toBe('ftyp');
	expect(['moov', 'mdat'].map((box) => content.includes(box))).toEqual([true, true]);
}
