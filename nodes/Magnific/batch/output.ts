import { fileShape } from '../runs/outputShape';
import { schemaOf, summaryOf, type Shape } from '../runs/shape';
import type { JsonObject } from '../api/guards';

/** What comes out of an operation or the trigger. */
export interface Output {
	/** With the default options. */
	usual: Shape;
	/** What comes out instead under some option: `when` is a sentence's beginning. */
	instead?: Array<{ when: string; shape: Shape }>;
}

/** Of all that give runs. */
export const perFile = {
	when: 'With outputPer file, one item for each file of a run that has files',
	shape: fileShape,
};

/** The shapes that an item can have. */
export const shapesOf = ({ usual, instead = [] }: Output): Shape[] => [
	usual,
	...instead.map(({ shape }) => shape),
];

/** As n8n reads it from `__schema__`: the usual fields; certain are those that every item has. */
export const outputSchema = (output: Output): JsonObject => {
	const isCertain = (name: string): boolean =>
		shapesOf(output).every((shape) => shape[name] !== undefined && !shape[name].optional);
	return {
		...schemaOf(output.usual),
		required: Object.keys(output.usual).filter(isCertain),
	};
};

/** What comes out, in words for n8n's AI. */
export const outputInWords = ({ usual, instead = [] }: Output): string =>
	[
		`Output item: ${summaryOf(usual)}.`,
		...instead.map(({ when, shape }) => `${when}: ${summaryOf(shape)}.`),
	].join('\n');
