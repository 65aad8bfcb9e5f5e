import { vendorContract } from '../../api/vendor';
import {
	differs,
	holds,
	inWords,
	isAnswered,
	operationOf,
	unseen,
	violationsIn,
	type Answered,
	type Area,
} from '../assumption';
import type { Contract } from '../../api/contract';
import type { Exchange } from '../exchange';

const describedIn = (contract: Contract, exchanges: Exchange[]): Answered[] =>
	exchanges
		.filter(isAnswered)
		.filter((one) =>
			contract.described.some(
				([operation, status]) => operation === operationOf(one) && status === one.answer.status,
			),
		);

export const VENDOR: Area = {
	title: 'The vendor’s own description',
	assumptions: [
		{
			id: 'vendor.openapi',
			says: 'Answers are as the vendor’s OpenAPI has them, but for what is known to differ',
			check: (exchanges) => {
				const contract = vendorContract();
				if (!contract) return unseen('the description is not at hand here');
				const seen = describedIn(contract, exchanges);
				if (seen.length === 0) return unseen('no answer came that it describes');
				const wrong = seen.flatMap((one) => violationsIn(one, contract));
				return wrong.length === 0
					? holds(`all of ${String(seen.length)} answers`)
					: differs(inWords(wrong));
			},
		},
	],
};
