import fc from 'fast-check';
import { fileNameOf } from '../../../nodes/Magnific/files/fileName';
import { holds } from '../properties/holds';

const RUN = 'vCrK3Aa47y';
const live = (name: string): string =>
	`https://cdn.example/a/123456/${name}?token=exp=1790000000~hmac=abc`;

const named = (own: Partial<Parameters<typeof fileNameOf>[0]>): string =>
	fileNameOf({ id: RUN, index: 0, url: live('render.png'), mimeType: 'image/png', ...own });

describe('the name of a file', () => {
	it.each([
		['render.png', 'image/png', `${RUN}-0.png`],
		['render.jpg', 'image/jpeg', `${RUN}-0.jpg`],
		['render.jpeg', 'image/jpeg', `${RUN}-0.jpeg`],
		['video.mp4', 'video/mp4', `${RUN}-0.mp4`],
		['output_3.png', 'image/png', `${RUN}-0.png`],
		['123456', 'image/png', `${RUN}-0.png`],
		['', 'image/png', `${RUN}-0.png`],
	])('is that of its run and place where the URL ends in “%s”', (name, mimeType, expected) => {
		expect(named({ url: live(name), mimeType })).toBe(expected);
	});

	it.each([
		['blue%20mug.png', `blue_mug-${RUN}-0.png`],
		['M%C3%BCtze%20v1.2.png', `Mütze_v1_2-${RUN}-0.png`],
		['%2e%2e%2fetc%2fpasswd', `passwd-${RUN}-0.png`],
		['..', `${RUN}-0.png`],
	])('begins with what the URL calls it where that says something (%s)', (name, expected) => {
		expect(named({ url: `https://cdn.example/x/${name}?a=b` })).toBe(expected);
	});

	it.each([
		['attachment; filename="a; b.png"', `a;_b-${RUN}-0.png`],
		["attachment; filename=x.png; filename*=UTF-8''gr%C3%BCn.png", `grün-${RUN}-0.png`],
		['attachment; filename="../../etc/räder.png"', `räder-${RUN}-0.png`],
		['attachment; filename="C:\\temp\\con.png"', `con-${RUN}-0.png`],
		['attachment; filename=""', `${RUN}-0.png`],
		['inline', `${RUN}-0.png`],
	])('prefers what the response calls it (%s)', (disposition, expected) => {
		expect(named({ disposition })).toBe(expected);
	});

	it.each([
		['mug.jpg', 'image/png', 'png'],
		['mug.JPG', 'image/jpeg', 'jpg'],
		['mug', 'video/mp4', 'mp4'],
		['mug.glb', 'model/gltf-binary', 'glb'],
		['mug.png', 'application/pdf', 'pdf'],
		['mug.png', undefined, 'png'],
	])('ends as its type wants it (%s, %s)', (name, mimeType, extension) => {
		expect(named({ url: live(name), mimeType })).toBe(`mug-${RUN}-0.${extension}`);
	});
});

describe('the names of any files of any runs', () => {
	const rough = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 300 }),
		fc.constantFrom('CON.png', 'nul', 'render.png', '..', 'a/b\\c.mp4', '', '💧'.repeat(80)),
	);
	const file = fc.record({
		id: fc.oneof(
			fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', '1', '-', '_') }),
			fc.string({ minLength: 1, maxLength: 90 }),
		),
		index: fc.nat({ max: 30 }),
		url: fc.oneof(
			rough.map((name) => `https://cdn.example/${name.replace(/\p{Cs}/gu, '')}`),
			rough,
		),
		disposition: fc.option(
			rough.map((name) => `attachment; filename="${name}"`),
			{ nil: undefined },
		),
		mimeType: fc.constantFrom('image/png', 'image/jpeg', 'video/mp4', 'audio/mpeg', undefined),
	});
	const byPlace = ({ id, index }: { id: string; index: number }): string =>
		JSON.stringify([id, index]);

	it('differ, and are such as every file system takes', () => {
		holds(
			fc.property(fc.uniqueArray(file, { selector: byPlace, maxLength: 12 }), (files) => {
				const names = files.map(fileNameOf);
				expect(new Set(names).size).toBe(files.length);
				for (const name of names) {
					expect(name).not.toMatch(/[\p{C}<>:"/\\|?*\s]/u);
					expect(name).not.toMatch(/^\.|\.$/);
					expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
					expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
				}
			}),
		);
	});
});
