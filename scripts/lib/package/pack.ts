import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { z } from 'zod';
import { runCommand } from '../command';
import { ROOT } from '../paths';

const LOCK_STALE_MS = 15_000;
const LOCK_RETRIES = { retries: 300, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 };

export interface PackedPackage {
	/** Absolute path of the tarball. */
	tarball: string;
	/** Bytes of the tarball. */
	size: number;
	/** Paths inside the package, e.g. `dist/nodes/Magnific/Magnific.node.js`. */
	files: string[];
}

const packSchema = z
	.array(
		z.object({
			filename: z.string(),
			size: z.number(),
			files: z.array(z.object({ path: z.string() })),
		}),
	)
	.nonempty();

/** Builds this package and packs it as `npm publish` would, into a new temporary folder. */
export async function packPackage(): Promise<PackedPackage> {
	const folder = await mkdtemp(join(tmpdir(), 'magnific-package-'));
	const release = await lock(ROOT, {
		lockfilePath: join(ROOT, 'node_modules', '.build.lock'),
		stale: LOCK_STALE_MS,
		retries: LOCK_RETRIES,
	});
	try {
		await runCommand('npm', ['run', 'build'], { cwd: ROOT });
		const answer = await runCommand(
			'npm',
			['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
			{ cwd: ROOT },
		);
		const [packed] = packSchema.parse(JSON.parse(answer));
		return {
			tarball: join(folder, packed.filename),
			size: packed.size,
			files: packed.files.map(({ path }) => path),
		};
	} finally {
		await release();
	}
}

/**
 * The packed package that all tests of one run share: the one that the runner made
 * (`MAGNIFIC_TARBALL`), else packed now.
 */
export async function packedTarball(): Promise<string> {
	packed ??= process.env['MAGNIFIC_TARBALL'] ?? (await packPackage()).tarball;
	return packed;
}

let packed: string | undefined;
