import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../paths';

const manifestSchema = z.object({
	name: z.string(),
	version: z.string(),
	repository: z.object({ url: z.string() }),
	scripts: z.record(z.string()),
});

/** This package's package.json, as far as the scripts need it. */
export const readManifest = async (): Promise<z.infer<typeof manifestSchema>> =>
	manifestSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
