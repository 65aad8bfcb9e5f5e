import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { startEmulator, type Emulator } from '../../emulator';
import { APPS, SKETCH_INPUT_ID } from './support/apps';
import {
	call,
	field,
	filesOf,
	items,
	record,
	runId,
	runStatus,
	startRun,
	text,
} from './support/client';
import { matching } from './support/expecting';
import { dataUri, meanColour, picture } from './support/media';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({
		timeScale: 200,
		requestsPerMinute: 100_000,
		// These tests ask many times, and are not about the odd answer in between.
		settings: { status502Every: null },
	});
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

it('answers a run with 202 and its id, and carries it from pending over running to its end', async () => {
	await emulator.control.settings({ timeScale: 1, durations: { [APPS.posterFromText]: 1 } });
	const answer = await startRun(emulator, APPS.posterFromText, { headline: 'Hello' });
	expect(answer.status).toBe(202);
	expect(answer.body).toEqual({
		status: 'running',
		workflow_run_identifier: matching(/^[A-Za-z0-9]{10}$/),
	});
	const id = text(field(answer.body, 'workflow_run_identifier'));
	const seen: unknown[] = [];
	while (seen.at(-1) !== 'completed') {
		const { status } = await runStatus(emulator, id);
		if (seen.at(-1) !== status) seen.push(status);
		await sleep(15);
	}
	const life = ['pending', 'running', 'completed'];
	expect(seen).toEqual(life.filter((status) => seen.includes(status)));
	expect(seen).toContain('running');
});

it('gives times, result and error message only once they are there', async () => {
	await emulator.control.settings({ timeScale: 1 });
	const id = await runId(emulator, APPS.posterFromText, { headline: 'Hello' });
	expect(await runStatus(emulator, id)).toEqual({
		run_id: id,
		status: 'pending',
		app_id: APPS.posterFromText,
		started_at: null,
		completed_at: null,
		error_message: null,
		result: null,
	});
});

it('makes a picture from the picture that went in, and different ones from different pictures', async () => {
	const red = dataUri(await picture('#e02020'), 'image/png');
	const blue = dataUri(await picture('#2020e0'), 'image/png');
	const ids = [
		await runId(emulator, APPS.sketchToRealism, { sketch: red }),
		await runId(emulator, APPS.sketchToRealism, { sketch: blue }),
	];
	await emulator.control.waitIdle();
	const [[fromRed], [fromBlue]] = await Promise.all([
		filesOf(emulator, ids[0] ?? ''),
		filesOf(emulator, ids[1] ?? ''),
	]);
	const [red1, , blue1] = await meanColour(fromRed?.bytes ?? Buffer.alloc(0));
	const [red2, , blue2] = await meanColour(fromBlue?.bytes ?? Buffer.alloc(0));
	expect(red1).toBeGreaterThan(blue1 * 2);
	expect(blue2).toBeGreaterThan(red2 * 2);
});

it('knows the size and type of what it made', async () => {
	const id = await runId(emulator, APPS.productPhotoshoot, {
		product_photo: dataUri(await picture('#30a050', 'jpeg'), 'image/jpeg'),
		background: 'marble',
		padding: 10,
	});
	await emulator.control.waitIdle();
	const [file] = await filesOf(emulator, id);
	const { width, height, format } = await sharp(file?.bytes).metadata();
	expect(file?.asset).toMatchObject({ width, height, duration: null, tool: 'product-photography' });
	expect(file?.contentType).toBe(`image/${format}`);
});

it('takes creations as URL, data URI, base64 and id, and its own results as inputs', async () => {
	const bytes = await picture('#c0a020');
	const first = await runId(emulator, APPS.sketchToRealism, { sketch: bytes.toString('base64') });
	await emulator.control.waitIdle();
	const [made] = await filesOf(emulator, first);
	const second = await runId(emulator, APPS.sketchToRealism, { sketch: made?.asset.url });
	const third = await runId(emulator, APPS.sketchToRealism, { sketch: made?.asset.id });
	await emulator.control.waitIdle();
	for (const id of [second, third]) {
		expect(await runStatus(emulator, id)).toMatchObject({ status: 'completed' });
	}
});

it('fetches a creation from anywhere, and fails plainly where it can not', async () => {
	const other = await startEmulator({ timeScale: 200 });
	try {
		const id = await runId(other, APPS.surpriseMe, {});
		await other.control.waitIdle();
		const [made] = await filesOf(other, id);
		const good = await runId(emulator, APPS.sketchToRealism, { sketch: made?.asset.url });
		const gone = await runId(emulator, APPS.sketchToRealism, {
			sketch: `${other.url}/nothing.png`,
		});
		const text1 = await runId(emulator, APPS.sketchToRealism, { sketch: `${other.url}/` });
		await emulator.control.waitIdle();
		expect(await runStatus(emulator, good)).toMatchObject({ status: 'completed' });
		expect(await runStatus(emulator, gone)).toMatchObject({
			status: 'failed',
			error_message: "Node 'Sketch' failed: could not fetch the input (HTTP 404)",
			result: null,
		});
		expect(await runStatus(emulator, text1)).toMatchObject({
			status: 'failed',
			error_message: "Node 'Sketch' failed: the input is not a picture, video or sound",
		});
	} finally {
		await other.close();
	}
	const refused = await runId(emulator, APPS.sketchToRealism, { sketch: `${other.url}/a.png` });
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, refused)).toMatchObject({
		error_message: "Node 'Sketch' failed: could not fetch the input (no connection)",
	});
});

it('fails a run whose picture is broken or is another kind of media', async () => {
	const bytes = await picture('#808080');
	const broken = Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.alloc(50)]);
	const sound = await runId(emulator, APPS.productClip, {
		still_picture: dataUri(bytes, 'image/png'),
	});
	await emulator.control.waitIdle();
	const [audio] = await filesOf(emulator, sound, 'audios');
	const ids = [
		await runId(emulator, APPS.sketchToRealism, { sketch: dataUri(broken, 'image/png') }),
		await runId(emulator, APPS.sketchToRealism, { sketch: audio?.bytes.toString('base64') }),
	];
	await emulator.control.waitIdle();
	const [first, second] = await Promise.all(ids.map((id) => runStatus(emulator, id)));
	expect(first?.error_message).toBe("Node 'Sketch' failed: the image could not be decoded");
	expect(second?.error_message).toBe("Node 'Sketch' failed: expected image, got audio/wav");
});

it('gives a partial result with an error, and a failure without result', async () => {
	const partial = await runId(emulator, APPS.fourVariations, {
		picture: dataUri(await picture('#40a0c0'), 'image/png'),
	});
	const broken = await runId(emulator, APPS.brokenPipeline, {});
	await emulator.control.waitIdle();
	const run = await runStatus(emulator, partial);
	expect(run).toMatchObject({ status: 'completed_with_errors' });
	expect(text(run.error_message)).toMatch(/failed/);
	expect(items(field(run.result, 'images'))).toHaveLength(3);
	expect(await runStatus(emulator, broken)).toMatchObject({
		status: 'failed',
		error_message: "Node 'image-upscaler' failed: the picture is too large to upscale",
		result: null,
	});
});

it('surprises with another picture each time, and repeats itself where inputs are equal', async () => {
	const ids: string[] = [];
	for (const appId of [
		APPS.surpriseMe,
		APPS.surpriseMe,
		APPS.posterFromText,
		APPS.posterFromText,
	]) {
		const inputs = appId === APPS.posterFromText ? { headline: 'Same' } : {};
		ids.push(await runId(emulator, appId, inputs));
	}
	await emulator.control.waitIdle();
	const bytes = await Promise.all(
		ids.map(async (id) => (await filesOf(emulator, id))[0]?.bytes.toString('base64')),
	);
	expect(bytes[0]).not.toBe(bytes[1]);
	expect(bytes[2]).toBe(bytes[3]);
});

it('shows a run that was started in one family in the other too', async () => {
	const id = await runId(
		emulator,
		APPS.sketchToRealism,
		{ [SKETCH_INPUT_ID]: dataUri(await picture('#ffffff'), 'image/png') },
		{ family: 'apps' },
	);
	expect(await runStatus(emulator, id, 'flows')).toMatchObject({ run_id: id });
});

it('ends runs as a test asks, once or as often as asked, after the first n', async () => {
	await emulator.control.setOutcome({
		app_id: APPS.surpriseMe,
		skip: 1,
		times: 2,
		status: 'cancelled',
	});
	await emulator.control.setOutcome({ status: 'failed', error_message: 'as asked' });
	const ids: string[] = [];
	for (let count = 0; count < 5; count += 1) ids.push(await runId(emulator, APPS.surpriseMe, {}));
	await emulator.control.waitIdle();
	const runs = await Promise.all(ids.map((id) => runStatus(emulator, id)));
	expect(runs.map((run) => run.status)).toEqual([
		'failed',
		'cancelled',
		'cancelled',
		'completed',
		'completed',
	]);
	expect(runs[0]?.error_message).toBe('as asked');
	expect(runs[1]?.result).toBeNull();
});

it('can end in a status never seen before, and stays in it', async () => {
	await emulator.control.setOutcome({ status: 'awaiting_approval' });
	const id = await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, id)).toMatchObject({
		status: 'awaiting_approval',
		completed_at: null,
		result: null,
	});
});

it('can answer a start without id or wrapped, and a status bare, with a result of another shape', async () => {
	await emulator.control.setOutcome({ omit_run_id: true });
	const omitted = await startRun(emulator, APPS.surpriseMe, {});
	await emulator.control.setOutcome({
		wrapped: true,
		bare: true,
		result: { models: [{ id: 'm' }] },
		extra: { queue_position: 3 },
	});
	const wrapped = await startRun(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	expect(omitted).toMatchObject({ status: 202, body: { status: 'running' } });
	expect(record(omitted.body)).not.toHaveProperty('workflow_run_identifier');
	const id = text(field(field(wrapped.body, 'data'), 'workflow_run_identifier'));
	const status = await call(emulator, `/v1/ai/flows/runs/${id}`);
	expect(status.body).toMatchObject({
		run_id: id,
		result: { models: [{ id: 'm' }] },
		queue_position: 3,
	});
	expect(await emulator.control.runs()).toHaveLength(2);
});

it('lets runs take as long as asked, in turn, on a scaled clock', async () => {
	await emulator.control.settings({ timeScale: 10, durations: { [APPS.surpriseMe]: [6, 2] } });
	const slow = await runId(emulator, APPS.surpriseMe, {});
	const fast = await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	const took = (await emulator.control.runs()).map(
		(run) => (run.settled_at ?? 0) - run.submitted_at,
	);
	expect([slow, fast]).toHaveLength(2);
	expect(took[0]).toBeGreaterThanOrEqual(590);
	expect(took[1]).toBeGreaterThanOrEqual(190);
	expect(took[1]).toBeLessThan(took[0] ?? 0);
});

it('serves files under signed URLs only, and only until the time that they tell', async () => {
	const urlOf = async (id: string): Promise<string> => {
		const { result } = await runStatus(emulator, id);
		return text(field(items(field(result, 'images'))[0], 'url'));
	};
	const id = await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	const url = await urlOf(id);
	const [run] = await emulator.control.runs();
	const end = Math.floor((run?.settled_at ?? 0) / 1_000) + 12 * 3_600;
	expect(url).toMatch(new RegExp(`/\\d+/render\\.png\\?token=exp=${String(end)}~hmac=[0-9a-f]+$`));
	expect((await fetch(url)).status).toBe(200);
	expect((await fetch(url.replace(/hmac=.{4}/, 'hmac=0000'))).status).toBe(403);
	expect((await fetch(url.replace(/exp=./, 'exp=9'))).status).toBe(403);
	expect((await fetch(url.split('?')[0] ?? '')).status).toBe(403);

	await emulator.control.settings({ fileHours: 0 });
	const brief = await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	expect((await fetch(await urlOf(brief))).status).toBe(403);
});

it('gives all files of one kind the same name', async () => {
	const photo = dataUri(await picture('#d06020'), 'image/png');
	const ids = [
		await runId(emulator, APPS.fourVariations, { picture: photo }),
		await runId(emulator, APPS.productClip, { still_picture: photo, seconds: 0.5 }),
	];
	await emulator.control.waitIdle();
	const results = await Promise.all(ids.map(async (id) => (await runStatus(emulator, id)).result));
	const paths = results.flatMap((result) =>
		['images', 'videos', 'audios'].flatMap((list) =>
			items(field(result, list)).map((asset) => new URL(text(field(asset, 'url'))).pathname),
		),
	);
	const names = paths.map((path) => path.split('/').at(-1));
	expect(names).toEqual(['render.jpg', 'render.jpg', 'render.jpg', 'video.mp4', 'audio.wav']);
	expect(new Set(paths).size).toBe(5);
});

it('does equal work once, so that hundreds of runs are cheap', async () => {
	const sketch = dataUri(await picture('#118844'), 'image/png');
	await Promise.all(
		Array.from({ length: 300 }, () => runId(emulator, APPS.sketchToRealism, { sketch })),
	);
	await emulator.control.waitIdle();
	const runs = await emulator.control.runs();
	expect(runs).toHaveLength(300);
	expect(new Set(runs.map((run) => run.status))).toEqual(new Set(['completed']));
	expect(new Set(runs.map((run) => run.run_id)).size).toBe(300);
}, 20_000);
