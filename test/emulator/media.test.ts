import sharp from 'sharp';
import { WaveFile } from 'wavefile';
import { startEmulator, type Emulator } from '../../emulator';
import { videoFacts } from '../../emulator/media/mp4';
import { sniff } from '../../emulator/media/sniff';
import { APPS } from './support/apps';
import { filesOf, runId, runStatus } from './support/client';
import { dataUri, meanColour, picture } from './support/media';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({
		timeScale: 1_000,
		requestsPerMinute: 5_000,
		settings: { status502Every: null },
	});
});
afterAll(() => emulator.close());

async function finished(appId: string, inputs: Record<string, unknown>): Promise<string> {
	const id = await runId(emulator, appId, inputs);
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, id)).toMatchObject({ error_message: null });
	return id;
}

async function onlyFile(
	id: string,
	list: 'images' | 'videos' | 'audios' = 'images',
): Promise<Awaited<ReturnType<typeof filesOf>>[number]> {
	const [file, ...others] = await filesOf(emulator, id, list);
	expect(others).toEqual([]);
	if (file === undefined) throw new Error('no file');
	return file;
}

it('writes the text on the poster: another text or style is another picture', async () => {
	const posters = [
		{ headline: 'Open today' },
		{ headline: 'Closed today' },
		{ headline: 'Open today', style: 'Night' },
	].map(async (inputs) => onlyFile(await finished(APPS.posterFromText, inputs)));
	const files = await Promise.all(posters);
	expect(new Set(files.map(({ bytes }) => bytes.toString('base64'))).size).toBe(3);
	const [bright, , dark] = await Promise.all(files.map(({ bytes }) => meanColour(bytes)));
	expect(bright?.[0]).toBeGreaterThan(dark?.[0] ?? 0);
});

it('stands the product in front of the chosen background, without its own', async () => {
	const photo = dataUri(await picture('#ffffff'), 'image/png');
	const forest = await onlyFile(
		await finished(APPS.productPhotoshoot, { product_photo: photo, background: 'forest' }),
	);
	const { data, info } = await sharp(forest.bytes).raw().toBuffer({ resolveWithObject: true });
	const pixel = (x: number, y: number): number[] => {
		const at = (y * info.width + x) * info.channels;
		return [...data.subarray(at, at + 3)];
	};
	const [red = 0, green = 0, blue = 0] = pixel(20, 300);
	expect(green).toBeGreaterThan(red);
	expect(green).toBeGreaterThan(blue);
	for (const value of pixel(256, 300)) expect(Math.abs(value - 0x33)).toBeLessThan(12);
});

it('makes an mp4 that moves and a WAV that sounds from one picture', async () => {
	const id = await finished(APPS.productClip, {
		still_picture: dataUri(await picture('#d06020'), 'image/png'),
		seconds: 1,
	});
	const video = await onlyFile(id, 'videos');
	const audio = await onlyFile(id, 'audios');
	const media = sniff(video.bytes);
	if (media === undefined) throw new Error('no video');
	expect(media.contentType).toBe('video/mp4');
	expect(videoFacts(media, 'Clip')).toMatchObject({ width: 320, height: 320, durationS: 1 });
	expect(videoFacts(media, 'Clip').frameSizes).toHaveLength(12);
	expect(video.asset).toMatchObject({ width: 320, height: 320, duration: 1 });
	const wave = new WaveFile(audio.bytes);
	const samples: number[] = [...wave.getSamples(false, Float64Array)];
	expect(samples).toHaveLength(2 * 22_050);
	expect(Math.max(...samples)).toBeGreaterThan(3_000);
	expect(audio.asset).toMatchObject({ width: null, height: null, duration: 2 });

	const card = await onlyFile(
		await finished(APPS.videoTitleCard, { clip: video.asset.url, title: 'One second' }),
	);
	const waveform = await onlyFile(
		await finished(APPS.soundToWaveform, { recording: audio.asset.url }),
	);
	for (const { bytes, asset } of [card, waveform]) {
		const { format, width, height } = await sharp(bytes).metadata();
		expect([format, width, height]).toEqual(['png', asset.width, asset.height]);
	}
});

it('refuses plainly what it can not read', async () => {
	const webm = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(100)]);
	const ogg = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(100)]);
	const clip = await runId(emulator, APPS.videoTitleCard, { clip: dataUri(webm, 'video/webm') });
	const sound = await runId(emulator, APPS.soundToWaveform, {
		recording: dataUri(ogg, 'audio/ogg'),
	});
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, clip)).toMatchObject({
		status: 'failed',
		error_message: "Node 'Clip' failed: the video could not be read (MP4 expected)",
	});
	expect(await runStatus(emulator, sound)).toMatchObject({
		status: 'failed',
		error_message: "Node 'Recording' failed: the audio could not be decoded (WAV expected)",
	});
});

it('shows each word of a moodboard, given as a list or as a text with commas', async () => {
	const asList = await onlyFile(await finished(APPS.moodboard, { words: ['sea', 'salt'] }));
	const asText = await onlyFile(await finished(APPS.moodboard, { words: 'sea, salt' }));
	const other = await onlyFile(await finished(APPS.moodboard, { words: ['sea', 'sand'] }));
	expect(asList.bytes.equals(asText.bytes)).toBe(true);
	expect(asList.bytes.equals(other.bytes)).toBe(false);
});

it('works for apps that tests add, with and without a picture', async () => {
	await emulator.control.addApp({
		sqid: 'generic123',
		name: 'Generic',
		inputs: [
			{ id: 'p', api_key: 'p', type: 'creation', label: 'P', config: { mediaType: 'image' } },
		],
	});
	const plain = await onlyFile(await finished('generic123', {}));
	const tinted = await onlyFile(
		await finished('generic123', { p: dataUri(await picture('#eeeeee'), 'image/png') }),
	);
	expect(plain.contentType).toBe('image/png');
	const [red, , blue] = await meanColour(tinted.bytes);
	expect(red).toBeGreaterThan(blue);
});
