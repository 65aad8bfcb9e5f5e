import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isSince, routesDetails } from '../../../scripts/lib/n8n/versions';
import { ROOT } from '../../../scripts/lib/paths';

const modules = process.env['MAGNIFIC_ENGINE_MODULES'] ?? join(ROOT, 'node_modules');

/**
 * Of the engine that the tests run on; since n8n 2 it has the major and minor version of its n8n.
 * The node cannot read it, and finds out by other means what it may do.
 */
const { version } = z
	.object({ version: z.string() })
	.parse(JSON.parse(readFileSync(join(modules, 'n8n-core', 'package.json'), 'utf8')));

/** Whether the engine is that of this n8n or of a later one. */
export const engineSince = (since: string): boolean => isSince(version, since);

/** Whether a failed item has `details` on this engine. */
export const HAS_DETAILS = routesDetails(version);

/** What `details` of a failed item must be: these where an item has any, else undefined. */
export const promised = (details: unknown): unknown => (HAS_DETAILS ? details : undefined);
